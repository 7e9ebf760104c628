"""``casefinder pathway``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from casefinder.cli.filters import ChosenCases, case_options_but_outcome
from casefinder.cli.options import index_option
from casefinder.cli.searched import say_what_was_searched


@click.command()
@click.argument("text")
@index_option
@click.option("-k", default=100, show_default=True, type=click.IntRange(1, 1000), help="Similar cases to look at.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for machines; see docs/pathways.md.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a report to this file.")
@click.option("--cases", "with_cases", is_flag=True, help="Add the path of every patient behind the numbers.")
@click.option(
    "--by",
    type=click.Choice(["age", "sex", "comorbidity"]),
    help="Show variants and outcomes within age groups, sexes or numbers of chronic illnesses.",
)
@click.option(
    "--small-cell",
    default=5,
    show_default=True,
    type=click.IntRange(1),
    help="Patients that must stand behind a rate for it to be given.",
)
@click.option("--all", "show_all", is_flag=True, help="Merge the nearest cases even when none is similar.")
@case_options_but_outcome
def pathway(
    text: str,
    directory: Path,
    k: int,
    as_json: bool,
    html: Path | None,
    with_cases: bool,
    by: str | None,
    small_cell: int,
    show_all: bool,
    chosen: ChosenCases,
) -> None:
    """Merge the treatment paths of the cases most similar to TEXT: what was done, in what order, how it ended.

    One patient counts once; ways of treating that differ clinically are kept apart; rates that too few patients
    stand behind are not given. TEXT may be - to read it from standard input. Cases cannot be chosen by their outcome:
    every rate of an outcome would be made by the choice.

    \b
    casefinder pathway "胸痛伴冷汗"
    casefinder pathway "chest pain" --by sex --cases --since 2024-01-01
    casefinder pathway "胸痛伴冷汗" --html report.html
    """  # noqa: D301 - click wants the character
    from casefinder.cli.words import is_chinese
    from casefinder.finder import CaseFinder

    question = (sys.stdin.read() if text == "-" else text).strip()
    zh = is_chinese(question)
    with CaseFinder.open(directory) as finder:
        answer = finder.answer(question, k=k, where=chosen.where())
        say_what_was_searched(finder, directory, answer, chosen)
        if not answer.is_known and not show_all:
            click.echo("The case base holds nothing similar; --all merges the nearest cases all the same.", err=True)
            return
        evidence = finder.treatment_paths(answer.hits, question=question, small_cell=small_cell)
    if html is not None:
        from casefinder.pathways.report import write_report

        write_report(evidence, html, question=question, zh=zh, with_cases=with_cases)
        click.echo(f"Report written to {html}", err=True)
    if as_json:
        from casefinder.pathways.json_form import evidence_to_dict

        document = evidence_to_dict(evidence, question=question, with_cases=with_cases)
        click.echo(json.dumps(document, ensure_ascii=False))
    elif html is None:
        from casefinder.cli.pathway_tree import print_evidence

        print_evidence(evidence, zh=zh, by=by, with_cases=with_cases)
