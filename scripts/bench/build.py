"""Building a large case base from a stream of generated cases: cases a second, processor time, memory of all processes.

Example: python scripts/bench/build.py --cases 200000 --keep /tmp/big
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path

from built import generation
from measuring import CASEFINDER, Run, run_process, write_result

MILLION = 1_000_000
WATCH_S = 0.5


def build(directory: Path, n_cases: int) -> Run:
    """Build from a stream that goes through a pipe; the generator is not measured."""
    with subprocess.Popen(generation(n_cases), stdout=subprocess.PIPE) as generator:
        assert generator.stdout is not None
        run = run_process(
            [*CASEFINDER, "build-index", "-", "--index", str(directory)],
            stdin=generator.stdout.fileno(),
            watch_s=WATCH_S,
        )
    return run


def main() -> None:
    """Measure and write the result down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="Keep the case base in this folder, for the other scripts.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = arguments.keep or Path(scratch) / "casebase"
        run = build(directory, arguments.cases)
        size_mib = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file()) / 2**20
    lines = [
        f"{arguments.cases:,} cases       {run.wall_s:.0f} s, {arguments.cases / run.wall_s:,.0f} cases a second",
        f"processor           {run.cpu_s:.0f} s, {run.cpu_s / arguments.cases * 1e3:.2f} ms a case, all processes",
        f"memory              {run.peak_tree_mib:,.0f} MiB all processes, {run.peak_mib:,.0f} MiB the largest;"
        " wanted at most 4,096 for a million",
        f"on the disk         {size_mib:,.0f} MiB",
        f"a million, reckoned in proportion and not measured: {run.wall_s * MILLION / arguments.cases / 60:.0f} min;"
        f" on two cores of their own at least {run.cpu_s * MILLION / arguments.cases / 120:.0f} min; wanted 30",
    ]
    write_result(f"build-{arguments.cases}", lines, figures={**asdict(run), "cases": arguments.cases, "mib": size_mib})


if __name__ == "__main__":
    main()
