"""A query as a command of its own: how much longer it takes on a large case base than on a small one.

Each round asks both, with their files in the system's memory, and both again after the system was asked to forget
them, so that what is needed has to be read from the disk.

Example: python scripts/bench/cold_start.py --big /tmp/big --small index_data/casebase
"""

from __future__ import annotations

import argparse
import os
import statistics
from dataclasses import asdict
from pathlib import Path

from measuring import CASEFINDER, Run, in_turn, median_wall_s, ratios, run_process, write_result

QUESTION = "胸痛伴冷汗"
WANTED = 2.0


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


def compared(name: str, big: list[Run], small: list[Run]) -> str:
    """Write how many times as long the large one takes."""
    walls = ratios(big, small)
    cpu = statistics.median(a.cpu_s / b.cpu_s for a, b in zip(big, small, strict=True))
    return (
        f"{name}: {statistics.median(walls):.2f} times as long ({walls[0]:.2f} to {walls[-1]:.2f}),"
        f" {cpu:.2f} times the processor; wanted at most {WANTED:.0f}"
    )


def main() -> None:
    """Measure and write the result down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", type=Path, required=True)
    parser.add_argument("--small", type=Path, default=Path("index_data/casebase"))
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    big, small = arguments.big, arguments.small
    columns = in_turn(
        arguments.rounds,
        lambda: asked(big, is_forgotten=False),
        lambda: asked(small, is_forgotten=False),
        lambda: asked(big, is_forgotten=True),
        lambda: asked(small, is_forgotten=True),
    )
    names = ("large, in memory", "small, in memory", "large, from the disk", "small, from the disk")
    lines = [
        f"{'one query, a process of its own':34s}  wall s   CPU s  peak MiB  read MiB",
        *(line(name, runs) for name, runs in zip(names, columns, strict=True)),
        compared("in memory", columns[0], columns[1]),
        compared("from the disk", columns[2], columns[3]),
    ]
    figures = {name: [asdict(run) for run in runs] for name, runs in zip(names, columns, strict=True)}
    write_result("cold-start", lines, figures=figures)


if __name__ == "__main__":
    main()
