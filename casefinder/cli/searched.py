"""What was searched, told on standard error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from casefinder.cli.filters import ChosenCases
from casefinder.cli.where import conditions_in

if TYPE_CHECKING:
    from casefinder.finder import CaseFinder
    from casefinder.search import Answer
    from casefinder.term_index import AttributeIs, DepartmentIs

_MOST_DEPARTMENTS: Final = 30  # named where an unknown one was asked for


def say_what_was_searched(finder: CaseFinder, directory: Path, answer: Answer, chosen: ChosenCases) -> None:
    """Tell which case base answered, how completely, and what was asked of the cases that it does not know."""
    recall = "unknown behind a filter" if answer.expected_recall is None else f"{answer.expected_recall:.3f}"
    how = "exact" if answer.exact else f"approximate, expected recall {recall}"
    n_cases = answer.n_cases
    searched = (
        f"{n_cases:,} cases" if answer.n_candidates == n_cases else f"{answer.n_candidates:,} of {n_cases:,} cases"
    )
    click.echo(f"Case base {directory}: {searched} searched ({how})", err=True)
    say_what_no_case_has(finder, chosen)


def say_what_no_case_has(finder: CaseFinder, chosen: ChosenCases) -> None:
    """Name the departments and the values of further columns that were asked for and that no case has.

    A slip of the pen in a name would else find nothing, or everything behind ``not``, without a word.
    """
    from casefinder.term_index import AttributeIs, DepartmentIs

    where = chosen.where()
    for condition in conditions_in(where) if where else ():
        if isinstance(condition, DepartmentIs | AttributeIs) and not finder.count(condition):
            click.echo(_absence(finder, condition), err=True)


def _absence(finder: CaseFinder, condition: DepartmentIs | AttributeIs) -> str:
    from casefinder.term_index import DepartmentIs

    if isinstance(condition, DepartmentIs):
        listed = "、".join(list(finder.departments())[:_MOST_DEPARTMENTS])
        return f"No case is of the department {condition.department!r}. The departments are: {listed}"
    return (
        f"No case has {condition.name}={condition.value}. A name that is no field is a column of the source, written as"
        " `casefinder show ID` shows it; the fields are department, sex, age, since, until, diagnosis and outcome."
    )
