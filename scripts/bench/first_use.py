"""What a first user meets: cold commands, the build of the sample cases, search inside a process, a long stream.

Example: python scripts/bench/first_use.py            (about a minute)
         python scripts/bench/first_use.py --stream 200000
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import in_turn, median_wall_s, ratios, run_process, write_result

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "index_data" / "sample_cases.jsonl.gz"
CASEFINDER = [sys.executable, "-c", "from casefinder.cli.main import main; main()"]
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
    to_import, to_query = ratios(queries, imports), ratios(helps, queries)
    return [
        f"cold query                {median_wall_s(queries):.2f} s",
        f"import of s-transformers  {median_wall_s(imports):.2f} s",
        f"query / import            median {statistics.median(to_import):.3f}"
        f" ({to_import[0]:.3f} to {to_import[-1]:.3f}), wanted at most 0.15",
        f"--help / query            median {statistics.median(to_query):.3f}"
        f" ({to_query[0]:.3f} to {to_query[-1]:.3f}), wanted at most 0.33",
    ]


def build_of_sample(directory: Path) -> list[str]:
    """Measure the build of the sample cases."""
    run = run_process([*CASEFINDER, "build-index", str(SAMPLE), "--index", str(directory)])
    return [f"build of sample cases     {run.cpu_s:.1f} s of CPU, {run.peak_mib:.0f} MiB, wanted under 15 s"]


def search_inside(base: Path) -> list[str]:
    """Measure text to hits with their cases, inside one process."""
    from casefinder import CaseFinder

    elapsed_ms = []
    with CaseFinder.open(base) as finder:
        for number in range(N_SEARCHES):
            started = time.perf_counter()
            finder.search(QUESTIONS[number % len(QUESTIONS)], k=10)
            elapsed_ms.append((time.perf_counter() - started) * 1000)
    elapsed_ms.sort()
    p95 = elapsed_ms[int(len(elapsed_ms) * 0.95)]
    return [
        f"search, text to hits      median {statistics.median(elapsed_ms):.2f} ms, p95 {p95:.2f} ms, wanted under 5 ms"
    ]


def stream(directory: Path, n_cases: int) -> list[str]:
    """Measure a build from a stream of generated cases through a pipe."""
    generator = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts/sample_cases/generate.py"), "--n", str(n_cases), "--out", "-"],
        stdout=subprocess.PIPE,
    )
    assert generator.stdout is not None
    run = run_process([*CASEFINDER, "build-index", "-", "--index", str(directory)], stdin=generator.stdout.fileno())
    generator.stdout.close()
    generator.wait()
    return [
        f"stream of {n_cases:,} cases   {run.wall_s:.0f} s, {run.cpu_s:.0f} s of CPU, peak {run.peak_mib:.0f} MiB,"
        " wanted under 1,536 MiB"
    ]


def main() -> None:
    """Measure and write the results down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stream", type=int, metavar="N", help="only build from a stream of N generated cases")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "casebase"
        if arguments.stream:
            write_result(f"stream-{arguments.stream}", stream(base, arguments.stream))
        else:
            lines = build_of_sample(base)
            write_result("first-use", [*lines, *cold_commands(base), *search_inside(base)])


if __name__ == "__main__":
    main()
