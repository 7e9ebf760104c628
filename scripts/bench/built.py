"""A case base that was really built, and questions that none of its cases wrote: what the scripts on it share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from casefinder.cases import Case, case_from_json

GENERATOR = Path(__file__).parents[1] / "sample_cases" / "generate.py"
BEYOND = 50_000_000  # number of the first generated case that no built base holds


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
