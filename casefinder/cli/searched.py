"""What was searched, told on standard error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from casefinder.cli.filters import ChosenCases

if TYPE_CHECKING:
    from casefinder.finder import CaseFinder
    from casefinder.search import Answer

_MOST_DEPARTMENTS: Final = 30  # named where an unknown one was asked for


def say_what_was_searched(finder: CaseFinder, directory: Path, answer: Answer, chosen: ChosenCases) -> None:
    """Tell which case base answered, how completely, and which departments asked for it does not know."""
    how = "exact" if answer.exact else f"approximate, expected recall {answer.expected_recall:.3f}"
    n_cases = answer.n_cases
    searched = (
        f"{n_cases:,} cases" if answer.n_candidates == n_cases else f"{answer.n_candidates:,} of {n_cases:,} cases"
    )
    click.echo(f"Case base {directory}: {searched} searched ({how})", err=True)
    known = {name.casefold() for name in finder.departments()} if chosen.departments else set()
    for name in chosen.departments:
        if name.casefold() not in known:
            listed = "、".join(list(finder.departments())[:_MOST_DEPARTMENTS])
            click.echo(f"No case is of the department {name!r}. The departments are: {listed}", err=True)
