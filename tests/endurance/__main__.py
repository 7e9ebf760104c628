"""Run one proof in its long form by hand: ``python -m tests.endurance kill_points --every 1``."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.endurance.trials import say
from tests.endurance.trip import compile_library, run_under

PROOFS = ("kill_points", "faults", "damage", "soak", "concurrency", "model", "scarcity")


def commit() -> str:
    """Return the commit that is proved, where there is a repository."""
    if not (git := shutil.which("git")):
        return "unknown"
    asked = [git, "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def main() -> int:
    """Run a proof between a line that says what is run and one that says what it took."""
    if len(sys.argv) < 2 or sys.argv[1] not in PROOFS:
        raise SystemExit(f"name a proof: {', '.join(PROOFS)}")
    began = time.monotonic()
    say(
        f"$ python -m tests.endurance {' '.join(sys.argv[1:])}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}, {platform.machine()}, {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}",
    )
    with tempfile.TemporaryDirectory() as folder:
        library = compile_library(Path(folder))
        if library is None:
            raise SystemExit("no C compiler was found; install gcc")
        finished = run_under(library, *sys.argv[1:], is_watched=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    say(f"{time.monotonic() - began:,.0f} s, {used.ru_utime + used.ru_stime:,.0f} s of processor")
    return finished.returncode


if __name__ == "__main__":
    raise SystemExit(main())
