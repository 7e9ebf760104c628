"""``casefinder migrate``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.options import index_option


@click.command("migrate")
@index_option
def migrate_command(directory: Path) -> None:
    """Bring a case base that an older casefinder wrote to the current format; nothing is encoded again.

    \b
    casefinder migrate
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import migrate

    manifest = migrate(directory)
    click.echo(f"{manifest.snapshot.n_cases} cases in {directory}, in the current format")
