"""Asking labelled questions and measuring the answers."""

from __future__ import annotations

from collections.abc import Sequence

from casefinder.errors import EmptyQueryError
from casefinder.evaluation.labels import LabelledQuestion
from casefinder.evaluation.metrics import Figure, figures_of
from casefinder.evaluation.rankings import Ranking


def evaluate(ranking: Ranking, questions: Sequence[LabelledQuestion], *, k: int = 10) -> dict[str, Figure]:
    """Ask every question and return the figures of the answers.

    Args:
        ranking: The way to rank; see ``casefinder.evaluation.rankings``.
        questions: At least one.
        k: Cases looked at per question.
    """
    found = [ranked_ids(ranking, question, k=k) for question in questions]
    return figures_of(found, [question.relevant for question in questions], k=k)


def ranked_ids(ranking: Ranking, question: LabelledQuestion, *, k: int) -> list[str]:
    """Return the ids of the k best cases, without the case that asks; none for a question without words."""
    try:
        ids = ranking(question.text, k + bool(question.asked_by))
    except EmptyQueryError:
        return []
    return [case_id for case_id in ids if case_id != question.asked_by][:k]
