"""Filtered search in a large case base: what each way of answering costs and finds, by what a filter lets through.

With --built a large case base is searched as it is, through filters that users set, and where the time goes is told by
part. Without, a built case base is widened to many cases (see ``widening.py``); filters are ranges of visit dates,
which have nothing to do with the question, and departments, which have. The right answer is that of ranking every
matching case. Times are those of the processor, on one thread, text to hits.

Example: python scripts/bench/filtered.py --casebase index_data/casebase --cases 200000
Example: CASEFINDER_THREADS=1 python scripts/bench/filtered.py --casebase /tmp/big --built
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from unittest.mock import patch

import numpy as np
from built import asked
from measuring import write_result
from stopwatch import SEARCH, watching
from widening import FIRST_DAY, N_DAYS, WidenedStore, widened_index, widened_terms

from casefinder.case_store import CaseStore
from casefinder.casebase import CaseBase, View, open_case_base
from casefinder.casebase.live_index import LiveIndex
from casefinder.cases import Age, AgeUnit, Sex
from casefinder.encoders import load_encoder
from casefinder.search import RankingWeights, Searcher
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

SHARES = (0.0002, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6)
MOST_RANKED = 20_000  # more are not worth timing
MOST_COMPARED = 120_000  # nor can the right answer be had in bearable time
LEAST_PROBED = 0.005  # below, a filtered probe fetches half of the case base and takes seconds
N_QUESTIONS = 15
K = 10
NEAR = 1e-4
N_WARM = 60
RANK_ALL_OF = 30  # questions of a filter whose right answer takes half a second to find
SEVENTIES = AgeBetween(Age(70, AgeUnit.YEARS), Age(79, AgeUnit.YEARS))
REAL: dict[str, Where] = {
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


@contextmanager
def widened(directory: Path, n_cases: int, folder: Path) -> Iterator[View]:
    """Open a small case base as a large one."""
    with open_case_base(directory) as small:
        view = small.view()
        keys = view.terms.keys_of(view.terms.live_rows())
        yield replace(
            view,
            terms=widened_terms(view.terms.parts[0], n_cases, folder / "terms.index"),
            index=cast(LiveIndex, widened_index(view.store, n_cases, folder / "vectors.index")),
            store=cast(CaseStore, WidenedStore(view.store, keys)),
        )


def days(share: float) -> Where:
    """Let a share of all cases through, whatever is asked."""
    first = date.fromordinal(FIRST_DAY)
    return VisitedBetween(first, first + timedelta(days=max(0, round(share * N_DAYS) - 1)))


def following(plan: FilterPlan) -> Callable[[int, int], FilterPlan]:
    """Stand in for the planner: always the same way."""
    return lambda n_allowed, n_cases: plan


class Measured:
    """Times and findings of one way over all questions."""

    def __init__(self) -> None:
        self.times_ms: list[float] = []
        self.walls_ms: list[float] = []
        self.recalls: list[float] = []

    def __str__(self) -> str:
        """Write median, 95th percentile and recall."""
        median, p95 = np.percentile(self.times_ms, [50, 95])
        recall = f"{np.mean(self.recalls):.4f}" if self.recalls else "      "
        return f"{median:8.1f} {p95:8.1f}   {recall}"


def similarities_of(
    searcher: ViewSearcher | Searcher, question: str, where: Where | None, measured: Measured
) -> np.ndarray:
    """Ask once, and return the similarities of the hits, best first."""
    began, started = time.perf_counter(), time.thread_time()
    answer = searcher.search_many([question], k=K, where=where)[0]
    measured.times_ms.append((time.thread_time() - started) * 1000)
    measured.walls_ms.append((time.perf_counter() - began) * 1000)
    return np.array([hit.similarity for hit in answer.hits])


def recall_of(found: np.ndarray, right: np.ndarray) -> float:
    """Return the share of hits that are as similar as the last right one."""
    hits = np.zeros(len(right))
    hits[: len(found)] = found
    return float((hits >= right[-1] - NEAR).mean()) if len(right) else 1.0


def compared(
    searcher: ViewSearcher, questions: list[str], where: Where | None, n_allowed: int, n_cases: int
) -> list[str]:
    """Ask every question in every way, and return a line for each way."""
    planned = plan_filter(n_allowed, n_cases)
    left_out = {
        FilterPlan.RANK_ALL: n_allowed > MOST_RANKED,
        FilterPlan.FILTERED_PROBE: n_allowed < LEAST_PROBED * n_cases,
    }
    ways = [way for way in FilterPlan if not left_out.get(way)]
    measured = {way: Measured() for way in ways}
    for question in questions:
        with patch("casefinder.search.candidates.plan_filter", following(FilterPlan.RANK_ALL)):
            right = similarities_of(searcher, question, where, measured.get(FilterPlan.RANK_ALL, Measured()))
        for way in ways:
            if way is not FilterPlan.RANK_ALL:
                with patch("casefinder.search.candidates.plan_filter", following(way)):
                    found = similarities_of(searcher, question, where, measured[way])
                measured[way].recalls.append(recall_of(found, right))
    share = f"{n_allowed / n_cases:7.2%} {n_allowed:9,d}"
    return [f"{share}  {way:15} {result}{'  <- planned' if way is planned else ''}" for way, result in measured.items()]


def as_built(casebase: CaseBase, n_questions: int) -> tuple[list[str], dict[str, object]]:
    """Ask a large case base through filters that users set: time, recall, and where the time goes."""
    searcher, questions = Searcher(casebase, load_encoder()), asked(n_questions)
    terms = casebase.view().terms
    lines = [f"{'filter':38s}   cases   share  CPU p50   p95  wall p50   p95  recall@10  way"]
    figures: dict[str, object] = {"cases": terms.n_cases, "questions": n_questions}
    parts: list[str] = []
    for question in questions[:N_WARM]:
        searcher.search(question, k=K)
    for name, where in {"none": None, **REAL}.items():
        n_allowed = terms.n_cases if where is None else len(terms.matching(where))
        measured = Measured()
        for number, question in enumerate(questions):
            found = similarities_of(searcher, question, where, measured)
            if where is not None and number < RANK_ALL_OF:
                with patch("casefinder.search.candidates.plan_filter", following(FilterPlan.RANK_ALL)):
                    measured.recalls.append(recall_of(found, similarities_of(searcher, question, where, Measured())))
        row = [*np.percentile(measured.times_ms, [50, 95]), *np.percentile(measured.walls_ms, [50, 95])]
        recall = float(np.mean(measured.recalls)) if where is not None else None
        share, way = n_allowed / terms.n_cases, plan_filter(n_allowed, terms.n_cases)
        lines.append(
            f"{name:38s} {n_allowed:7,d} {share:7.2%} {row[0]:8.1f} {row[1]:5.1f} {row[2]:9.1f} {row[3]:5.1f}"
            f"  {'' if recall is None else f'{recall:9.4f}':9s}  {'' if where is None else way}"
        )
        figures[name] = {"matching": n_allowed, "cpu_p50_p95_wall_p50_p95_ms": row, "recall_at_10": recall}
        with watching(SEARCH) as watch:
            for question in questions:
                searcher.search(question, k=K, where=where)
        parts += ["", f"where the time goes, filter: {name}      CPU ms", *watch.table(per=len(questions))]
    return [*lines, *parts], figures


def main() -> None:
    """Measure every share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--casebase", type=Path, default=Path("index_data/casebase"))
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="Keep the widened case base in this folder and use it again.")
    parser.add_argument("--built", action="store_true", help="Search the case base as it is, through filters of users.")
    parser.add_argument("--questions", type=int, default=100, help="Questions with --built.")
    arguments = parser.parse_args()
    if arguments.built:
        with open_case_base(arguments.casebase) as casebase:
            lines, figures = as_built(casebase, arguments.questions)
        write_result(f"filtered-built-{figures['cases']}", lines, figures=figures)
        return
    with TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        with widened(arguments.casebase, arguments.cases, folder) as view:
            n_cases = view.terms.n_cases
            searcher = ViewSearcher(view, load_encoder(), RankingWeights())
            keys = np.random.default_rng(7).choice(n_cases, N_QUESTIONS, replace=False).tolist()
            questions = [one.case.sections.chief_complaint for one in view.store.hydrated(keys).values()]
            for measured in (Measured(), unfiltered := Measured()):  # the first time pages are read and verified
                for question in questions:
                    similarities_of(searcher, question, None, measured)
            lines = ["  share     cases  way             median ms   p95 ms   recall@10"]
            lines.append(f"no filter {n_cases:9,d}                  {unfiltered}")
            filters: list[Where] = [days(share) for share in SHARES]
            filters += [DepartmentIs("心内科"), AllOf((DepartmentIs("儿科"), days(0.1)))]
            for where in filters:
                n_allowed = len(view.terms.matching(where))
                if n_allowed <= MOST_COMPARED:
                    lines += compared(searcher, questions, where, n_allowed, n_cases)
    write_result(f"filtered-{arguments.cases}", lines)


if __name__ == "__main__":
    main()
