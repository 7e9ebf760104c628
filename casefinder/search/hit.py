"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from casefinder.cases import Case
from casefinder.encoders import Relation
from casefinder.search.explanation import Explanation


class MatchedBy(StrEnum):
    """Which side of a case the question met."""

    PRESENTATION = "presentation"
    DIAGNOSIS = "diagnosis"
    TREATMENT = "treatment"


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a similarity.

    Attributes:
        name: Name of the part; see ``casefinder.search.weights``.
        value: How much of it there is, 0 to 1.
        share: What it adds to the similarity; below 0 for a cost. The shares of a hit add up to its similarity.
    """

    name: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A past case and how similar it is to the question.

    Attributes:
        rank: 1 for the most similar case.
        case: The case.
        similarity: What hits are ordered by: the sum of the parts below, at most 1.
        parts: What the similarity is made of; parts that do not apply to the question are left out.
        explanation: Which findings match, contradict and are missing, and where they stand.
        matched_by: Which side of the case the question met best.
        presentation_cosine: Cosine of the question and the presentation of the case, -1 to 1.
        diagnosis_cosine: Highest cosine of the question and a diagnosis of the case, at least the limit of
            near-duplicates where the lexicon knows the question as a name of it; None where the question names
            none of its diagnoses.
        percent: Of pairs as similar as this among the sample cases, the percentage that shares its main diagnosis;
            None where the encoder has no calibration.
        relation: What the better of the cosines means by the encoder's calibration, None where it has none; a
            case that contradicts a finding is never a near-duplicate.
    """

    rank: int
    case: Case
    similarity: float
    parts: tuple[ScorePart, ...]
    explanation: Explanation
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
        is_known: Whether the case base holds anything similar; if not, the hits are strangers.
        exact: Whether no case nearer in meaning can have been missed.
        expected_recall: Share of the k nearest cases that is found on average (0-1); 1 when exact. None behind a
            filter otherwise: it was measured for the whole case base, and not for what a filter lets through.
        n_candidates: Cases that the filter let through.
        n_cases: Cases of the case base.
        sequence: Number of the last change of the case base that the answer knows of.
    """

    hits: tuple[Hit, ...]
    is_known: bool
    exact: bool
    expected_recall: float | None
    n_candidates: int
    n_cases: int
    sequence: int
