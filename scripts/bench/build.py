"""Building a large case base: cases a second, processor time, memory of all processes.

From a stream of generated cases, whose generator works beside it, or from a file of them, which leaves all processor
cores to the build.

Example: python scripts/bench/bench.py build --cases 200000 --keep big
Example: python scripts/bench/bench.py build --cases 1000000 --source cases.jsonl --keep big
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path

from built import build, build_from_stream, generation
from measuring import Run, write_result

MILLION = 1_000_000
WANTED_MIN, WANTED_MIB = 30, 4096


def lines_of(run: Run, n_cases: int, size_mib: float) -> list[str]:
    """Write the result."""
    lines = [
        f"{n_cases:,} cases       {run.wall_s:.0f} s, {n_cases / run.wall_s:,.0f} cases a second",
        f"processor           {run.cpu_s:.0f} s, {run.cpu_s / n_cases * 1e3:.2f} ms a case, all processes",
        f"memory              {run.peak_tree_mib:,.0f} MiB all processes, {run.peak_mib:,.0f} MiB the largest;"
        f" wanted at most {WANTED_MIB:,} for a million",
        f"on the disk         {size_mib:,.0f} MiB",
    ]
    if n_cases < MILLION:
        lines.append(
            f"a million, reckoned in proportion and not measured: {run.wall_s * MILLION / n_cases / 60:.0f} min"
        )
    return [*lines, f"wanted for a million: at most {WANTED_MIN} min on two cores"]


def main() -> None:
    """Measure and write the result down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--source", type=Path, help="File of generated cases; written first where it is not there.")
    parser.add_argument("--keep", type=Path, help="Keep the case base in this folder, for the other benchmarks.")
    arguments = parser.parse_args()
    n_cases, source = arguments.cases, arguments.source
    if source and not source.exists():
        with source.open("wb") as file:
            subprocess.run(generation(n_cases), stdout=file, check=True)
    elif source:
        with source.open("rb") as file:
            n_cases = sum(1 for _ in file)
    with tempfile.TemporaryDirectory() as scratch:
        directory = arguments.keep or Path(scratch) / "casebase"
        run = build(source, directory) if source else build_from_stream(n_cases, directory)
        size_mib = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file()) / 2**20
    figures = {**asdict(run), "cases": n_cases, "mib": size_mib}
    write_result(f"build-{n_cases}", lines_of(run, n_cases, size_mib), figures=figures)


if __name__ == "__main__":
    main()
