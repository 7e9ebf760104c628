"""From the filter options of a command to a filter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casefinder.case_store import Where
    from casefinder.cases import Age


def chosen_cases(
    *,
    departments: tuple[str, ...] = (),
    sex: str | None = None,
    age: tuple[Age, Age] | None = None,
    since: date | None = None,
    until: date | None = None,
    diagnoses: tuple[str, ...] = (),
    outcome: str | None = None,
) -> Where | None:
    """Return the filter that all given options make up together; None when none is given.

    Raises:
        FilterError: A range is empty, or a diagnosis is.
    """
    from casefinder.case_store import (
        AgeBetween,
        AllOf,
        AnyOf,
        DepartmentIs,
        DiagnosisIs,
        OutcomeIs,
        SexIs,
        VisitedBetween,
    )
    from casefinder.cases import OutcomeStatus, Sex

    conditions: list[Where] = []
    if departments:
        conditions.append(AnyOf(tuple(DepartmentIs(name) for name in departments)))
    if sex:
        conditions.append(SexIs(Sex(sex)))
    if age:
        conditions.append(AgeBetween(*age))
    if since or until:
        conditions.append(VisitedBetween(since, until))
    if diagnoses:
        conditions.append(AnyOf(tuple(DiagnosisIs(name) for name in diagnoses)))
    if outcome:
        conditions.append(OutcomeIs(OutcomeStatus(outcome)))
    return AllOf(tuple(conditions)) if conditions else None
