"""Measuring whole processes, and writing results down so that they can be repeated."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("casefinder", "numpy", "faiss-cpu", "sentence-transformers", "torch", "sqlite-utils", "click")
_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost: wall and processor time in seconds, largest resident memory in MiB."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def run_process(command: Sequence[str], *, stdin: int | None = None, environment: dict[str, str] | None = None) -> Run:
    """Run a command to its end, its output thrown away, and measure it.

    Raises:
        RuntimeError: The command failed.
    """
    started = datetime.now(UTC)
    process = subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    wall_s = (datetime.now(UTC) - started).total_seconds()
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _KIB_PER_MIB)


def in_turn(n_rounds: int, *measured: Callable[[], Run]) -> list[list[Run]]:
    """Measure several things A B C A B C …, so that a drift of the machine meets all of them; one round to warm up."""
    rounds = [[measure() for measure in measured] for _ in range(n_rounds + 1)][1:]
    return [list(column) for column in zip(*rounds, strict=True)]


def median_wall_s(runs: Sequence[Run]) -> float:
    """Return the median wall time."""
    return statistics.median(run.wall_s for run in runs)


def ratios(numerators: Sequence[Run], denominators: Sequence[Run]) -> list[float]:
    """Return the wall-time ratios, round by round, rising."""
    return sorted(a.wall_s / b.wall_s for a, b in zip(numerators, denominators, strict=True))


def write_result(name: str, lines: Sequence[str], *, packages: Sequence[str] = PACKAGES) -> Path:
    """Print lines, and keep them in a dated file that says how they were made, with the versions of packages."""
    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{name}.txt"
    text = "\n".join([*_circumstances(packages), "", *lines, ""])
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return path


def _circumstances(packages: Sequence[str]) -> list[str]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return [
        f"command   python {' '.join(sys.argv)}",
        f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit.stdout.strip() or 'unknown'}",
        f"machine   {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
        + platform.python_version(),
        "packages  " + ", ".join(f"{name} {version(name)}" for name in packages),
    ]
