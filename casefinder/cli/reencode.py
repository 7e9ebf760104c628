"""``casefinder reencode``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.index_options import memory_option, say_whether_index_keeps_its_aims, target_recall_option
from casefinder.cli.options import index_option


@click.command("reencode")
@index_option
@click.option("--model", required=True, help="Encoder: bundled, a folder, or a hub name.")
@memory_option
@target_recall_option
def reencode_command(directory: Path, model: str, memory_bytes: int | None, target_recall: float | None) -> None:
    """Move the case base to another encoder, while others search and change it.

    Vectors are made beside the old ones; an interrupted run goes on where it was. The case base changes to the new
    encoder in one step, when everything is encoded and indexed. The index is made for the memory and the recall of
    the present one, unless others are given.

    \b
    casefinder reencode --model BAAI/bge-m3
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import Phase, open_case_base, reencode
    from casefinder.cli.progress import BuildProgress
    from casefinder.encoders import load_encoder

    encoder = load_encoder(model)
    with open_case_base(directory) as casebase:
        n_cases = max(casebase.view().n_cases, 1)
    n_done = 0

    def advance(n_more: int) -> None:
        nonlocal n_done
        n_done += n_more
        progress.advance(Phase.READING, n_more)

    with BuildProgress(lambda: min(n_done / n_cases, 1.0)) as progress:
        manifest = reencode(directory, encoder, memory_bytes=memory_bytes, target_recall=target_recall, advance=advance)
    click.echo(f"{manifest.snapshot.n_cases} cases in {directory} with {encoder.name} ({encoder.fingerprint})")
    say_whether_index_keeps_its_aims(manifest)
