"""Filtered search in a large case base, text to hits with their cases: time, recall, and where the time goes.

Filters are those that users set, and spans of days that let through about 0.1 %, 1 % and 10 %. The right answer is
that of ranking every matching case. Behind every filtered question another one is asked without a filter, so that a
busy machine meets both alike: the ratio is that of their 95th percentiles. With CASEFINDER_THREADS=1 everything runs
on one thread.

Example: CASEFINDER_THREADS=1 python scripts/bench/bench.py filtered --cases 200000 --casebase big
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from unittest.mock import patch

import numpy as np
from built import add_base_options, asked, large_base
from measuring import write_result
from stopwatch import SEARCH, watching
from times import ROW_HEADING, Times

from casefinder.casebase import open_case_base
from casefinder.cases import Age, AgeUnit, Sex
from casefinder.encoders import load_encoder
from casefinder.search import Searcher
from casefinder.search.filter_plan import FilterPlan, plan_filter
from casefinder.search.one_view import ViewSearcher
from casefinder.term_index import (
    AgeBetween,
    AllOf,
    AnyOf,
    AttributeIs,
    DepartmentIs,
    DiagnosisIs,
    SexIs,
    VisitedBetween,
    Where,
)

K = 10
NEAR = 1e-4  # similarities that differ by less count as equal
N_WARM = 60
RANK_ALL_OF = 30  # questions of a filter whose right answer is sought: it takes half a second each
SEVENTIES = AgeBetween(Age(70, AgeUnit.YEARS), Age(79, AgeUnit.YEARS))
WANTED = (
    "wanted at 200,000 cases: recall@10 of 0.99, p95 with a filter at most 3 x without, a whole query p50 30 ms;",
    "at a million: recall@10 of 0.99, p95 with a filter 40 ms, without a filter p50 15 ms, p95 40 ms",
)
SELECTIVITIES = {"0.1 %": "visits of two days", "1 %": "visits of 18 days", "10 %": "visits of half a year"}
FILTERS: dict[str, Where | None] = {
    "none": None,
    "cardiology, men of 70 to 79, 2023": AllOf(
        (DepartmentIs("心内科"), SexIs(Sex.MALE), SEVENTIES, VisitedBetween(date(2023, 1, 1), date(2023, 12, 31)))
    ),
    "diagnosis I26 or N44": AnyOf((DiagnosisIs("I26"), DiagnosisIs("N44"))),
    "diagnosis J44": DiagnosisIs("J44"),
    "condition type-2-diabetes": AttributeIs("condition", "type-2-diabetes"),
    "gastroenterology, first half of 2023": AllOf(
        (DepartmentIs("消化内科"), VisitedBetween(date(2023, 1, 1), date(2023, 6, 30)))
    ),
    "visits of two days": VisitedBetween(date(2023, 1, 1), date(2023, 1, 2)),
    "visits of 18 days": VisitedBetween(date(2023, 1, 1), date(2023, 1, 18)),
    "visits of half a year": VisitedBetween(date(2023, 1, 1), date(2023, 6, 30)),
    "cardiology, in either language": AnyOf((DepartmentIs("心内科"), DepartmentIs("Cardiology"))),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Times and recalls of one way of searching over all questions.

    Attributes:
        times: Of that way.
        plain: Of questions without a filter, asked in turn with it.
        recalls: Of the first questions, where there is a filter.
    """

    times: Times = field(default_factory=Times)
    plain: Times = field(default_factory=Times)
    recalls: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Mean recall; None where it was not measured."""
        return float(np.mean(self.recalls)) if self.recalls else None

    @property
    def ratio(self) -> float | None:
        """The 95th percentile, of the processor, over that without a filter; None where that was not measured."""
        return self.times.cpu[1] / self.plain.cpu[1] if self.plain.cpu_ms else None

    def row(self) -> str:
        """Write times and recall."""
        return self.times.row() + ("" if self.recall is None else f"  {self.recall:9.4f}")

    def compared_row(self) -> str:
        """Write the same, with the ratio behind it."""
        return self.row() + ("" if self.ratio is None else f"  {self.ratio:6.2f}")

    def figures(self) -> dict[str, object]:
        """Return the same for a program."""
        return {**self.times.figures(), "recall_at_10": self.recall, "p95_over_unfiltered": self.ratio}


def following(plan: FilterPlan) -> Callable[[int, int], FilterPlan]:
    """Stand in for the planner: always the same way."""
    return lambda n_allowed, n_cases: plan


def similarities_of(
    searcher: ViewSearcher | Searcher, question: str, where: Where | None, times: Times, way: FilterPlan | None = None
) -> np.ndarray:
    """Ask once, in a certain way or as planned; return the similarities of the hits, best first."""
    with ExitStack() as stack:
        if way is not None:
            stack.enter_context(patch("casefinder.search.candidates.plan_filter", following(way)))
        answer = times.of(lambda: searcher.search_many([question], k=K, where=where)[0])
    return np.array([hit.similarity for hit in answer.hits])


def recall_of(found: np.ndarray, right: np.ndarray) -> float:
    """Return the share of hits that are as similar as the last right one."""
    hits = np.zeros(len(right))
    hits[: len(found)] = found
    return float((hits >= right[-1] - NEAR).mean()) if len(right) else 1.0


def measured(searcher: Searcher, questions: list[str], where: Where | None) -> Measured:
    """Ask every question, and where there is a filter another one without it in between.

    The right answer is sought for the first ones, where there is a filter.
    """
    result = Measured()
    for number, question in enumerate(questions):
        found = similarities_of(searcher, question, where, result.times)
        if where is not None:
            similarities_of(searcher, questions[number - len(questions) // 2], None, result.plain)
        if where is not None and number < RANK_ALL_OF:
            right = similarities_of(searcher, question, where, Times(), FilterPlan.RANK_ALL)
            result.recalls.append(recall_of(found, right))
    return result


def where_it_goes(searcher: Searcher, questions: list[str], name: str) -> list[str]:
    """Ask every question again, and tell what takes how long."""
    with watching(SEARCH) as watch:
        for question in questions:
            searcher.search(question, k=K, where=FILTERS[name])
    return ["", f"where the time goes, filter: {name}      CPU ms", *watch.table(per=len(questions))]


def said_plainly(results: Mapping[str, Measured], shares: Mapping[str, float]) -> list[str]:
    """Write what was asked of the benchmark: a line for each selectivity, and one for a whole query."""
    lines = [f"a whole query without a filter: {results['none'].times.cpu[0]:.1f} ms of the processor (median)"]
    for asked_for, name in SELECTIVITIES.items():
        one = results[name]
        (cpu_p50, cpu_p95), (_, wall_p95) = one.times.cpu, one.times.wall
        lines.append(
            f"{asked_for:>5s} of the cases ({shares[name]:.2%}): recall@10 {one.recall:.4f}, p50 {cpu_p50:.1f} and p95"
            f" {cpu_p95:.1f} ms of the processor, {one.ratio:.2f} x without a filter; p95 {wall_p95:.1f} ms on the wall"
        )
    return lines


def compared(directory: Path, n_questions: int, *, is_warm: bool) -> tuple[list[str], dict[str, object]]:
    """Ask through every filter."""
    questions = asked(n_questions)
    with open_case_base(directory) as casebase:
        if is_warm:
            started = time.perf_counter()
            casebase.warm_up()
            warming = f"every page was read and checked beforehand, in {time.perf_counter() - started:.1f} s"
        else:
            warming = "pages are met for the first time by the questions"
        searcher, terms = Searcher(casebase, load_encoder()), casebase.view().terms
        for question in questions[:N_WARM]:
            searcher.search(question, k=K)
        lines = [f"{'filter':38s}    cases   share {ROW_HEADING}  recall@10  x none  way"]
        figures: dict[str, object] = {"cases": terms.n_cases, "questions": n_questions}
        parts: list[str] = []
        results: dict[str, Measured] = {}
        shares: dict[str, float] = {}
        for name, where in FILTERS.items():
            n_allowed = terms.n_cases if where is None else len(terms.matching(where))
            result = results[name] = measured(searcher, questions, where)
            shares[name] = n_allowed / terms.n_cases
            way = "" if where is None else plan_filter(n_allowed, terms.n_cases)
            lines.append(f"{name:38s} {n_allowed:8,d} {shares[name]:7.2%} {result.compared_row():54s}  {way}")
            figures[name] = {"matching": n_allowed, **result.figures()}
            parts += where_it_goes(searcher, questions, name)
    return [*WANTED, "", warming, *said_plainly(results, shares), "", *lines, *parts], figures


def main() -> None:
    """Build what is not there, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_base_options(parser)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--warm", action="store_true", help="read and check the whole index first, as a service does")
    arguments = parser.parse_args()
    with large_base(arguments) as directory:
        lines, figures = compared(directory, arguments.questions, is_warm=arguments.warm)
    name = f"filtered-{figures['cases']}"
    write_result(f"{name}-warm" if arguments.warm else name, lines, figures=figures)


if __name__ == "__main__":
    main()
