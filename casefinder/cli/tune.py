"""``casefinder tune``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.index_options import say_whether_index_keeps_its_aims, target_recall_option
from casefinder.cli.options import index_option

_FEWEST_LABELS = 10  # seven to learn on and three to check with: fewer show nothing


@click.command()
@index_option
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False),
    help='JSONL of {"query": "…", "relevant": ["id", …]}.',
)
@target_recall_option
@click.option("--dry-run", is_flag=True, help="Only print what would be learned.")
def tune(directory: Path, labels: Path | None, target_recall: float | None, dry_run: bool) -> None:
    """Learn the weights of the ranking from relevance labels, or choose the effort of a search by its recall.

    With labels it learns on seven questions in ten and checks on the others; weights that are not better there
    are not kept. They are written to ranking.json in the directory of the case base; delete it to return to the
    shipped ones.

    \b
    casefinder tune --labels labels.jsonl
    casefinder tune --target-recall 0.99
    """  # noqa: D301 - click wants the character
    if labels is None and target_recall is None:
        raise click.UsageError("give --labels FILE, --target-recall SHARE, or both")
    if target_recall is not None:
        if dry_run:
            raise click.UsageError("--dry-run goes with --labels; an effort is always written")
        _promise(directory, target_recall)
    if labels is not None:
        _learn(directory, labels, dry_run=dry_run)


def _promise(directory: Path, target: float) -> None:
    from casefinder.casebase import promise_recall

    manifest = promise_recall(directory, target)
    click.echo(manifest.snapshot.plan.reasons[-1])
    say_whether_index_keeps_its_aims(manifest)


def _learn(directory: Path, labels: Path, *, dry_run: bool) -> None:
    from casefinder.casebase import open_case_base
    from casefinder.encoders import load_encoder
    from casefinder.evaluation import describe, read_labels
    from casefinder.evaluation import tune as learn
    from casefinder.search import Searcher, read_weights, write_weights

    questions = read_labels(labels)
    if len(questions) < _FEWEST_LABELS:
        raise click.UsageError(f"{labels} holds {len(questions)} labels; give at least {_FEWEST_LABELS}")
    with open_case_base(directory) as casebase:
        start = read_weights(directory)
        tuned = learn(Searcher(casebase, load_encoder(casebase.manifest.encoder_name)), questions, start=start)
    for line in describe(start, tuned.weights):
        click.echo(line)
    click.echo(f"nDCG@10 on {tuned.n_held_out} questions kept apart: {tuned.before:.3f} -> {tuned.after:.3f}")
    if tuned.weights == start:
        click.echo("No better weights were found; nothing was written.")
    elif not dry_run:
        click.echo(f"Written to {write_weights(directory, tuned.weights)}")
