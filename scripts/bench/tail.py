"""What changes that no snapshot covers cost: opening, a query, and finding what was just added.

Adds the sample cases again and again under new ids to a case base of them, with the bundled encoder.

Example: python scripts/bench/bench.py tail --cases 3000
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from casefinder import Case, CaseFinder, load_encoder
from casefinder.cases.readers import read_cases
from casefinder.cases.reading import ReadCase

SOURCE = Path("index_data/sample_cases.jsonl.gz")
TAILS = (0, 500, 1_000, 2_000, 4_000)
QUESTIONS = ("胸痛伴冷汗", "发热咳嗽", "crushing chest pain", "右下腹痛", "头晕呕吐", "心肌梗死", "fever and cough")
_ROUNDS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=3_000)
    n_cases = parser.parse_args().cases
    encoder = load_encoder("bundled")
    with tempfile.TemporaryDirectory() as folder:
        directory, more = Path(folder) / "base", cases_without_end()
        CaseFinder.build((next(more) for _ in range(n_cases)), directory, encoder=encoder)
        n_tail = 0
        for wanted in TAILS:
            with CaseFinder.open(directory, encoder=encoder) as finder:
                finder._compactor.start_if_due = lambda manifest, sequence: None  # type: ignore[method-assign]
                started = time.perf_counter()
                finder.add([next(more) for _ in range(wanted - n_tail)])
                added_s, n_tail = time.perf_counter() - started, wanted
                finder.search(QUESTIONS[0])
                refresh_s = timed(lambda: found_after_adding(finder, next(more)))
                queries = [timed(partial(finder.search, question)) for question in QUESTIONS]
            opened = timed(lambda: CaseFinder.open(directory, encoder=encoder).close())
            n_tail += _ROUNDS
            sys.stdout.write(
                f"tail {wanted:6,d}: opening {opened * 1e3:7.1f} ms, query {statistics.median(queries) * 1e3:6.1f} ms,"
                f" adding one and finding it {refresh_s * 1e3:6.1f} ms, adding took {added_s:5.1f} s\n"
            )
            sys.stdout.flush()


def found_after_adding(finder: CaseFinder, case: Case) -> None:
    """Add a case and search."""
    finder.add([case])
    finder.search(QUESTIONS[0])


def timed(work: Callable[[], object]) -> float:
    """Return the median time of some rounds in seconds."""
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def cases_without_end() -> Iterator[Case]:
    """The sample cases, again and again under new ids, each time with another day in the complaint."""
    for turn in range(1_000):
        for row in read_cases(SOURCE):
            if isinstance(row, ReadCase):
                sections = replace(row.case.sections, notes=f"{turn}")
                yield replace(row.case, id=f"{row.case.id}-{turn}", sections=sections)


if __name__ == "__main__":
    main()
