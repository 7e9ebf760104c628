"""``casefinder verify``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from casefinder.cli.options import index_option

_MOST_NAMED: Final = 50


@click.command("verify")
@index_option
@click.option("--repair", "repairs", is_flag=True, help="Make whole again what is damaged, as far as that is possible.")
def verify_command(directory: Path, repairs: bool) -> None:
    """Compare every byte of the case base with its checksums, and the index with the records.

    Exits with 1 when something is damaged. With --repair the index is made anew from the records without encoding
    anything; records that cannot be read are named, and the damaged file is set aside.

    \b
    casefinder verify
    casefinder verify --repair
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import verify

    found = verify(directory)
    for problem in found.problems:
        click.echo(f"damaged: {problem}", err=True)
    if not found.problems:
        click.echo(f"{found.n_cases} cases in {directory}; nothing is damaged")
    elif repairs:
        _repair(directory)
    else:
        click.echo(f"Run `casefinder verify --repair --index {directory}`.", err=True)
        sys.exit(1)


def _repair(directory: Path) -> None:
    from casefinder.casebase import repair
    from casefinder.encoders import load_encoder

    repaired = repair(directory, load_encoder=load_encoder)
    for line in repaired.done:
        click.echo(f"repaired: {line}")
    for case_id in repaired.lost[:_MOST_NAMED]:
        click.echo(f"lost: {case_id}")
    if len(repaired.lost) > _MOST_NAMED:
        click.echo(f"lost: {len(repaired.lost) - _MOST_NAMED} more")
    click.echo(f"{repaired.n_cases} cases in {directory}; nothing is damaged any longer")
