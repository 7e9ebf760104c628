"""``casefinder evaluate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casefinder.cli.options import index_option, json_option

if TYPE_CHECKING:
    from casefinder.casebase import CaseBase
    from casefinder.evaluation import Figure, LabelledQuestion


@click.command()
@index_option
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False),
    help='JSONL of {"query": "…", "relevant": ["id", …]}; without it, cases ask for those of their diagnosis.',
)
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 100), help="Cases looked at per question.")
@click.option("--questions", default=500, show_default=True, type=click.IntRange(2), help="Cases that ask, at most.")
@click.option("--baselines", is_flag=True, help="Also with vectors alone and with BM25 alone.")
@json_option
def evaluate(directory: Path, labels: Path | None, k: int, questions: int, baselines: bool, as_json: bool) -> None:
    """Measure how well a case base answers labelled questions.

    Prints recall@1, recall@k, precision@k, nDCG@10 and MRR, each with a 95 % bootstrap interval. Without labels
    every case asks with its presentation for the other cases of its main diagnosis (leave one out).

    \b
    casefinder evaluate --labels labels.jsonl
    casefinder evaluate --questions 200 --baselines
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import open_case_base
    from casefinder.encoders import load_encoder
    from casefinder.evaluation import baselines as baselines_of
    from casefinder.evaluation import evaluate as measure
    from casefinder.evaluation import full_ranking
    from casefinder.search import Searcher

    with open_case_base(directory) as casebase:
        asked = _questions(casebase, labels, questions)
        encoder = load_encoder(casebase.manifest.encoder_name)
        rankings = {"full ranking": full_ranking(Searcher(casebase, encoder))}
        rankings |= baselines_of(casebase, encoder) if baselines else {}
        results = {name: measure(ranking, asked, k=k) for name, ranking in rankings.items()}
    _print(results, len(asked), as_json=as_json)


def _questions(casebase: CaseBase, labels: Path | None, n_questions: int) -> list[LabelledQuestion]:
    from casefinder.evaluation import leave_one_out, read_labels

    asked = read_labels(labels) if labels else leave_one_out(casebase, n_questions=n_questions)
    if not asked:
        raise click.UsageError("no labelled questions: no two cases share a diagnosis; give --labels FILE")
    return asked


def _print(results: dict[str, dict[str, Figure]], n_questions: int, *, as_json: bool) -> None:
    if as_json:
        body = {
            name: {figure: [value.mean, value.low, value.high] for figure, value in figures.items()}
            for name, figures in results.items()
        }
        click.echo(json.dumps({"questions": n_questions, **body}, indent=2))
        return
    click.echo(f"{n_questions} questions; means with 95 % intervals")
    for name, figures in results.items():
        for figure, value in figures.items():
            click.echo(f"{name:14s} {figure:13s} {value.mean:.3f}  ({value.low:.3f}-{value.high:.3f})")
