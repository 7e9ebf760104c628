"""The treatment paths of similar cases, each with how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casefinder.cases import Diagnosis, Outcome, TreatmentStep
from casefinder.search import Hit

STANDING_SENTENCE = "association in past cases, not a recommendation"


@dataclass(frozen=True, slots=True)
class TreatmentPath:
    """What was done for one similar case, in order, and how it ended.

    Attributes:
        case_id: The case that it is from.
        similarity: How similar that case is to the question, -1 to 1.
        diagnoses: What the case was found to be.
        steps: In the order of the record.
        outcome: How it ended.
    """

    case_id: str
    similarity: float
    diagnoses: tuple[Diagnosis, ...]
    steps: tuple[TreatmentStep, ...]
    outcome: Outcome


def treatment_paths(hits: Sequence[Hit]) -> tuple[TreatmentPath, ...]:
    """Return the treatment paths of hits, in their order; cases that record no treatment are left out.

    The paths are evidence of what was done, an association in past cases, not a recommendation.
    """
    return tuple(
        TreatmentPath(
            case_id=hit.case.id,
            similarity=hit.similarity,
            diagnoses=hit.case.diagnoses,
            steps=hit.case.treatment_path,
            outcome=hit.case.outcome,
        )
        for hit in hits
        if hit.case.treatment_path
    )
