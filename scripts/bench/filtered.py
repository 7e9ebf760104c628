"""Filtered search in a large case base, text to hits with their cases: time, recall, and where the time goes.

Filters are those that users set. The right answer is that of ranking every matching case. With
CASEFINDER_THREADS=1 everything runs on one thread.

Example: CASEFINDER_THREADS=1 python scripts/bench/bench.py filtered --cases 200000 --casebase big
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
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
WANTED = "wanted with a filter: recall@10 of at least 0.99, p95 of at most 40 ms; without: p50 15 ms, p95 40 ms"
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
    "visits of half a year": VisitedBetween(date(2023, 1, 1), date(2023, 6, 30)),
    "cardiology, in either language": AnyOf((DepartmentIs("心内科"), DepartmentIs("Cardiology"))),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Times and recalls of one way of searching over all questions."""

    times: Times = field(default_factory=Times)
    recalls: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Mean recall; None where it was not measured."""
        return float(np.mean(self.recalls)) if self.recalls else None

    def row(self) -> str:
        """Write times and recall."""
        return self.times.row() + ("" if self.recall is None else f"  {self.recall:9.4f}")


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
    """Ask every question; the right answer is sought for the first ones, where there is a filter."""
    result = Measured()
    for number, question in enumerate(questions):
        found = similarities_of(searcher, question, where, result.times)
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


def compared(directory: Path, n_questions: int) -> tuple[list[str], dict[str, object]]:
    """Ask through every filter."""
    questions = asked(n_questions)
    with open_case_base(directory) as casebase:
        searcher, terms = Searcher(casebase, load_encoder()), casebase.view().terms
        for question in questions[:N_WARM]:
            searcher.search(question, k=K)
        lines = [WANTED, "", f"{'filter':38s}    cases   share {ROW_HEADING}  recall@10  way"]
        figures: dict[str, object] = {"cases": terms.n_cases, "questions": n_questions}
        parts: list[str] = []
        for name, where in FILTERS.items():
            n_allowed = terms.n_cases if where is None else len(terms.matching(where))
            result = measured(searcher, questions, where)
            way = "" if where is None else plan_filter(n_allowed, terms.n_cases)
            lines.append(f"{name:38s} {n_allowed:8,d} {n_allowed / terms.n_cases:7.2%} {result.row():46s}  {way}")
            figures[name] = {"matching": n_allowed, **result.times.figures(), "recall_at_10": result.recall}
            parts += where_it_goes(searcher, questions, name)
    return [*lines, *parts], figures


def main() -> None:
    """Build what is not there, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_base_options(parser)
    parser.add_argument("--questions", type=int, default=100)
    arguments = parser.parse_args()
    with large_base(arguments) as directory:
        lines, figures = compared(directory, arguments.questions)
    write_result(f"filtered-{figures['cases']}", lines, figures=figures)


if __name__ == "__main__":
    main()
