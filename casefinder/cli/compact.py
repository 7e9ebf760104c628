"""``casefinder compact``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.index_options import memory_option, say_whether_index_keeps_its_aims
from casefinder.cli.options import index_option


@click.command("compact")
@index_option
@memory_option
def compact_command(directory: Path, memory_bytes: int | None) -> None:
    """Make what was added and removed part of the index; searches and changes go on meanwhile.

    Commands that change the case base do this by themselves when it pays. With --memory the index is planned and
    trained anew from the records, for that much memory; later ones keep to it.

    \b
    casefinder compact
    casefinder compact --memory 500MB
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import compact, give_way

    give_way()
    manifest = compact(directory, memory_bytes=memory_bytes)
    snapshot = manifest.snapshot
    click.echo(f"{snapshot.n_cases} cases in {snapshot.name}, up to change {snapshot.sequence}")
    say_whether_index_keeps_its_aims(manifest)
