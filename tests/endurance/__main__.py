"""Run one proof in its long form by hand: ``python -m tests.endurance kill_points --every 1``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.endurance.trip import compile_library, run_under

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        library = compile_library(Path(folder))
        if library is None:
            raise SystemExit("no C compiler was found; install gcc")
        finished = run_under(library, *sys.argv[1:], is_watched=True)
    raise SystemExit(finished.returncode)
