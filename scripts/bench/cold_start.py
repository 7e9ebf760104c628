"""A query as a command of its own: how much longer it takes on a large case base than on the 3,000 sample cases.

Each round asks both, with their files in the system's memory, and both again after the system was asked to forget
them, so that what is needed has to be read from the disk.

Example: python scripts/bench/bench.py cold-start --cases 200000 --casebase big
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from dataclasses import asdict
from pathlib import Path

from built import add_base_options, build, large_base
from measuring import CASEFINDER, ROOT, Run, in_turn, median_wall_s, ratios, run_process, spread, write_result

from casefinder.casebase import open_case_base

SAMPLE = ROOT / "index_data" / "sample_cases.jsonl.gz"
QUESTION = "胸痛伴冷汗"
WANTED = 2.0
NAMES = ("large, in memory", "small, in memory", "large, from the disk", "small, from the disk")


def asked(base: Path, *, is_forgotten: bool) -> Run:
    """Ask once, in a new process."""
    if is_forgotten:
        for path in base.rglob("*"):
            if path.is_file():
                _forget(path)
    return run_process([*CASEFINDER, "query", QUESTION, "--index", str(base)])


def _forget(path: Path) -> None:
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def line(name: str, runs: list[Run]) -> str:
    """Write one row of the table."""
    return (
        f"{name:34s} {median_wall_s(runs):7.2f} {statistics.median(run.cpu_s for run in runs):7.2f}"
        f" {statistics.median(run.peak_mib for run in runs):9,.0f}"
        f" {statistics.median(run.read_mib for run in runs):9.1f}"
    )


def compared(name: str, large: list[Run], small: list[Run]) -> str:
    """Write how many times as long the large one takes."""
    cpu = [a.cpu_s / b.cpu_s for a, b in zip(large, small, strict=True)]
    return (
        f"{name}: {spread(ratios(large, small))} times as long, {spread(cpu)} times the processor;"
        f" wanted at most {WANTED:.0f}"
    )


def measured(large: Path, small: Path, n_rounds: int) -> None:
    """Ask both in turn, and write the result down."""
    columns = in_turn(
        n_rounds,
        lambda: asked(large, is_forgotten=False),
        lambda: asked(small, is_forgotten=False),
        lambda: asked(large, is_forgotten=True),
        lambda: asked(small, is_forgotten=True),
    )
    with open_case_base(large) as casebase:
        n_cases = casebase.view().n_cases
    lines = [
        f"large: {n_cases:,} cases; small: the sample cases",
        f"{'one query, a process of its own':34s}  wall s   CPU s  peak MiB  read MiB",
        *(line(name, runs) for name, runs in zip(NAMES, columns, strict=True)),
        compared("in memory", columns[0], columns[1]),
        compared("from the disk", columns[2], columns[3]),
    ]
    figures = {name: [asdict(run) for run in runs] for name, runs in zip(NAMES, columns, strict=True)}
    write_result(f"cold-start-{n_cases}", lines, figures={"cases": n_cases, **figures})


def main() -> None:
    """Build what is not there, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_base_options(parser)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with large_base(arguments) as large, tempfile.TemporaryDirectory() as scratch:
        small = Path(scratch) / "casebase"
        build(SAMPLE, small)
        measured(large, small, arguments.rounds)


if __name__ == "__main__":
    main()
