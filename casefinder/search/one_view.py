"""One search over one view: read the question, gather candidates, rank, explain."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from casefinder.case_store import StoredCase
from casefinder.casebase import View
from casefinder.clinical.findings import default_extractor
from casefinder.encoders import Encoder, Relation
from casefinder.errors import RecordGoneError
from casefinder.search.asked import Asked, agreement, asked_findings, diagnosed_with, lone_disease
from casefinder.search.candidates import CandidateFinder, Candidates, concept_terms
from casefinder.search.explanation import explain
from casefinder.search.hit import Answer, Hit, MatchedBy, ScorePart
from casefinder.search.knowing import is_known
from casefinder.search.nearness import Nearest
from casefinder.search.question import Question, read_question, read_questions
from casefinder.search.ranking import (
    Matrix,
    Scored,
    applying,
    meaning_of,
    score_parts,
    shares_of,
    similarities,
    weights_for,
)
from casefinder.search.same_diagnosis import percent_of
from casefinder.search.weights import CROWDING, PARTS, RankingWeights
from casefinder.term_index import Rows, Where, are_in
from casefinder.vector_index import Ids

# Without a calibration: a cosine that unrelated short terms hardly reach with any sentence encoder in use.
_NAMED_COSINE: Final = 0.8
# What a diagnosis that is not the main one is less near by, where a question is the name of a disease.
_BESIDE: Final = np.float32(0.1)

Named: TypeAlias = tuple[Rows, float]  # the cases of a diagnosis, and how well the question names it


class ViewSearcher:
    """Answers questions over one view of a case base. Safe to share between threads."""

    def __init__(self, view: View, encoder: Encoder, weights: RankingWeights) -> None:
        """Join a view, the encoder that made its vectors, and the weights of the ranking."""
        self._view = view
        self._encoder = encoder
        self._weights = weights
        self._lexicon = default_extractor().lexicon
        self._candidates = CandidateFinder(view, self._lexicon, weights, calibration=encoder.calibration)
        self._named_cosine = encoder.calibration.near_duplicate if encoder.calibration else _NAMED_COSINE

    def search_many(self, texts: Sequence[str], *, k: int, where: Where | None) -> list[Answer]:
        """Find the k cases most similar to each text.

        Args:
            texts: The questions; they are encoded and searched for in the vector index together, and the filter is
                evaluated once.
            k: Cases wanted.
            where: Only cases that match this filter; the answer falls short of k only when fewer cases match.

        Raises:
            EmptyQueryError: The text holds nothing that could be compared.
            RecordGoneError: A case has been removed since the view was taken.
            CaseBaseDamagedError: A record was altered on disk.
            IndexDamagedError: A derived file was.
        """
        among = None if where is None else self._view.terms.matching(where)
        questions = read_questions(texts, self._encoder)
        return [
            self._answer(scored, k=k, among=among) for scored in self._scored(questions, k=k, among=among, where=where)
        ]

    def _answer(self, scored: Scored, *, k: int, among: Rows | None) -> Answer:
        n_candidates = self._view.terms.n_cases if among is None else len(among)
        found = similarities(scored.parts, scored.applies, self._weights)
        hits = self._hits(scored, found, k=k)
        return Answer(
            hits,
            is_known=not n_candidates or is_known(scored, found),
            exact=scored.exact,
            expected_recall=1.0 if scored.exact else self._measured_recall if among is None else None,
            n_candidates=n_candidates,
            n_cases=self._view.n_cases,
            sequence=self._view.sequence,
        )

    @property
    def _measured_recall(self) -> float:
        """Recall of the vector index over the whole case base."""
        return self._view.manifest.snapshot.recall_at_10

    def score(self, text: str, *, k: int, among: Rows | None, where: Where | None = None) -> Scored:
        """Gather the candidates for the k best cases and compute the parts of their scores, in no order.

        Args:
            text: The question.
            k: Cases wanted.
            among: Only these rows, rising, when given.
            where: The filter that lets these rows through, where there is one.

        Raises:
            EmptyQueryError: The text holds nothing that could be compared.
        """
        return next(self._scored([read_question(text, self._encoder)], k=k, among=among, where=where))

    def _scored(
        self, questions: Sequence[Question], *, k: int, among: Rows | None, where: Where | None
    ) -> Iterator[Scored]:
        """Score the candidates of each question; the vector index is asked once for all of them."""
        asked = [self._asked(question) for question in questions]
        nearest = self._candidates.nearest([question for question, _ in asked], k=k)
        for (question, findings), everywhere in zip(asked, nearest, strict=True):
            yield self._score(question, findings, everywhere, k=k, among=among, where=where)

    def _asked(self, question: Question) -> tuple[Question, tuple[Asked, ...]]:
        """Return a question as it is asked of this view, and the findings that it asks for."""
        terms = self._view.terms
        asked = asked_findings(question.mentions, terms.traits, self._lexicon, n_cases=terms.n_cases)
        if question.denial.any() and not terms.concepts.known(concept_terms(asked)):
            question = replace(question, vector=question.denial)
        return question, asked

    def _score(
        self,
        question: Question,
        asked: tuple[Asked, ...],
        everywhere: Nearest,
        *,
        k: int,
        among: Rows | None,
        where: Where | None,
    ) -> Scored:
        terms = self._view.terms
        named = terms.wordings.named_by(question.vector, threshold=self._named_cosine)
        named_rows = self._cases_named(question, named, k=k, among=among)
        candidates = self._candidates.find(question, asked, named_rows, everywhere, k=k, among=among, where=where)
        found, values = terms.traits.found(candidates.rows)
        diagnoses = _diagnosis_cosines(candidates.rows, named)
        disease = lone_disease(asked) if question.names_findings_only else None
        if disease is not None:
            # The lexicon knows the question as a name of what was diagnosed, so they are as near as two wordings of
            # one text: an encoder need not have learned that 心梗 and acute MI are one.
            # Whoever asks for COPD asks for cases of it, before those that have it beside something else.
            main, beside = diagnosed_with(disease, found, terms.traits, n_cases=len(diagnoses))
            diagnoses[main] = np.fmax(diagnoses[main], np.float32(self._named_cosine))
            diagnoses[beside] = np.fmax(diagnoses[beside], np.float32(self._named_cosine)) - _BESIDE
        answered = agreement(asked, found, terms.traits, n_cases=len(diagnoses))
        parts = score_parts(
            question,
            terms.traits,
            candidates.rows,
            found=found,
            answered=answered,
            values=values,
            meaning=self._meaning(candidates, diagnoses),
            words=candidates.words,
            names=candidates.names,
        )
        return Scored(
            question=question,
            asked=asked,
            keys=terms.keys_of(candidates.rows),
            parts=parts,
            applies=applying(
                question,
                asked,
                candidates.words.asked,
                calibration=self._encoder.calibration,
                named=candidates.named,
            ),
            cosines=candidates.near.cosines,
            diagnoses=diagnoses,
            exact=candidates.exact,
            has_disease=answered.has_disease,
            unknown=candidates.words.asked.unknown,
        )

    def ids_of(self, keys: Ids) -> list[str]:
        """Return the ids of cases by key, in order.

        Raises:
            RecordGoneError: A case has been removed since the view was taken.
        """
        ids = self._view.store.ids(keys.tolist())
        _check_all_there(keys.tolist(), ids)
        return [ids[key] for key in keys.tolist()]

    def _cases_named(self, question: Question, named: list[Named], *, k: int, among: Rows | None) -> Rows:
        """Return the rows of the best k cases of each diagnosis that a question names, by presentation.

        Once k cases of better named diagnoses are found, those of the next could hardly rank before them.
        """
        terms, found = self._view.terms, np.zeros(0, dtype=np.int64)
        for having, _ in named:
            if len(found) >= k:
                break
            rows = having if among is None else having[are_in(having, among)]
            if len(rows):
                near = self._view.index.search(question.vector[None], k=k, among=terms.keys_of(rows))
                found = np.union1d(found, terms.rows_of(near.ids[0]))
        return found

    def _meaning(self, candidates: Candidates, diagnoses: Matrix) -> Matrix:
        """Return how near each candidate is in meaning, from its nearest side, 0 to 1."""
        # A case that shares no word with the question may be written in the other language.
        near = candidates.near
        bridged = np.where(candidates.words.held > 0, near.cosines, near.bridged)
        nearest = np.fmax(np.maximum(near.cosines, bridged), diagnoses)
        return meaning_of(nearest - np.float32(CROWDING) * near.crowding, self._encoder.calibration)

    def _hits(self, scored: Scored, scores: Matrix, *, k: int) -> tuple[Hit, ...]:
        """Keep the best k candidates and explain them."""
        # Of equally similar cases the one with the nearer presentation comes first.
        order = np.lexsort((scored.keys, -scored.cosines, -scores))[:k]
        keys = scored.keys[order].tolist()
        stored = self._view.store.hydrated(keys)
        _check_all_there(keys, stored)
        weights = weights_for(scored.applies, self._weights)
        parts = _score_parts(scored.parts[order], shares_of(scored.parts[order], weights), weights)
        return tuple(
            self._hit(scored, parts[rank - 1], place, rank, float(scores[place]), stored[key])
            for rank, (key, place) in enumerate(zip(keys, order.tolist(), strict=True), start=1)
        )

    def _hit(
        self,
        scored: Scored,
        parts: tuple[ScorePart, ...],
        place: int,
        rank: int,
        similarity: float,
        stored: StoredCase,
    ) -> Hit:
        explanation = explain(scored.question, scored.asked, stored.case, stored.findings)
        cosine, best = float(scored.cosines[place]), float(scored.diagnoses[place])
        diagnosis = None if np.isnan(best) else best
        return Hit(
            rank=rank,
            case=stored.case,
            similarity=similarity,
            parts=parts,
            explanation=explanation,
            matched_by=_side(scored.parts[place], cosine, diagnosis),
            presentation_cosine=cosine,
            diagnosis_cosine=diagnosis,
            percent=percent_of(similarity) if self._encoder.calibration else None,
            relation=self._relation(cosine, diagnosis, is_contradicted=bool(explanation.contradicted)),
        )

    def _relation(self, cosine: float, diagnosis: float | None, *, is_contradicted: bool) -> Relation | None:
        if self._encoder.calibration is None:
            return None
        relation = self._encoder.calibration.relation(cosine if diagnosis is None else max(cosine, diagnosis))
        return Relation.RELATED if is_contradicted and relation is Relation.NEAR_DUPLICATE else relation


def _check_all_there(keys: Iterable[int], read: Container[int]) -> None:
    if any(key not in read for key in keys):
        raise RecordGoneError("a record was removed while it was being searched for; search again")


def _diagnosis_cosines(rows: Rows, named: list[Named]) -> Matrix:
    """Return for each case the best cosine of a diagnosis that the question names, NaN where there is none."""
    cosines = np.full(len(rows), np.nan, dtype=np.float32)
    for having, cosine in reversed(named):
        cosines[are_in(rows, having)] = cosine
    return cosines


def _score_parts(values: Matrix, shares: Matrix, weights: Matrix) -> list[tuple[ScorePart, ...]]:
    """Return what there is to say of each hit: its gains that apply to the question and are known, and its costs."""
    is_shown = (values > 0) | ((weights > 0) & ~np.isnan(values))
    rows = zip(values.tolist(), shares.tolist(), is_shown.tolist(), strict=True)
    return [
        tuple(ScorePart(*part) for part, shown in zip(zip(PARTS, row, share, strict=True), which, strict=True) if shown)
        for row, share, which in rows
    ]


def _side(values: Matrix, cosine: float, diagnosis: float | None) -> MatchedBy:
    if values[PARTS.index("names")] > 0:
        return MatchedBy.TREATMENT
    return MatchedBy.DIAGNOSIS if diagnosis is not None and diagnosis > cosine else MatchedBy.PRESENTATION
