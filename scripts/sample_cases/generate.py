"""Compose synthetic cases from the clinical knowledge files, any number of them, always the same ones.

Case i depends on the seed and on i only, so every slice of the stream can be made on its own.

Example: python scripts/sample_cases/generate.py --n 3000 --out index_data/sample_cases.jsonl.gz
Example: python scripts/sample_cases/generate.py --n 1000000 --out - | casefinder build-index - --index big
"""

from __future__ import annotations

import argparse
import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a checkout need not be installed

from compose import compose
from contents import Stocks
from drawing import chance, cumulative, stream, whole
from knowledge import Condition, load_knowledge
from returns import compose_check_up, is_relapse, may_return, visit_again
from visits import Visit, draw_visit

from casefinder.cases import Case, case_to_json

DEFAULT_SEED = 20210101
_RETURN_SHARE = 0.05  # a little more than the 4 % wanted: some cannot come back
_LOOK_BACK = 500  # cases; a second visit follows a first one at most so far before it in the stream
_FRAME, _TEXT, _RETURN = 0, 1, 2  # salts of the streams of one case


class Generator:
    """Makes cases by number."""

    def __init__(self, conditions: tuple[Condition, ...], *, seed: int = DEFAULT_SEED) -> None:
        self._conditions = conditions
        self._weights = cumulative([condition.weight for condition in conditions])
        self._seed = seed
        self._stocks = Stocks()

    def cases(self, start: int, stop: int) -> Iterator[Case]:
        """Yield the cases number start (counted from 0) to stop - 1."""
        for number in range(start, stop):
            yield self.case(number)

    def case(self, number: int) -> Case:
        """Make the case of this number, counted from 0."""
        return self._second_visit(number) or self._first_visit(self._frame(number))

    def _first_visit(self, visit: Visit) -> Case:
        return compose(stream(self._seed, visit.number, salt=_TEXT), visit, self._stocks.of(visit))

    def _second_visit(self, number: int) -> Case | None:
        rng = stream(self._seed, number, salt=_RETURN)
        if not chance(rng, _RETURN_SHARE) or number == 0:
            return None
        earlier = whole(rng, max(0, number - _LOOK_BACK), number - 1)
        if self._is_return(earlier):
            return None
        first = self._frame(earlier)
        visit = visit_again(rng, first, number) if may_return(first) else None
        if visit is None:
            return None
        if is_relapse(first):
            return self._first_visit(visit)
        complaint = self._first_visit(first).sections.chief_complaint
        return compose_check_up(rng, visit, first, complaint)

    def _is_return(self, number: int) -> bool:
        return chance(stream(self._seed, number, salt=_RETURN), _RETURN_SHARE)

    def _frame(self, number: int) -> Visit:
        return draw_visit(stream(self._seed, number, salt=_FRAME), number, self._conditions, self._weights)


def write_cases(cases: Iterator[Case], target: BinaryIO) -> None:
    """Write cases as JSON lines."""
    for case in cases:
        target.write(case_to_json(case).encode() + b"\n")


def main() -> None:
    """Write the cases asked for to a file, gzipped when its name ends in .gz, or to standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, required=True, help="number of cases")
    parser.add_argument("--start", type=int, default=0, help="number of the first case, counted from 0")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed gives other cases")
    parser.add_argument("--out", required=True, help="file to write, or - for standard output")
    options = parser.parse_args()
    cases = Generator(load_knowledge(), seed=options.seed).cases(options.start, options.start + options.n)
    if options.out == "-":
        write_cases(cases, sys.stdout.buffer)
        return
    with Path(options.out).open("wb") as file:
        if options.out.endswith(".gz"):
            write_gzip(cases, file)
        else:
            write_cases(cases, file)


def write_gzip(cases: Iterator[Case], file: BinaryIO) -> None:
    """Write cases as gzipped JSON lines whose bytes depend on the cases only."""
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=9, mtime=0) as packed:
        buffered = io.BufferedWriter(packed)
        write_cases(cases, buffered)
        buffered.flush()


if __name__ == "__main__":
    main()
