"""Word-for-word search: BM25 over posting lists in arrays, which are written once and never changed.

A question adds the lists of its terms up. What depends on the whole case base, how rare a term is and how long a
usual case, is worked out when a question is asked, over all parts and without what was removed: a case base that
was added to answers like one that was built in one go.

SQLite FTS5 was measured beside it, see ``scripts/bench/lexical.py``: at 200,000 cases an OR of the bigrams of
one sentence takes it ten to a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.term_index.lists import IMPACT_STEPS, ROW_SHIFT, Rows, TermLists, term_keys, usual_impact

# Postings added up per question, best terms first: 3 million take about 12 ms.
_MOST_POSTINGS: Final = 3_000_000


@dataclass(frozen=True, slots=True)
class PartLists:
    """The posting lists of one part in its place among all.

    Attributes:
        lists: The lists.
        first_row: Row of its first case.
        removed: Rows of the part, as the part counts them, that no search may find; rising.
    """

    lists: TermLists
    first_row: int
    removed: Rows


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a question: what it tells, and from where to where its postings are in each part."""

    weight: float
    n_postings: int
    bounds: tuple[tuple[int, int], ...]


class Postings:
    """The posting lists of one field of all cases. Safe to share between threads."""

    def __init__(self, parts: Sequence[PartLists], *, n_rows: int, n_cases: int, usual_length: float) -> None:
        """Serve posting lists.

        Args:
            parts: The lists of each part.
            n_rows: Rows, those of removed cases included.
            n_cases: Cases that can be found.
            usual_length: Mean length of these over the reference length; 1 where no share is wanted.
        """
        self._parts = parts
        self._n_rows = n_rows
        self._n_cases = n_cases
        self._step = 1 / (IMPACT_STEPS * usual_impact(usual_length))
        self._removed: Rows = np.concatenate([part.removed + part.first_row for part in parts])

    def scores(self, terms: Mapping[str, float]) -> NDArray[np.float32]:
        """Return the share of a question's information that each case covers: float32 [n_rows], 0 and up.

        A case of average length that holds every term once has 1; repetitions and short texts go beyond. Removed
        cases have 0.

        Args:
            terms: The weight of each term in the question.
        """
        total = np.zeros(self._n_rows, dtype=np.float32)
        listed = self._found(terms)
        wanted, n_left = sum(term.weight for term in listed), _MOST_POSTINGS
        for term in listed:
            n_left -= term.n_postings
            if n_left < 0:
                break  # what is left tells least: the most common terms
            for part, (start, end) in zip(self._parts, term.bounds, strict=True):
                postings = part.lists.postings[start:end]
                impacts = (postings & np.uint32(2**ROW_SHIFT - 1)).astype(np.float32)
                rows = (postings >> ROW_SHIFT).astype(np.intp)
                np.add.at(total[part.first_row :], rows, impacts * np.float32(term.weight * self._step / wanted))
        total[self._removed] = 0
        return total

    def holding(self, terms: Sequence[str]) -> Rows:
        """Return the rows that hold every one of these terms, rising: int64 [n]."""
        keys = term_keys(dict.fromkeys(terms))
        found = [np.zeros(0, dtype=np.int64)]
        for part in self._parts if len(keys) else ():
            starts, ends = part.lists.bounds(keys)
            order = np.argsort(ends - starts)
            bounds = list(zip(starts[order].tolist(), ends[order].tolist(), strict=True))
            rows = part.lists.between(*bounds[0])
            for start, end in bounds[1:]:
                rows = rows[part.lists.contains(start, end, rows)] if len(rows) else rows
            found.append(_without(rows, part.removed) + part.first_row)
        return np.concatenate(found)

    def _found(self, terms: Mapping[str, float]) -> list[_Term]:
        """Return the terms of a question, the most telling first."""
        if not terms:
            return []
        keys = term_keys(terms)
        bounds = [part.lists.bounds(keys) for part in self._parts]
        n_postings = sum((ends - starts for starts, ends in bounds), np.zeros(len(keys), dtype=np.int64))
        counts = n_postings - self._n_removed(bounds, len(keys))
        information = np.log(1 + (self._n_cases - counts + 0.5) / (counts + 0.5))
        weights = information * np.fromiter(terms.values(), dtype=np.float64)
        listed = [[(int(starts[i]), int(ends[i])) for starts, ends in bounds] for i in range(len(keys))]
        return [
            _Term(float(weights[place]), int(n_postings[place]), tuple(listed[place]))
            for place in np.argsort(-weights, kind="stable").tolist()
        ]

    def _n_removed(self, bounds: Sequence[tuple[Rows, Rows]], n_terms: int) -> NDArray[np.int64]:
        """Return how many removed cases hold each term: int64 [n_terms]."""
        counts = np.zeros(n_terms, dtype=np.int64)
        for part, (starts, ends) in zip(self._parts, bounds, strict=True):
            if len(part.removed):
                listed = zip(starts.tolist(), ends.tolist(), strict=True)
                counts += [part.lists.contains(start, end, part.removed).sum() for start, end in listed]
        return counts


def _without(rows: Rows, removed: Rows) -> Rows:
    return rows[~np.isin(rows, removed, assume_unique=True)] if len(removed) else rows
