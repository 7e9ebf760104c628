"""``casefinder compact``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.options import index_option


@click.command("compact")
@index_option
def compact_command(directory: Path) -> None:
    """Make what was added and removed part of the index; searches and changes go on meanwhile.

    Commands that change the case base do this by themselves when it pays.

    \b
    casefinder compact
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import compact, give_way

    give_way()
    snapshot = compact(directory).snapshot
    click.echo(f"{snapshot.n_cases} cases in {snapshot.name}, up to change {snapshot.sequence}")
