"""``casefinder query``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from casefinder.cli.filters import ChosenCases, case_options
from casefinder.cli.options import OutcomeWord, index_option, json_option
from casefinder.cli.searched import say_what_no_case_has, say_what_was_searched

_LINES_AT_ONCE: Final = 256  # encoded together; larger batches encode no faster


@click.command()
@click.argument("text", required=False)
@index_option
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Cases wanted.")
@json_option
@case_options
@click.option("--outcome", type=OutcomeWord(), help="Only cases that ended so; 好转 and the like are understood.")
@click.option(
    "--batch",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Answer each line of this file instead of TEXT, as a line of JSON; see docs/json-output.md.",
)
@click.option("--all", "show_all", is_flag=True, help="Show the nearest cases even when none is similar.")
def query(
    text: str | None,
    directory: Path,
    k: int,
    as_json: bool,
    outcome: str | None,
    batch: Path | None,
    show_all: bool,
    chosen: ChosenCases,
) -> None:
    """Find the past cases most similar to TEXT, with what was done for them and how they ended.

    TEXT is a complaint, a presentation, a diagnosis, a drug or a code, in Chinese, English or both; - reads it
    from standard input, which keeps it out of the shell's history.

    \b
    casefinder query "胸痛伴冷汗"
    casefinder query "chest pain" -k 5 --sex male --age 50-70 --json
    casefinder query --batch questions.txt > answers.jsonl
    """  # noqa: D301 - click wants the character
    from casefinder.finder import CaseFinder

    if (text is None) == (batch is None):
        raise click.UsageError("give a TEXT, or a file of questions with --batch FILE")
    if text is None:
        assert batch is not None
        _answer_lines(batch, directory, k=k, chosen=chosen, outcome=outcome)
        return
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


def _answer_lines(batch: Path, directory: Path, *, k: int, chosen: ChosenCases, outcome: str | None) -> None:
    """Answer every line of a file that is not blank."""
    from casefinder.cli.json_output import answer_line
    from casefinder.errors import EmptyQueryError
    from casefinder.finder import CaseFinder
    from casefinder.text import lexical_terms

    lines = batch.read_text(encoding="utf-8-sig").splitlines()
    asked = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    for number, line in asked:
        if not lexical_terms(line):
            raise EmptyQueryError(f"line {number} of {batch} holds no words; describe a complaint, or remove the line")
    where = chosen.where(outcome=outcome)
    with CaseFinder.open(directory) as finder:
        say_what_no_case_has(finder, chosen)
        for start in range(0, len(asked), _LINES_AT_ONCE):
            some = asked[start : start + _LINES_AT_ONCE]
            answers = finder.search_many([line for _, line in some], k=k, where=where)
            for (number, _), answer in zip(some, answers, strict=True):
                click.echo(answer_line(number, answer))
    click.echo(f"Case base {directory}: {len(asked):,} questions answered", err=True)
