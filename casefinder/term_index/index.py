"""Everything that cases are found, filtered and ranked by, of one state of a case base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from casefinder.term_index.deriving import REFERENCE_LENGTHS
from casefinder.term_index.filters import Where
from casefinder.term_index.lists import Rows
from casefinder.term_index.part import CONCEPTS, DEPARTMENTS, NAMES, WORDS, TermPart
from casefinder.term_index.postings import PartLists, Postings
from casefinder.term_index.traits import Traits
from casefinder.term_index.wordings import Wordings


class TermIndex:
    """One or more parts seen as one, without removed cases. Never changes; safe to share between threads.

    A case is known by its row: the place of its key among the keys of all parts, those of removed cases included.
    Nothing here ever returns the row of a removed case.

    Attributes:
        parts: The parts, keys rising from part to part.
        n_rows: Rows, those of removed cases included.
        n_cases: Cases that can be found.
        words: Posting lists of presentation and diagnoses.
        concepts: Posting lists of findings, a concept with its assertion being one term.
        names: Posting lists of ids, codes and the names of treatment steps.
        traits: Findings, age, sex and duration by row.
        wordings: Diagnoses by what they mean.
    """

    def __init__(self, parts: Sequence[TermPart], *, removed_keys: Iterable[int] = ()) -> None:
        """See parts as one.

        Args:
            parts: At least one, such as a snapshot and what was added since.
            removed_keys: Of cases that are to be found no more.
        """
        self.parts = tuple(parts)
        bounds = np.cumsum([0, *(part.n_rows for part in parts)]).tolist()
        self._offsets, self.n_rows = bounds[:-1], bounds[-1]
        gone = np.unique(np.fromiter(removed_keys, dtype=np.int64))
        self._removed = self.rows_of(gone)
        self.n_cases = self.n_rows - len(self._removed)
        usual_length = self._mean_length() / REFERENCE_LENGTHS[WORDS] if self.n_cases else 1.0
        self.words = self._postings(WORDS, usual_length)
        self.concepts = self._postings(CONCEPTS, 1.0)
        self.names = self._postings(NAMES, 1.0)
        self.traits = Traits(self.parts, self._offsets, removed=self._removed, n_cases=self.n_cases)
        self.wordings = Wordings(self.parts, self._offsets, removed=self._removed)

    def rows_of(self, keys: Rows) -> Rows:
        """Return the rows of keys, in their order, without those that are not there: int64 [n]."""
        rows = np.full(len(keys), -1, dtype=np.int64)
        for part, first in zip(self.parts, self._offsets, strict=True):
            places = part.keys.places(keys)
            rows = np.where(places >= 0, places + first, rows)
        return rows[rows >= 0]

    def keys_of(self, rows: Rows) -> Rows:
        """Return the keys of rows: int64 [n]."""
        if len(self.parts) == 1:
            return self.parts[0].arrays["keys"].take(rows)
        keys = np.empty(len(rows), dtype=np.int64)
        of_part = np.searchsorted(self._offsets, rows, side="right") - 1
        for number, (part, first) in enumerate(zip(self.parts, self._offsets, strict=True)):
            chosen = of_part == number
            keys[chosen] = part.arrays["keys"].take(rows[chosen] - first)
        return keys

    def live_rows(self) -> Rows:
        """Return the rows of all cases that can be found, rising: int64 [n_cases]."""
        return self._live(np.ones(self.n_rows, dtype=bool))

    def matching(self, where: Where) -> Rows:
        """Return the rows of all cases that match a filter, rising: int64 [n]."""
        return self._live(np.concatenate([where.mask(part.columns) for part in self.parts]))

    def departments(self) -> dict[str, int]:
        """Return the number of cases of each department, most frequent first."""
        counts: Counter[str] = Counter()
        for part, first in zip(self.parts, self._offsets, strict=True):
            for place, name in enumerate(part.texts(DEPARTMENTS)):
                rows = part.lists[DEPARTMENTS].rows(place) + first
                counts[name] += len(rows) - int(np.isin(self._removed, rows).sum())
        return dict(sorted(((name, n) for name, n in counts.items() if n), key=lambda item: (-item[1], item[0])))

    def _live(self, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Rows:
        mask[self._removed] = False
        return np.flatnonzero(mask)

    def _postings(self, field: str, usual_length: float) -> Postings:
        parts = []
        for part, first in zip(self.parts, self._offsets, strict=True):
            low, high = np.searchsorted(self._removed, [first, first + part.n_rows])
            parts.append(PartLists(part.lists[field], first, part.n_rows, self._removed[low:high] - first))
        return Postings(parts, n_cases=self.n_cases, usual_length=usual_length)

    def _mean_length(self) -> float:
        """Return the mean length of the cases that can be found."""
        total = sum(part.total_length for part in self.parts)
        for part, first in zip(self.parts, self._offsets, strict=True):
            low, high = np.searchsorted(self._removed, [first, first + part.n_rows])
            total -= int(part.arrays["word_lengths"].take(self._removed[low:high] - first).sum())
        return float(total / self.n_cases)
