"""Asking labelled questions, with the full ranking and with single parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from casefinder.errors import EmptyQueryError
from casefinder.evaluation.labels import LabelledQuestion
from casefinder.evaluation.metrics import Figure, figures_of
from casefinder.search import RankingWeights, Searcher

_NOTHING: Final = dict.fromkeys(
    ("meaning", "words", "findings", "names", "contradiction", "age", "life_stage", "sex", "duration"), 0.0
)
BASELINES: Final = {
    "vectors alone": RankingWeights(**{**_NOTHING, "meaning": 1.0}),
    "BM25 alone": RankingWeights(**{**_NOTHING, "words": 1.0}),
}


def evaluate(searcher: Searcher, questions: Sequence[LabelledQuestion], *, k: int = 10) -> dict[str, Figure]:
    """Ask every question and return the figures of the answers.

    Args:
        searcher: Over the case base that holds the labelled cases.
        questions: At least one.
        k: Cases looked at per question.
    """
    rankings = [ranked_ids(searcher, question, k=k) for question in questions]
    return figures_of(rankings, [question.relevant for question in questions], k=k)


def ranked_ids(searcher: Searcher, question: LabelledQuestion, *, k: int) -> list[str]:
    """Return the ids of the k best cases, without the case that asks; none for a question without words."""
    try:
        hits = searcher.search(question.text, k=k + bool(question.asked_by)).hits
    except EmptyQueryError:
        return []
    return [hit.case.id for hit in hits if hit.case.id != question.asked_by][:k]
