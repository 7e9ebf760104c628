"""Which diagnoses a question names, and which cases have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.term_index.lists import Rows, are_in
from casefinder.term_index.part import WORDINGS, TermPart
from casefinder.term_index.signs import most_alike

# A question names few diagnoses; more wordings than this are paraphrases of one another.
_MOST_NAMED: Final = 20
# Wordings of a part that are compared in full. The twenty nearest of 20,000 clustered vectors are among the 256 most
# alike by their signs: tests/term_index/test_signs.py.
_MOST_COMPARED: Final = 256
_NONE: Final = np.zeros(0, dtype=np.int64)


class Wordings:
    """The distinct wordings of diagnoses of all cases, with their vectors. Safe to share between threads."""

    def __init__(self, parts: Sequence[TermPart], offsets: Sequence[int], *, removed: Rows) -> None:
        """Serve parts whose rows begin at ``offsets``, without the removed rows (rising)."""
        self._parts = parts
        self._offsets = offsets
        self._removed = removed

    def named_by(self, query: NDArray[np.float32], *, threshold: float) -> list[tuple[Rows, float]]:
        """Return the diagnoses that a question names, best first.

        Args:
            query: float32 [dim], unit length.
            threshold: Least cosine of a wording.

        Returns:
            For each wording the rows of the cases that have it, rising, and its cosine.
        """
        near: dict[int, float] = {}
        for part in self._parts:
            if part.dim:
                n_compared = min(_MOST_COMPARED, len(part.lists[WORDINGS].keys))
                places = most_alike(part.wording_signs, query, n_compared) if n_compared else _NONE
                cosines = part.wording_vectors(places) @ query
                is_named = cosines >= threshold
                keys = part.arrays[f"{WORDINGS}_keys"].take(places[is_named]).tolist()
                near |= zip(keys, cosines[is_named].tolist(), strict=True)
        best = sorted(near.items(), key=lambda item: (-item[1], item[0]))
        rows = ((self._rows(key), cosine) for key, cosine in best)
        return [(found, cosine) for found, cosine in rows if len(found)][:_MOST_NAMED]

    def _rows(self, key: int) -> Rows:
        """Return the rows of a wording."""
        found = [np.zeros(0, dtype=np.int64)]
        for part, first in zip(self._parts, self._offsets, strict=True):
            starts, ends = part.lists[WORDINGS].bounds(np.array([key], dtype=np.uint64))
            found.append(part.lists[WORDINGS].between(int(starts[0]), int(ends[0])) + first)
        rows = np.concatenate(found)
        return rows[~are_in(rows, self._removed)]
