"""What was searched, told on standard error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from casefinder.cli.filters import ChosenCases
from casefinder.cli.where import columns_asked

if TYPE_CHECKING:
    from casefinder.finder import CaseFinder
    from casefinder.search import Answer

_MOST_DEPARTMENTS: Final = 30  # named where an unknown one was asked for


def say_what_was_searched(finder: CaseFinder, directory: Path, answer: Answer, chosen: ChosenCases) -> None:
    """Tell which case base answered, how completely, and what was asked of the cases that it does not know."""
    how = "exact" if answer.exact else f"approximate, expected recall {answer.expected_recall:.3f}"
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
    known = {name.casefold() for name in finder.departments()} if chosen.departments else set()
    for name in chosen.departments:
        if name.casefold() not in known:
            listed = "、".join(list(finder.departments())[:_MOST_DEPARTMENTS])
            click.echo(f"No case is of the department {name!r}. The departments are: {listed}", err=True)
    for column in columns_asked(chosen.further) if chosen.further else ():
        if not finder.count(column):
            click.echo(
                f"No case has {column.name}={column.value}. A name that is no field is a column of the source, written"
                " as `casefinder show ID` shows it; the fields are department, sex, age, since, until, diagnosis and"
                " outcome.",
                err=True,
            )
