"""A large case base that grows: the seconds to add a thousand cases, and queries while it is compacted.

The case base is copied first, and the copy is changed.

Example: CASEFINDER_THREADS=1 python scripts/bench/bench.py growth --cases 200000 --casebase big
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

from built import BEYOND, add_base_options, asked, generated, large_base
from measuring import CASEFINDER, write_result
from stopwatch import ADDITION, watching
from times import ROW_HEADING, Times

from casefinder.casebase import CaseBaseWriter, OnDuplicate, open_case_base
from casefinder.cases.reading import Origin, ReadCase
from casefinder.encoders import load_encoder
from casefinder.search import Searcher

N_QUESTIONS = 100
N_QUIET = 300
FIRST_ADDED = BEYOND + 1_000_000
K = 10


def add(directory: Path, n_cases: int) -> tuple[list[str], dict[str, object]]:
    """Add generated cases, from loading the encoder to the last commit."""
    cases = generated(n_cases, start=FIRST_ADDED)
    rows = [ReadCase(case, Origin("generated", number)) for number, case in enumerate(cases, start=1)]
    with watching(ADDITION) as watch:
        began, started = time.perf_counter(), time.process_time()
        encoder = load_encoder()
        with CaseBaseWriter(directory) as writer:
            report = writer.write(rows, encoder=encoder, on_duplicate=OnDuplicate.REJECT)
        wall_s, cpu_s = time.perf_counter() - began, time.process_time() - started
    return [
        f"added {report.n_added:,} cases ({report.n_encoded:,} texts encoded) in {wall_s:.2f} s,"
        f" {cpu_s:.2f} s of processor; wanted under 5 s for 1,000 in 200,000",
        f"  {'part':34s}  s of CPU   share",
        *watch.table(per=1, unit_s=1.0),
    ], {"added": report.n_added, "add_wall_s": wall_s, "add_cpu_s": cpu_s}


def searched_meanwhile(directory: Path) -> tuple[list[str], dict[str, object]]:
    """Ask before, while another process compacts, and after."""
    questions = asked(N_QUESTIONS)
    with open_case_base(directory) as casebase:
        searcher = Searcher(casebase, load_encoder())
        for question in questions:
            searcher.search(question, k=K)

        def ask(times: Times) -> None:
            times.of(partial(searcher.search, questions[len(times.walls_ms) % N_QUESTIONS], k=K))

        quiet, during, after = Times(), Times(), Times()
        for _ in range(N_QUIET):
            ask(quiet)
        began = time.perf_counter()
        with subprocess.Popen(
            [*CASEFINDER, "compact", "--index", str(directory)], stdout=subprocess.DEVNULL
        ) as process:
            while process.poll() is None:
                ask(during)
        compacted_s = time.perf_counter() - began
        if process.returncode:
            raise RuntimeError(f"compact ended with {process.returncode}")
        for _ in range(N_QUIET):
            ask(after)
    rows = {"before, quiet": quiet, "while it is compacted": during, "after, quiet": after}
    figures = {name: one.figures() for name, one in rows.items()}
    ratio, cpu_ratio = during.wall[1] / quiet.wall[1], during.cpu[1] / quiet.cpu[1]
    return [
        "",
        f"{'queries':24s} number {ROW_HEADING}",
        *(f"{name:24s} {len(one.walls_ms):6d} {one.row()}" for name, one in rows.items()),
        f"compacted in {compacted_s:.1f} s; p95 meanwhile {ratio:.2f} times the quiet one ({cpu_ratio:.2f} by"
        " processor), wanted at most 2",
    ], {**figures, "compacted_s": compacted_s}


def main() -> None:
    """Measure and write the result down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_base_options(parser)
    parser.add_argument("--added", type=int, default=1_000)
    arguments = parser.parse_args()
    with large_base(arguments) as directory, tempfile.TemporaryDirectory(dir=directory.parent) as folder:
        copy = Path(folder) / "copy"
        subprocess.run(["cp", "-r", "--reflink=auto", str(directory), str(copy)], check=True)
        lines, figures = add(copy, arguments.added)
        more, measured = searched_meanwhile(copy)
    write_result("growth", [*lines, *more], figures={**figures, **measured})


if __name__ == "__main__":
    main()
