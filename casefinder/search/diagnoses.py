"""Which diagnoses a question names."""

from __future__ import annotations

from typing import Final

from casefinder.encoders import Calibration, Vectors
from casefinder.vector_index import Ids

# Without a calibration: a cosine that unrelated short terms hardly reach with any sentence encoder in use.
_NAMED_COSINE: Final = 0.8
# A question names few diagnoses; more wordings than this are paraphrases of one another.
_MOST_NAMED: Final = 20


class DiagnosisNames:
    """The distinct wordings of diagnoses in a case base, with their vectors."""

    def __init__(self, keys: Ids, vectors: Vectors, *, calibration: Calibration | None) -> None:
        """Hold keys int64 [n] and vectors float32 [n, dim] of unit length."""
        self._keys = keys
        self._vectors = vectors
        self._threshold = calibration.near_duplicate if calibration else _NAMED_COSINE

    def named_by(self, query: Vectors) -> dict[int, float]:
        """Return the diagnoses that a question, float32 [dim], names: keys with their cosines, best first."""
        if not len(self._keys):
            return {}
        cosines = self._vectors @ query
        order = (-cosines).argsort(kind="stable")[:_MOST_NAMED]
        return {int(self._keys[i]): float(cosines[i]) for i in order if cosines[i] >= self._threshold}
