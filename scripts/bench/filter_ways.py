"""What each way of answering a filtered question costs and finds, by what the filter lets through.

The figures that the filter planner goes by. A built case base is widened to many cases (see ``widening.py``); filters
are ranges of visit dates, which have nothing to do with the question, and departments, which have. The right answer is
that of ranking every matching case.

Example: CASEFINDER_THREADS=1 python scripts/bench/bench.py filter-ways --casebase index_data/casebase --cases 200000
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
from filtered import K, Measured, recall_of, similarities_of
from measuring import write_result
from times import ROW_HEADING, Times
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


def compared(searcher: ViewSearcher, questions: list[str], where: Where, n_allowed: int, n_cases: int) -> list[str]:
    """Ask every question in every way, and return a line for each way."""
    left_out = {
        FilterPlan.RANK_ALL: n_allowed > MOST_RANKED,
        FilterPlan.FILTERED_PROBE: n_allowed < LEAST_PROBED * n_cases,
    }
    ways = {way: Measured() for way in FilterPlan if not left_out.get(way)}
    for question in questions:
        ranked = ways.get(FilterPlan.RANK_ALL, Measured())
        right = similarities_of(searcher, question, where, ranked.times, FilterPlan.RANK_ALL)
        for way, measured in ways.items():
            if way is not FilterPlan.RANK_ALL:
                found = similarities_of(searcher, question, where, measured.times, way)
                measured.recalls.append(recall_of(found, right))
    planned, share = plan_filter(n_allowed, n_cases), f"{n_allowed / n_cases:7.2%} {n_allowed:9,d}"
    return [f"{share}  {way:15} {one.row()}{'  <- planned' if way is planned else ''}" for way, one in ways.items()]


def over(view: View) -> list[str]:
    """Measure every filter on one view."""
    n_cases, searcher = view.terms.n_cases, ViewSearcher(view, load_encoder(), RankingWeights())
    keys = np.random.default_rng(7).choice(n_cases, N_QUESTIONS, replace=False).tolist()
    questions = [one.case.sections.chief_complaint for one in view.store.hydrated(keys).values()]
    for times in (Times(), unfiltered := Times()):  # the first time pages are read and verified
        for question in questions:
            similarities_of(searcher, question, None, times)
    lines = [f"  share     cases  {'way':15} {ROW_HEADING}  recall@{K}"]
    lines.append(f"no filter {n_cases:9,d}{'':16} {unfiltered.row()}")
    filters: list[Where] = [*map(days, SHARES), DepartmentIs("心内科"), AllOf((DepartmentIs("儿科"), days(0.1)))]
    for where in filters:
        n_allowed = len(view.terms.matching(where))
        if n_allowed <= MOST_COMPARED:
            lines += compared(searcher, questions, where, n_allowed, n_cases)
    return lines


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
            lines = over(view)
    write_result(f"filter-ways-{arguments.cases}", lines)


if __name__ == "__main__":
    main()
