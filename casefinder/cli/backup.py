"""``casefinder backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.options import index_option


@click.command()
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@index_option
def backup(target: Path, directory: Path) -> None:
    """Copy the case base to the new folder TARGET, while others search and change it.

    The copy is of one state, checksummed, and compared with its checksums before the command ends.

    \b
    casefinder backup /backup/casebase-2026-11-22
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import back_up

    made = back_up(directory, target)
    click.echo(f"{made.n_cases} cases up to change {made.sequence} in {target}, {made.size_bytes:,} bytes")


@click.command()
@click.argument("target", type=click.Path(path_type=Path, file_okay=False), metavar="BACKUP")
@index_option
def restore(target: Path, directory: Path) -> None:
    """Put BACKUP in place of the case base, in one step, once it has been found whole.

    What has been added since the backup was made is lost.

    \b
    casefinder restore /backup/casebase-2026-11-22
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import restore as put_back

    manifest = put_back(target, directory)
    click.echo(f"Restored {directory} from {target}; it was built from {manifest.source} at {manifest.built_at}")
