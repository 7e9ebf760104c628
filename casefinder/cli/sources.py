"""What the commands share that read a source of cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from casefinder.cli.options import Assignments

if TYPE_CHECKING:
    from casefinder.cases.readers import CaseSource

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--map",
        "maps",
        type=Assignments(),
        multiple=True,
        help="Fields of columns that are not understood by themselves, such as 主诉=chief_complaint.",
    ),
    click.option(
        "--age-unit",
        type=click.Choice(["years", "months", "days"]),
        help="Unit of ages written as bare numbers; without it such a row is rejected.",
    ),
    click.option("--strict", is_flag=True, help="Fail on the first row that is no valid case."),
)


def source_options(command: _Command) -> _Command:
    """Add the options that say how a source is read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def open_source(source: Path, maps: tuple[dict[str, str], ...], age_unit: str | None) -> CaseSource:
    """Return the cases of a source, to be read once."""
    from casefinder.cases import AgeUnit
    from casefinder.cases.readers import CaseSource

    column_map = {column: field for pairs in maps for column, field in pairs.items()}
    return CaseSource(source, column_map=column_map, age_unit=AgeUnit(age_unit) if age_unit else None)


def say_what_was_left_out(rows: CaseSource) -> None:
    """Tell on standard error which columns were not read because they name a person."""
    if rows.left_out:
        columns = "、".join(rows.left_out)
        click.echo(f"Left out, because they name a person: {columns}. Keep one with --map COLUMN=attribute", err=True)
