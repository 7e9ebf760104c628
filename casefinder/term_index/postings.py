"""Word-for-word search: BM25 over posting lists in arrays, which are written once and never changed.

A question adds the lists of its terms up. What depends on the whole case base, how rare a term is and how long a
usual case, is worked out when a question is asked, over all parts and without what was removed: a case base that
was added to answers like one that was built in one go.

SQLite FTS5 was measured beside it, see ``scripts/bench/lexical.py``: at 200,000 cases an OR of the bigrams of
one sentence takes it ten to a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.term_index.highest import highest
from casefinder.term_index.lists import IMPACT_STEPS, Rows, TermLists, are_in, split_postings, term_keys, usual_impact

Scores = NDArray[np.float32]

# Postings added up over all cases, of the most telling terms: what is left is looked up for the best of them. 250,000
# take about a millisecond. At a million cases that finds 95 % of the ten best by words alone; of the ten best by
# everything none was lost at 200,000 cases even with 80,000.
_MOST_ADDED: Final = 250_000
# Where cases are chosen by a rough score of all that match, so many postings for each case of the case base. At a
# million cases, behind cardiology, 25 questions found 0.976 of their ten best with 250,000 and 0.992 with a million, in
# the same time: what is added up need not be looked up.
_MOST_ADDED_PER_ROW: Final = 1
_FURTHER: Final = 4  # cases looked up completely for one that is wanted
_ROWS_PER_LOOK: Final = 4096


@dataclass(frozen=True, slots=True)
class PartLists:
    """The posting lists of one part in its place among all.

    Attributes:
        lists: The lists.
        first_row: Row of its first case.
        n_rows: Rows of the part.
        removed: Rows of the part, as the part counts them, that no search may find; rising.
    """

    lists: TermLists
    first_row: int
    n_rows: int
    removed: Rows


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a question: what it adds, and from where to where its postings are in each part."""

    weight: float
    n_postings: int
    bounds: tuple[tuple[int, int], ...]


class TermScores:
    """What the cases have of a question: the share of its information that each covers, 0 and up.

    A case of average length that holds every term once has 1; repetitions and short texts go beyond. Nothing is added
    up over all cases before the best of them are asked for.

    Attributes:
        information: What the terms tell in all, in nats: a term that no case holds tells most.
        unheld: Those terms that no case holds, with what they tell.
    """

    def __init__(
        self,
        parts: Sequence[PartLists],
        terms: Sequence[_Term],
        *,
        n_rows: int,
        information: float,
        unheld: Mapping[str, float],
    ) -> None:
        """Hold the terms of a question.

        Args:
            parts: The lists of each part.
            terms: The most telling first; weights as they count for one step of an impact.
            n_rows: Rows of all parts.
            information: What the terms tell in all, those included that no case holds.
            unheld: Terms that no case holds, with what they tell.
        """
        self.information, self.unheld = information, unheld
        self._parts = parts
        self._further = terms
        self._n_rows = n_rows
        self._sums: Scores | None = None

    @property
    def _added(self) -> Scores:
        """The most telling terms added up over all cases: float32 [n_rows]."""
        if self._sums is None:
            # Always one term: a question of a single word that half of the cases hold has no other.
            self._sums = self._with_more(np.zeros(self._n_rows, dtype=np.float32), _MOST_ADDED, at_least=1)
        return self._sums

    def _with_more(self, sums: Scores, n_postings: int, *, at_least: int = 0) -> Scores:
        """Add the next terms to sums over all cases, as many as have so many postings in all."""
        ends = np.cumsum([term.n_postings for term in self._further])
        n_added = max(at_least, int(np.searchsorted(ends, n_postings, side="right")))
        for term in self._further[:n_added]:
            for part, (start, end) in zip(self._parts, term.bounds, strict=True):
                rows, impacts = split_postings(part.lists.postings[start:end])
                np.add.at(sums[part.first_row :], rows, impacts * np.float32(term.weight))
        self._further = self._further[n_added:]
        for part in self._parts:
            sums[part.removed + part.first_row] = 0
        return sums

    def at(self, rows: Rows) -> Scores:
        """Return the shares of some cases, given in rising order: float32 [n]."""
        scores = np.zeros(len(rows), dtype=np.float32) if self._sums is None else self._sums[rows]
        bounds = np.searchsorted(rows, [part.first_row for part in self._parts[1:]]).tolist() if len(rows) else []
        for number, part in enumerate(self._parts if len(rows) else ()):
            piece = slice([0, *bounds][number], [*bounds, len(rows)][number])
            local = rows[piece] - part.first_row
            for term in self._further:
                scores[piece] += part.lists.impacts(*term.bounds[number], local) * np.float32(term.weight)
            scores[piece][are_in(local, part.removed)] = 0
        return scores

    def roughly(self, rows: Rows) -> Scores:
        """Return the shares of many cases by the most telling terms only, by more than ``best`` goes by: float32 [n].

        What is added up here is looked up no more, and ``best`` goes by it too from now on.
        """
        self._sums = self._with_more(self._added, _MOST_ADDED_PER_ROW * self._n_rows - _MOST_ADDED)
        return self._sums[rows]

    def best(self, n: int, *, among: Rows | None = None) -> Rows:
        """Return the n rows with the highest shares above 0, or fewer, rising: int64 [n].

        Args:
            n: Cases wanted.
            among: Only these rows, rising, when given.
        """
        rows = self._first(n * _FURTHER, among)
        return rows[highest(self.at(rows), n)]

    def first(self, n: int, *, among: Rows) -> Rows:
        """Return n of some rows, those with the highest shares by the most telling terms first, rising: int64 [n]."""
        if len(among) <= n:
            return among
        rows = self._first(n, among)
        others = among[~are_in(among, rows)]
        return np.sort(np.concatenate([rows, others[: n - len(rows)]]))

    def _first(self, n: int, among: Rows | None) -> Rows:
        """Return at most n rows that have the highest shares above 0 by the most telling terms, rising."""
        added = self._added if among is None else self._added[among]
        places = highest(added, n)
        return places if among is None else among[places]


class Postings:
    """The posting lists of one field of all cases. Safe to share between threads."""

    def __init__(self, parts: Sequence[PartLists], *, n_cases: int, usual_length: float) -> None:
        """Serve posting lists.

        Args:
            parts: The lists of each part.
            n_cases: Cases that can be found.
            usual_length: Mean length of these over the reference length; 1 where no share is wanted.
        """
        self._parts = parts
        self._n_cases = n_cases
        self._n_rows = sum(part.n_rows for part in parts)
        self._step = 1 / (IMPACT_STEPS * usual_impact(usual_length))

    def scores(self, terms: Mapping[str, float]) -> TermScores:
        """Return what the cases have of a question; removed cases have nothing.

        Args:
            terms: The weight of each term in the question.
        """
        found, information, unheld = self._found(terms)
        return TermScores(self._parts, found, n_rows=self._n_rows, information=information, unheld=unheld)

    def known(self, terms: Iterable[str]) -> set[str]:
        """Return those terms that any case holds, removed ones included."""
        listed = list(dict.fromkeys(terms))
        keys = term_keys(listed)
        lengths = np.zeros(len(listed), dtype=np.int64)
        for part in self._parts:
            starts, ends = part.lists.bounds(keys)
            lengths += ends - starts
        return {term for term, length in zip(listed, lengths.tolist(), strict=True) if length}

    def held(self, terms: Sequence[str], rows: Rows) -> NDArray[np.bool_]:
        """Return which of some cases, given in rising order, hold every one of these terms: bool [n_rows]."""
        pieces = np.split(rows, np.searchsorted(rows, [part.first_row for part in self._parts[1:]]))
        masks = []
        for (part, bounds), piece in zip(self._shortest_first(terms), pieces, strict=True):
            mask = np.ones(len(piece), dtype=bool)
            for start, end in bounds:
                mask[mask] = part.lists.contains(start, end, piece[mask] - part.first_row)
            masks.append(mask)
        return np.concatenate(masks)

    def holding(self, terms: Sequence[str]) -> Rows:
        """Return the rows that hold every one of these terms, rising: int64 [n]."""
        rows = self._holding_rarest(terms)
        return rows[self.held(terms, rows)]

    def best_holding(self, terms: Sequence[str], n: int, *, by: TermScores, among: Rows | None = None) -> Rows:
        """Return n of the rows that hold every one of these terms, those with the highest shares: int64 [<= n].

        Not all that hold them are looked at where that are many: the name of a common drug stands in every third case.

        Args:
            terms: The terms, at least one.
            n: Cases wanted.
            by: The shares.
            among: Only these rows, rising, when given.
        """
        rows = self._holding_rarest(terms)
        rows = rows if among is None else rows[are_in(rows, among)]
        n_looked = n * _FURTHER
        while True:
            near = by.first(n_looked, among=rows)
            found = near[self.held(terms, near)]
            if len(found) >= n or len(near) == len(rows):
                return by.first(n, among=found)
            n_looked *= _FURTHER

    def is_held(self, terms: Sequence[str]) -> bool:
        """Tell whether any case holds every one of these terms: at once where many do."""
        for part, bounds in self._shortest_first(terms):
            first, last = bounds[0]
            for start in range(first, last, _ROWS_PER_LOOK):
                rows = part.lists.between(start, min(start + _ROWS_PER_LOOK, last))
                if self.held(terms, rows[~are_in(rows, part.removed)] + part.first_row).any():
                    return True
        return False

    def _holding_rarest(self, terms: Sequence[str]) -> Rows:
        """Return the rows of cases that can be found and hold the rarest of these terms, rising: int64 [n]."""
        found = [np.zeros(0, dtype=np.int64)]
        for part, bounds in self._shortest_first(terms):
            rows = part.lists.between(*bounds[0])
            found.append(rows[~are_in(rows, part.removed)] + part.first_row)
        return np.concatenate(found)

    def _shortest_first(self, terms: Sequence[str]) -> list[tuple[PartLists, list[tuple[int, int]]]]:
        """Return where the postings of terms are in each part, the shortest list first."""
        keys = term_keys(dict.fromkeys(terms))
        listed = []
        for part in self._parts if len(keys) else ():
            starts, ends = part.lists.bounds(keys)
            order = np.argsort(ends - starts, kind="stable")
            listed.append((part, list(zip(starts[order].tolist(), ends[order].tolist(), strict=True))))
        return listed

    def _found(self, terms: Mapping[str, float]) -> tuple[list[_Term], float, dict[str, float]]:
        """Return the terms of a question that any case holds, the most telling first; what all tell; and the others."""
        if not terms:
            return [], 0.0, {}
        keys = term_keys(terms)
        bounds = [part.lists.bounds(keys) for part in self._parts]
        n_postings = sum((ends - starts for starts, ends in bounds), np.zeros(len(keys), dtype=np.int64))
        counts = n_postings - self._n_removed(bounds, len(keys))
        information = np.log(1 + (self._n_cases - counts + 0.5) / (counts + 0.5))
        weights = information * np.fromiter(terms.values(), dtype=np.float64)
        steps = weights * self._step / max(weights.sum(), 1e-9)
        order = [place for place in np.argsort(-weights, kind="stable").tolist() if counts[place]]
        listed = [tuple((int(starts[place]), int(ends[place])) for starts, ends in bounds) for place in order]
        found = [
            _Term(float(steps[place]), int(n_postings[place]), where)
            for place, where in zip(order, listed, strict=True)
        ]
        told = zip(terms, weights.tolist(), counts.tolist(), strict=True)
        unheld = {term: weight for term, weight, count in told if not count}
        return found, float(weights.sum()), unheld

    def _n_removed(self, bounds: Sequence[tuple[Rows, Rows]], n_terms: int) -> NDArray[np.int64]:
        """Return how many removed cases hold each term: int64 [n_terms]."""
        counts = np.zeros(n_terms, dtype=np.int64)
        for part, (starts, ends) in zip(self._parts, bounds, strict=True):
            if len(part.removed):
                listed = zip(starts.tolist(), ends.tolist(), strict=True)
                counts += [part.lists.contains(start, end, part.removed).sum() for start, end in listed]
        return counts
