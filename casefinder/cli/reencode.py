"""``casefinder reencode``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.options import index_option


@click.command("reencode")
@index_option
@click.option("--model", required=True, help="Encoder: bundled, a folder, or a hub name.")
def reencode_command(directory: Path, model: str) -> None:
    """Move the case base to another encoder, while others search and change it.

    Vectors are made beside the old ones; an interrupted run goes on where it was. The case base changes to the new
    encoder in one step, when everything is encoded and indexed.

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
        manifest = reencode(directory, encoder, advance=advance)
    click.echo(f"{manifest.snapshot.n_cases} cases in {directory} with {encoder.name} ({encoder.fingerprint})")
