"""``casefinder query``."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casefinder.cli.filters import chosen_cases
from casefinder.cli.options import AgeRange, IsoDate, OutcomeWord, SexWord, index_option, json_option

if TYPE_CHECKING:
    from casefinder.cases import Age
    from casefinder.finder import CaseFinder
    from casefinder.search import Answer


@click.command()
@click.argument("text")
@index_option
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Cases wanted.")
@json_option
@click.option("--department", multiple=True, help="Only cases of this department; may be given several times.")
@click.option("--sex", type=SexWord(), help="Only patients of this sex; 男 and 女 are understood.")
@click.option("--age", type=AgeRange(), help="Only patients of this age: 50-70 (years), 65-, 6m-24m, 0d-28d.")
@click.option("--since", type=IsoDate(), help="Only visits on or after this day.")
@click.option("--until", type=IsoDate(), help="Only visits on or before this day.")
@click.option(
    "--diagnosis", multiple=True, help="Only cases with this diagnosis: ICD-10 prefix or part of its wording."
)
@click.option("--outcome", type=OutcomeWord(), help="Only cases that ended so; 好转 and the like are understood.")
@click.option("--all", "show_all", is_flag=True, help="Show the nearest cases even when none is similar.")
def query(
    text: str,
    directory: Path,
    k: int,
    as_json: bool,
    department: tuple[str, ...],
    sex: str | None,
    age: tuple[Age, Age] | None,
    since: date | None,
    until: date | None,
    diagnosis: tuple[str, ...],
    outcome: str | None,
    show_all: bool,
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
    where = chosen_cases(
        departments=department, sex=sex, age=age, since=since, until=until, diagnoses=diagnosis, outcome=outcome
    )
    with CaseFinder.open(directory) as finder:
        answer = finder.answer(question, k=k, where=where)
        _say_what_was_searched(finder, directory, answer, department)
    if as_json and not answer.is_known and not show_all:
        click.echo("The case base holds nothing similar; --all writes the nearest cases all the same.", err=True)
    elif as_json:
        from casefinder.cli.json_output import hit_line

        for hit in answer.hits:
            click.echo(hit_line(hit, answer))
    else:
        from casefinder.cli.tables import print_answer

        print_answer(answer, question, show_all=show_all)


def _say_what_was_searched(finder: CaseFinder, directory: Path, answer: Answer, departments: tuple[str, ...]) -> None:
    """Tell on standard error which case base answered, and how completely."""
    how = "exact" if answer.exact else f"approximate, expected recall {answer.expected_recall:.3f}"
    n_cases = finder.manifest.n_cases
    searched = (
        f"{n_cases:,} cases" if answer.n_candidates == n_cases else f"{answer.n_candidates:,} of {n_cases:,} cases"
    )
    click.echo(f"Case base {directory}: {searched} searched ({how})", err=True)
    known = {name.casefold() for name in finder.departments()} if departments else set()
    for name in departments:
        if name.casefold() not in known:
            listed = "、".join(list(finder.departments())[:30])
            click.echo(f"No case is of the department {name!r}. The departments are: {listed}", err=True)
