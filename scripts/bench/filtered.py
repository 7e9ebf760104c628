"""Filtered search in a large case base: what each way of answering costs and finds, by what a filter lets through.

A built case base is widened to many cases (see ``widening.py``); filters are ranges of visit dates, which have nothing
to do with the question, and departments, which have. The right answer is that of ranking every matching case. Times are
those of the processor, on one thread, text to hits.

Example: python scripts/bench/filtered.py --casebase index_data/casebase --cases 200000
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
from measuring import write_result
from widening import FIRST_DAY, N_DAYS, WidenedStore, widened_index, widened_terms

from casefinder.case_store import CaseStore
from casefinder.casebase import View, open_case_base
from casefinder.casebase.live_index import LiveIndex
from casefinder.encoders import load_encoder
from casefinder.search import RankingWeights
from casefinder.search.filter_plan import FilterPlan, plan_filter
from casefinder.search.one_view import ViewSearcher
from casefinder.term_index import AllOf, DepartmentIs, VisitedBetween, Where

SHARES = (0.0002, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6)
MOST_RANKED = 20_000  # more are not worth timing
MOST_COMPARED = 120_000  # nor can the right answer be had in bearable time
LEAST_PROBED = 0.005  # below, a filtered probe fetches half of the case base and takes seconds
N_QUESTIONS = 15
K = 10
NEAR = 1e-4


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
        self.recalls: list[float] = []

    def __str__(self) -> str:
        """Write median, 95th percentile and recall."""
        median, p95 = np.percentile(self.times_ms, [50, 95])
        recall = f"{np.mean(self.recalls):.4f}" if self.recalls else "      "
        return f"{median:8.1f} {p95:8.1f}   {recall}"


def similarities_of(searcher: ViewSearcher, question: str, where: Where | None, measured: Measured) -> np.ndarray:
    """Ask once, and return the similarities of the hits, best first."""
    started = time.thread_time()
    answer = searcher.search_many([question], k=K, where=where)[0]
    measured.times_ms.append((time.thread_time() - started) * 1000)
    return np.array([hit.similarity for hit in answer.hits])


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
                hits = np.zeros(len(right))
                hits[: len(found)] = found
                measured[way].recalls.append(float((hits >= right[-1] - NEAR).mean()) if len(right) else 1.0)
    share = f"{n_allowed / n_cases:7.2%} {n_allowed:9,d}"
    return [f"{share}  {way:15} {result}{'  <- planned' if way is planned else ''}" for way, result in measured.items()]


def main() -> None:
    """Measure every share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--casebase", type=Path, default=Path("index_data/casebase"))
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="Keep the widened case base in this folder and use it again.")
    arguments = parser.parse_args()
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
