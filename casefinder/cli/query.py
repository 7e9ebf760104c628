"""``casefinder query``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from casefinder.cli.filters import ChosenCases, case_options
from casefinder.cli.options import OutcomeWord, index_option, json_option
from casefinder.cli.searched import say_what_was_searched


@click.command()
@click.argument("text")
@index_option
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Cases wanted.")
@json_option
@case_options
@click.option("--outcome", type=OutcomeWord(), help="Only cases that ended so; 好转 and the like are understood.")
@click.option("--all", "show_all", is_flag=True, help="Show the nearest cases even when none is similar.")
def query(
    text: str,
    directory: Path,
    k: int,
    as_json: bool,
    outcome: str | None,
    show_all: bool,
    chosen: ChosenCases,
) -> None:
    """Find the past cases most similar to TEXT, with what was done for them and how they ended.

    TEXT is a complaint, a presentation, a diagnosis, a drug or a code, in Chinese, English or both; - reads it
    from standard input, which keeps it out of the shell's history.

    \b
    casefinder query "胸痛伴冷汗"
    casefinder query "chest pain" -k 5 --sex male --age 50-70 --json
    """  # noqa: D301 - click wants the character
    from casefinder.finder import CaseFinder

    question = sys.stdin.read() if text == "-" else text
    with CaseFinder.open(directory) as finder:
        answer = finder.answer(question, k=k, where=chosen.where(outcome=outcome))
        say_what_was_searched(finder, directory, answer, chosen)
    if as_json and not answer.is_known and not show_all:
        click.echo("The case base holds nothing similar; --all writes the nearest cases all the same.", err=True)
    elif as_json:
        from casefinder.cli.json_output import hit_line

        for hit in answer.hits:
            click.echo(hit_line(hit, answer))
    else:
        from casefinder.cli.tables import print_answer

        print_answer(answer, question, show_all=show_all)
