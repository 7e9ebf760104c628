"""What a first user meets: cold commands, the build of the sample cases, search inside a process.

Example: python scripts/bench/bench.py first-use            (about a minute)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from measuring import CASEFINDER, ROOT, in_turn, median_wall_s, ratios, run_process, spread, write_result
from times import Times

SAMPLE = ROOT / "index_data" / "sample_cases.jsonl.gz"
QUESTIONS = (
    "胸痛伴冷汗",
    "心梗",
    "发热咳嗽3天",
    "crushing chest pain with cold sweats",
    "小儿发热抽搐",
    "右下腹痛伴呕吐",
)
N_ROUNDS = 5
N_SEARCHES = 300


def cold_commands(base: Path) -> list[str]:
    """Compare a cold query and the help with importing sentence_transformers, in turn."""
    query = [*CASEFINDER, "query", QUESTIONS[0], "--index", str(base)]
    queries, helps, imports = in_turn(
        N_ROUNDS,
        lambda: run_process(query),
        lambda: run_process([*CASEFINDER, "--help"]),
        lambda: run_process([sys.executable, "-c", "import sentence_transformers"]),
    )
    return [
        f"cold query                {median_wall_s(queries):.2f} s",
        f"import of s-transformers  {median_wall_s(imports):.2f} s",
        f"query / import            {spread(ratios(queries, imports))}, wanted at most 0.15",
        f"--help / query            {spread(ratios(helps, queries))}, wanted at most 0.33",
    ]


def build_of_sample(directory: Path) -> list[str]:
    """Measure the build of the sample cases."""
    run = run_process([*CASEFINDER, "build-index", str(SAMPLE), "--index", str(directory)])
    return [f"build of sample cases     {run.cpu_s:.1f} s of CPU, {run.peak_mib:.0f} MiB, wanted under 15 s"]


def search_inside(base: Path) -> list[str]:
    """Measure text to hits with their cases, inside one process."""
    from casefinder import CaseFinder

    times = Times()
    with CaseFinder.open(base) as finder:
        for number in range(N_SEARCHES):
            times.of(partial(finder.search, QUESTIONS[number % len(QUESTIONS)], k=10))
    median, p95 = times.wall
    return [f"search, text to hits      median {median:.2f} ms, p95 {p95:.2f} ms, wanted under 5 ms"]


def main() -> None:
    """Measure and write the results down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "casebase"
        lines = build_of_sample(base)
        write_result("first-use", [*lines, *cold_commands(base), *search_inside(base)])


if __name__ == "__main__":
    main()
