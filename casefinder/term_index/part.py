"""What some cases are found and ranked by: all cases of a snapshot, or those added since."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import IndexDamagedError
from casefinder.files import Values, read_arrays
from casefinder.term_index.columns import Columns
from casefinder.term_index.lists import TermLists
from casefinder.term_index.signs import n_sign_words
from casefinder.term_index.sorted_keys import SortedKeys
from casefinder.term_index.texts import texts_of

VERSION: Final = 6  # of arrays and words; raise when either means something else, or the lexicon gained many forms
WORDS: Final = "words"
CONCEPTS: Final = "concepts"
NAMES: Final = "names"
SCORED: Final = (WORDS, CONCEPTS, NAMES)
DEPARTMENTS: Final = "departments"
WORDINGS: Final = "wordings"
CODES: Final = "codes"
ATTRIBUTES: Final = "attributes"
_MOST_KEPT: Final = 4_000  # wordings whose vectors are kept decoded, in 12 MB of 768 components
WRITTEN: Final = (DEPARTMENTS, WORDINGS, CODES)  # lists whose terms are kept as text
FIELDS: Final = (*SCORED, *WRITTEN, ATTRIBUTES)


class TermPart:
    """Some cases in arrays, in memory or in a file; never changed. Safe to share between threads.

    A case is known by its row: the place of its key among the keys of the part in rising order.
    """

    def __init__(self, arrays: Mapping[str, Values]) -> None:
        """Serve arrays of ``derive_terms``."""
        self.arrays = arrays
        self.keys = SortedKeys(arrays["keys"], arrays["key_samples"])
        self.lists = {field: TermLists(arrays, field) for field in FIELDS}
        self.n_rows = len(self.keys)
        self.dim = len(arrays["wording_vectors"]) // max(len(self.lists[WORDINGS].keys), 1)  # 0 where none has a vector

    def warm_up(self) -> None:
        """Read and check all arrays, so that no search has to.

        Raises:
            IndexDamagedError: One was altered on disk.
        """
        for values in self.arrays.values():
            values[:]

    @cached_property
    def concept_numbers(self) -> Mapping[str, int]:
        """Number of each concept, by its id."""
        return {name: number for number, name in enumerate(self.texts("trait"))}

    def wording_vectors(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of some wordings of diagnoses: float32 [n, dim], zeros where there is none."""
        if len(self.lists[WORDINGS].keys) <= _MOST_KEPT:
            return self._few_wording_vectors[places]
        components = (places[:, None] * self.dim + np.arange(self.dim)).ravel()
        return self.arrays["wording_vectors"].take(components).reshape(-1, self.dim).astype(np.float32)

    @cached_property
    def _few_wording_vectors(self) -> NDArray[np.float32]:
        """The vectors of all wordings, float32 [n_wordings, dim]."""
        return self.arrays["wording_vectors"][:].reshape(-1, self.dim).astype(np.float32)

    @cached_property
    def wording_signs(self) -> NDArray[np.uint64]:
        """Signs of the vectors of all wordings: uint64 [n_wordings, words]."""
        return self.arrays["wording_signs"][:].reshape(-1, n_sign_words(self.dim))

    @cached_property
    def columns(self) -> Columns:
        """What filters ask for."""
        return Columns(self.arrays, self.lists, {field: self.texts(field) for field in WRITTEN})

    @cached_property
    def total_length(self) -> int:
        """Sum of ``word_lengths``."""
        return int(self.arrays["total_length"][:][0])

    def texts(self, field: str) -> list[str]:
        """Return the terms of a field in the order of their lists."""
        return texts_of(self.arrays[f"{field}_texts"], self.arrays[f"{field}_text_starts"])


def read_terms(path: Path) -> TermPart:
    """Map a file of ``write_terms`` into memory; damage is found when it is touched.

    Raises:
        IndexDamagedError: It is none, or one of another casefinder.
    """
    arrays, facts = read_arrays(path)
    version = facts.get("version")
    if version != VERSION:
        raise IndexDamagedError(
            f"{path.name} has version {version}, this casefinder reads {VERSION}; run `casefinder verify --repair`"
        )
    return TermPart(arrays)
