"""Candidates for an answer, from every side that a case can be met from.

By meaning (vector index), by words and by findings (posting lists), by the name of a diagnosis, and by names of
drugs, procedures and codes. What one side misses another finds; the ranking decides among all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.casebase import View
from casefinder.clinical.lexicon import ConceptKind, Lexicon
from casefinder.encoders import Calibration
from casefinder.search.asked import Asked
from casefinder.search.filter_plan import FilterPlan, n_near, n_per_side, n_together, plan_filter
from casefinder.search.nearness import N_ABOUT, Nearest, Nearness, nearest_keys, nearness
from casefinder.search.question import Question
from casefinder.search.ranking import applying, weights_for
from casefinder.search.together import Near, roughly_similar
from casefinder.search.weights import RankingWeights
from casefinder.search.words import AskedWords, WordMatch, asked_words
from casefinder.term_index import Rows, Where, are_in, concept_term, united
from casefinder.term_index.highest import highest

Scores = NDArray[np.float32]

_SPARE: Final = 1.5  # cases fetched for one wanted, when a filter is applied afterwards
_LEAST_FOUND: Final = 0.5  # of the cases wanted, for a filter applied afterwards to be enough
_NAMED_KINDS: Final = (ConceptKind.DRUG, ConceptKind.DRUG_CLASS, ConceptKind.PROCEDURE)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Cases to rank, with what was learned of them on the way.

    Attributes:
        rows: int64 [n], rising.
        near: How near they are in meaning.
        words: Which of the question's words they hold.
        names: float32 [n], share of the question's names that stand in its treatment path.
        named: Share of the question that names anything of that kind, by its words, 0 to 1.
        exact: Whether no case nearer in meaning can have been missed.
    """

    rows: Rows
    near: Nearness
    words: WordMatch
    names: Scores
    named: float
    exact: bool


class CandidateFinder:
    """Finds candidates in one view of a case base. Safe to share between threads."""

    def __init__(
        self, view: View, lexicon: Lexicon, weights: RankingWeights, *, calibration: Calibration | None
    ) -> None:
        self._index = view.index
        self._terms = view.terms
        self._lexicon = lexicon
        self._weights = weights
        self._calibration = calibration

    def nearest(self, questions: Sequence[Question], *, k: int) -> list[Nearest]:
        """Find the cases nearest to each question in the whole case base, of which ``find`` chooses for k of them."""
        return nearest_keys(self._index, questions, k=n_per_side(k))

    def find(
        self,
        question: Question,
        asked: Sequence[Asked],
        diagnosed: Rows,
        everywhere: Nearest,
        *,
        k: int,
        among: Rows | None,
        where: Where | None = None,
    ) -> Candidates:
        """Find candidates for the k best cases.

        Args:
            question: What is asked.
            asked: The findings that it asks for.
            diagnosed: Cases of diagnoses that it names.
            everywhere: The cases nearest to it, as ``nearest`` finds them.
            k: Cases wanted.
            among: Only these rows, rising, when given.
            where: The filter that lets these rows through, where there is one.
        """
        n_cases = self._terms.n_cases
        words = asked_words(question, self._terms.words)
        naming = self._naming(question)
        plan = plan_filter(n_cases if among is None else len(among), n_cases)
        if plan is FilterPlan.RANK_ALL:
            rows, exact = self._terms.live_rows() if among is None else among, True
        else:
            near = self._near(question, k, everywhere, among, where, plan)
            rows, exact = self._from_all_sides(question, asked, words, naming, diagnosed, near, k, among), near.exact
        names = self._shares(naming, rows)
        return Candidates(
            rows=rows,
            near=nearness(self._index, question, self._terms.keys_of(rows), everywhere.keys[:N_ABOUT]),
            words=words.held_by(rows),
            names=names,
            named=_length(naming) / _length(question.chunks) if names.any() else 0.0,
            exact=exact,
        )

    def _from_all_sides(
        self,
        question: Question,
        asked: Sequence[Asked],
        words: AskedWords,
        naming: Sequence[tuple[str, ...]],
        diagnosed: Rows,
        near: Near,
        k: int,
        among: Rows | None,
    ) -> Rows:
        """Return the best cases of every side, and behind a filter those that are best by all sides together."""
        n_wanted, every = n_per_side(k), words.every
        findings = self._terms.concepts.scores(concept_terms(asked))
        sides = [near.best(n_wanted), diagnosed]
        if among is not None:
            applies = applying(question, asked, words, calibration=self._calibration, named=0.0)
            similar = roughly_similar(
                among,
                near,
                words=every,
                findings=findings,
                weights=weights_for(applies, self._weights),
                calibration=self._calibration,
            )
            sides.append(among[highest(similar, n_together(k, len(among)))])
        sides += (scores.best(n_wanted, among=among) for scores in (every, findings))
        sides += (self._terms.names.best_holding(chunk, n_wanted, by=every, among=among) for chunk in naming)
        return united(sides)

    def _near(
        self,
        question: Question,
        k: int,
        everywhere: Nearest,
        among: Rows | None,
        where: Where | None,
        plan: FilterPlan,
    ) -> Near:
        """Return the nearest cases, rising, and whether none nearer can have been missed."""
        if among is None or not len(everywhere.keys):
            return self._near_rows(everywhere)
        if plan is FilterPlan.FILTERED_PROBE and not self._index.filters_itself:
            n_wanted = n_per_side(k)
            n_fetched = int(n_wanted * self._terms.n_cases / len(among) * _SPARE)
            wider = nearest_keys(self._index, [question], k=n_fetched)[0]
            near = self._near_rows(wider)
            is_allowed = are_in(near.rows, among)
            # A question about what the filter shuts out finds few: then all codes are looked at.
            if is_allowed.sum() >= n_wanted * _LEAST_FOUND:
                return Near(near.rows[is_allowed], near.cosines[is_allowed], near.exact)
        keys = self._terms.keys_of(among)
        found = self._index.search(
            question.vector[None],
            k=n_near(k, len(among)),
            among=keys,
            where=where,
            by_codes=plan is not FilterPlan.FULL_PROBE,
        )
        return _near_among(among, keys, Nearest(found.ids[0], found.scores[0], found.exact))

    def _near_rows(self, found: Nearest) -> Near:
        """Return the rows of the cases nearest to a question in the whole case base."""
        rows = self._terms.rows_of(np.sort(found.keys))
        return _near_among(rows, self._terms.keys_of(rows), found)

    def _naming(self, question: Question) -> list[tuple[str, ...]]:
        """Return the parts of a question that are names of treatments or codes.

        A complaint that happens to stand in a treatment path is no name: a name is a drug or a procedure of
        the lexicon, or something that no presentation of the case base mentions.
        """
        names, words = self._terms.names, self._terms.words
        known = names.known(term for chunk in question.chunks for term in chunk)
        return [
            chunk
            for chunk in question.chunks
            if chunk
            and known.issuperset(chunk)
            and names.is_held(chunk)
            and (self._is_name(chunk, question) or not words.is_held(chunk))
        ]

    def _shares(self, naming: Sequence[tuple[str, ...]], rows: Rows) -> Scores:
        """Return the share of the names that stand in the treatment path or codes of each case."""
        counts = sum((self._terms.names.held(chunk, rows) for chunk in naming), np.zeros(len(rows), dtype=np.float32))
        return (counts / max(len(naming), 1)).astype(np.float32)

    def _is_name(self, chunk: tuple[str, ...], question: Question) -> bool:
        written = "".join(term for term in chunk if len(term) == 1) or chunk[0]
        return any(
            mention.concept_id in self._lexicon
            and self._lexicon[mention.concept_id].kind in _NAMED_KINDS
            and question.text[mention.start : mention.end].lower() in (written, " ".join(chunk))
            for mention in question.mentions
        )


def _near_among(rows: Rows, keys: Rows, found: Nearest) -> Near:
    """Return the rows of the cases nearest to a question.

    Args:
        rows: int64 [n], rising; what was found of others is left out, as is what fills an answer up.
        keys: Theirs, int64 [n], rising.
        found: The cases.
    """
    order = np.argsort(found.keys)
    order = order[are_in(found.keys[order], keys)]
    return Near(rows[np.searchsorted(keys, found.keys[order])], found.cosines[order], found.exact)


def _length(chunks: Iterable[Sequence[str]]) -> int:
    return sum(map(len, chunks))


def concept_terms(asked: Sequence[Asked]) -> dict[str, float]:
    """Return the terms of posting lists that agree with what is asked, with their weights."""
    terms: dict[str, float] = {}
    for one in asked:
        if one.is_absent:
            terms[concept_term(one.mention.concept_id, "absent")] = one.weight
        else:
            terms |= {concept_term(concept_id, "present"): one.weight for concept_id in one.same}
    return terms
