"""Options that choose cases, for every command that searches, and the filter they make up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Final

import click

from casefinder.cli.options import AgeRange, IsoDate, SexWord
from casefinder.cli.where import WhereExpression

if TYPE_CHECKING:
    from casefinder.cases import Age
    from casefinder.term_index import Where

_Decorator = Callable[[Callable[..., None]], Callable[..., None]]

_OPTIONS: Final[tuple[_Decorator, ...]] = (
    click.option("--department", multiple=True, help="Only cases of this department; may be given several times."),
    click.option("--sex", type=SexWord(), help="Only patients of this sex; 男 and 女 are understood."),
    click.option("--age", type=AgeRange(), help="Only patients of this age: 50-70 (years), 65-, 6m-24m, 0d-28d."),
    click.option("--since", type=IsoDate(), help="Only visits on or after this day."),
    click.option("--until", type=IsoDate(), help="Only visits on or before this day."),
    click.option(
        "--diagnosis", multiple=True, help="Only cases with this diagnosis: ICD-10 prefix or part of its wording."
    ),
)


@dataclass(frozen=True, slots=True)
class ChosenCases:
    """What the options of a command say about the cases that may be found."""

    departments: tuple[str, ...]
    sex: str | None
    age: tuple[Age, Age] | None
    since: date | None
    until: date | None
    diagnoses: tuple[str, ...]
    further: Where | None = None

    def where(self, *, outcome: str | None = None) -> Where | None:
        """Return the filter that all given options make up together; None when none is given.

        Raises:
            FilterError: A range is empty, or a diagnosis is.
        """
        from casefinder.cases import OutcomeStatus, Sex
        from casefinder.term_index import (
            AgeBetween,
            AllOf,
            AnyOf,
            DepartmentIs,
            DiagnosisIs,
            OutcomeIs,
            SexIs,
            VisitedBetween,
        )

        conditions: list[Where] = []
        if self.departments:
            conditions.append(AnyOf(tuple(DepartmentIs(name) for name in self.departments)))
        if self.sex:
            conditions.append(SexIs(Sex(self.sex)))
        if self.age:
            conditions.append(AgeBetween(*self.age))
        if self.since or self.until:
            conditions.append(VisitedBetween(self.since, self.until))
        if self.diagnoses:
            conditions.append(AnyOf(tuple(DiagnosisIs(name) for name in self.diagnoses)))
        if self.further:
            conditions.append(self.further)
        if outcome:
            conditions.append(OutcomeIs(OutcomeStatus(outcome)))
        return AllOf(tuple(conditions)) if conditions else None


def case_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which gets them as one argument ``chosen``."""
    return _collecting(command, by_outcome=True)


def case_options_but_outcome(command: Callable[..., None]) -> Callable[..., None]:
    """Add the same options to a command that tells rates of outcomes: choosing by the outcome would make them."""
    return _collecting(command, by_outcome=False)


def _where_option(*, by_outcome: bool) -> _Decorator:
    names = "department, sex, age, since, until, diagnosis" + (", outcome" if by_outcome else "")
    return click.option(
        "--where",
        type=WhereExpression(by_outcome=by_outcome),
        help=f"Only cases that match NAME=VALUE, joined by and, or, not and parentheses; NAME is {names}, or any"
        " further column.",
    )


def _collecting(command: Callable[..., None], *, by_outcome: bool) -> Callable[..., None]:
    @wraps(command)
    def collected(
        *,
        department: tuple[str, ...],
        sex: str | None,
        age: tuple[Age, Age] | None,
        since: date | None,
        until: date | None,
        diagnosis: tuple[str, ...],
        where: Where | None,
        **others: object,
    ) -> None:
        command(chosen=ChosenCases(department, sex, age, since, until, diagnosis, where), **others)

    with_options: Callable[..., None] = collected
    for option in (_where_option(by_outcome=by_outcome), *reversed(_OPTIONS)):
        with_options = option(with_options)
    return with_options
