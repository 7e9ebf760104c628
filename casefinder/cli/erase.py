"""``casefinder erase``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.changing import given_ids
from casefinder.cli.options import index_option


@click.command("erase")
@click.argument("ids", nargs=-1, metavar="ID...")
@index_option
def erase_command(ids: tuple[str, ...], directory: Path) -> None:
    """Remove cases for good: afterwards no byte of them is in the directory.

    Writes the whole case base anew. - reads the ids from standard input, one per line. Cases that were removed
    earlier are erased from what they have left behind.

    \b
    casefinder erase S000001
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import erase

    report = erase(directory, given_ids(ids))
    click.echo(f"{report.n_erased} cases erased, {report.n_cases} left in {directory}")
    for case_id in report.unknown_ids:
        click.echo(f"No case has the id {case_id!r}; what one may have left behind is gone.", err=True)
    click.echo(
        "Backups made earlier, the files that cases were read from, and programs that have the case base open until"
        " their next search still hold them.",
        err=True,
    )
