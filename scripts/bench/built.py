"""A case base that was really built, and questions that none of its cases wrote: what the scripts on it share."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import CASEFINDER, ROOT, Run, run_process

from casefinder.cases import Case, case_from_json

GENERATOR = ROOT / "scripts" / "sample_cases" / "generate.py"
BEYOND = 50_000_000  # number of the first generated case that no built base holds
_WATCH_S = 0.5


def generation(n_cases: int, *, start: int = 0) -> list[str]:
    """Return the command that writes generated cases to its standard output."""
    return [sys.executable, str(GENERATOR), "--start", str(start), "--n", str(n_cases), "--out", "-"]


def generated(n_cases: int, *, start: int = 0) -> Iterator[Case]:
    """Generate cases."""
    with subprocess.Popen(
        generation(n_cases, start=start), stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        yield from (case_from_json(line) for line in process.stdout)


def asked(n_questions: int) -> list[str]:
    """Return the complaints of generated cases that no built base holds."""
    return [case.sections.chief_complaint for case in generated(n_questions, start=BEYOND)]


def build(source: Path, directory: Path) -> Run:
    """Build a case base from a file, and measure it."""
    return run_process([*CASEFINDER, "build-index", str(source), "--index", str(directory)], watch_s=_WATCH_S)


def build_from_stream(n_cases: int, directory: Path) -> Run:
    """Build a case base from generated cases that come through a pipe; the generator is not measured."""
    with subprocess.Popen(generation(n_cases), stdout=subprocess.PIPE) as generator:
        assert generator.stdout is not None
        return run_process(
            [*CASEFINDER, "build-index", "-", "--index", str(directory)],
            stdin=generator.stdout.fileno(),
            watch_s=_WATCH_S,
        )


def add_base_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``large_base`` goes by."""
    parser.add_argument("--casebase", type=Path, help="Use this case base; where there is none yet, it is built there.")
    parser.add_argument("--cases", type=int, default=20_000, help="Generated cases to build it of (default 20000).")


@contextmanager
def large_base(arguments: argparse.Namespace) -> Iterator[Path]:
    """Lend the case base that was asked for, built first where it is not there."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = arguments.casebase or Path(scratch) / "casebase"
        if not directory.exists():
            sys.stderr.write(f"building {arguments.cases:,} generated cases in {directory}\n")
            build_from_stream(arguments.cases, directory)
        yield directory
