"""Measuring whole processes, and writing results down so that they can be repeated."""

from __future__ import annotations

import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("casefinder", "numpy", "faiss-cpu", "sentence-transformers", "torch", "sqlite-utils", "click")
_THREADS = ("CASEFINDER_THREADS", "OMP_NUM_THREADS")
ROOT = Path(__file__).parents[2]
CASEFINDER = [sys.executable, "-c", "from casefinder.cli.main import main; main()"]
_KIB_PER_MIB = 1024
_BLOCK_BYTES = 512  # in which the kernel counts what a process reads


@dataclass(frozen=True, slots=True)
class Run:
    """What one process and those that it started cost.

    Attributes:
        wall_s: Seconds from start to end.
        cpu_s: Processor seconds of all of them.
        peak_mib: Largest resident memory of one of them, in MiB.
        peak_tree_mib: Largest sum of the resident memory of all of them, what they share counted for each.
        read_mib: What had to be read from the disk because it was not in memory.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    peak_tree_mib: float
    read_mib: float


def run_process(
    command: Sequence[str],
    *,
    stdin: int | None = None,
    environment: dict[str, str] | None = None,
    watch_s: float | None = None,
) -> Run:
    """Run a command to its end, its output thrown away, and measure it.

    Args:
        command: What to run.
        stdin: Where it reads from.
        environment: Its environment, by default that of this process.
        watch_s: Seconds between looks at the memory of its whole tree of processes; by default only the largest
            single process is known.

    Raises:
        RuntimeError: The command failed.
    """
    started = datetime.now(UTC)
    process = subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    peak_tree_kib = 0
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        if watch_s is None:
            ended = os.wait4(process.pid, 0)
            break
        peak_tree_kib = max(peak_tree_kib, sum(map(_resident_kib, _tree(process.pid))))
        time.sleep(watch_s)
    _, status, usage = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    wall_s = (datetime.now(UTC) - started).total_seconds()
    peak_kib = usage.ru_maxrss
    return Run(
        wall_s,
        usage.ru_utime + usage.ru_stime,
        peak_kib / _KIB_PER_MIB,
        max(peak_kib, peak_tree_kib) / _KIB_PER_MIB,
        usage.ru_inblock * _BLOCK_BYTES / _KIB_PER_MIB**2,
    )


def _tree(pid: int) -> list[int]:
    """Return a process and those that it started and that they started; none where they have ended."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        started = " ".join((thread / "children").read_text() for thread in threads).split()
    except OSError:
        return []
    return [pid, *(each for child in started for each in _tree(int(child)))]


def _resident_kib(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // _KIB_PER_MIB


def in_turn(n_rounds: int, *measured: Callable[[], Run]) -> list[list[Run]]:
    """Measure several things A B C A B C …, so that a drift of the machine meets all of them; one round to warm up."""
    rounds = [[measure() for measure in measured] for _ in range(n_rounds + 1)][1:]
    return [list(column) for column in zip(*rounds, strict=True)]


def median_wall_s(runs: Sequence[Run]) -> float:
    """Return the median wall time."""
    return statistics.median(run.wall_s for run in runs)


def spread(values: Iterable[float]) -> str:
    """Write the median of some ratios, and the lowest and the highest."""
    rising = sorted(values)
    return f"{statistics.median(rising):.3g} ({rising[0]:.3g} to {rising[-1]:.3g})"


def ratios(numerators: Sequence[Run], denominators: Sequence[Run]) -> list[float]:
    """Return the wall-time ratios, round by round, rising."""
    return sorted(a.wall_s / b.wall_s for a, b in zip(numerators, denominators, strict=True))


def write_result(
    name: str,
    lines: Sequence[str],
    *,
    packages: Sequence[str] = PACKAGES,
    figures: Mapping[str, object] | None = None,
) -> Path:
    """Print lines, and keep them in a dated file that says how they were made, with the versions of packages.

    Args:
        name: Names the file.
        lines: What is printed.
        packages: Whose versions are told.
        figures: The same for a program to read; kept as JSON beside.
    """
    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{name}.txt"
    circumstances = _circumstances(packages)
    text = "\n".join([*circumstances, "", *lines, ""])
    path.write_text(text, encoding="utf-8")
    if figures is not None:
        told = {**dict(line.split(maxsplit=1) for line in circumstances), **figures}
        path.with_suffix(".json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(text)
    return path


def _circumstances(packages: Sequence[str]) -> list[str]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    n_cores = f"{len(os.sched_getaffinity(0))} of {os.cpu_count()} cores"
    load = f"load {os.getloadavg()[0]:.1f}"  # of the last minute, this benchmark included
    return [
        f"command   python {command_line(sys.argv)}",
        f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit.stdout.strip() or 'unknown'}",
        f"machine   {_processor()}, {n_cores}, {load}, Python {platform.python_version()}",
        "threads   " + ", ".join(f"{name}={os.environ.get(name, 'not set')}" for name in _THREADS),
        "packages  " + ", ".join(f"{name} {told}" for name in packages if (told := _version(name))),
    ]


def command_line(arguments: Sequence[str]) -> str:
    """Write what was called so that it can be typed again; of absolute paths, which are a machine's, the last part."""
    program, *others = (Path(argument).name if argument.startswith("/") else argument for argument in arguments)
    return " ".join([program, *(shlex.quote(other) for other in others)])


def _processor() -> str:
    """Return the name of the processor, where the system tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
