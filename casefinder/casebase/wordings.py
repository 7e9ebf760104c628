"""Vectors of the wordings of diagnoses, as the terms want them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import CaseStore
from casefinder.term_index import VectorsOf
from casefinder.text import diagnosis_digest


def wording_vectors(store: CaseStore) -> VectorsOf:
    """Return what finds the vectors of wordings among the records; one without anything to encode has none."""

    def vectors_of(wordings: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        digests = {wording: diagnosis_digest(wording) for wording in wordings}
        vectors = store.vectors_under(list(digests.values()))
        return {wording: vectors[digest] for wording, digest in digests.items() if digest in vectors}

    return vectors_of
