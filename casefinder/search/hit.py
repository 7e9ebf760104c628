"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from casefinder.cases import Case
from casefinder.encoders import Relation


class MatchedBy(StrEnum):
    """Which side of a case the question met."""

    PRESENTATION = "presentation"
    DIAGNOSIS = "diagnosis"


@dataclass(frozen=True, slots=True)
class Hit:
    """A past case and how similar it is to the question.

    Attributes:
        rank: 1 for the most similar case.
        case: The case.
        similarity: What hits are ordered by: the higher of the two cosines below, -1 to 1.
        matched_by: Which of the two it is.
        presentation_cosine: Cosine of the question and the presentation of the case.
        diagnosis_cosine: Highest cosine of the question and a diagnosis of the case; None where the question
            names none of its diagnoses.
        percent: The similarity as a percentage, 0 to 100, by the encoder's calibration; None where it has none.
        relation: The similarity as a word, by the same calibration; None where it has none.
    """

    rank: int
    case: Case
    similarity: float
    matched_by: MatchedBy
    presentation_cosine: float
    diagnosis_cosine: float | None
    percent: float | None
    relation: Relation | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    Attributes:
        hits: Most similar first; fewer than asked for only when no more cases match the filter.
        exact: Whether no more similar case can have been missed.
        expected_recall: Share of the k most similar cases that is found on average (0-1); 1 when exact.
        n_candidates: Cases that the filter let through.
    """

    hits: tuple[Hit, ...]
    exact: bool
    expected_recall: float
    n_candidates: int
