"""Interrupting a process at a chosen change of its files: compiling ``trip.c``, loading it, arming it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("trip.c")
_LIBRARY: Final = "CASEFINDER_TRIP_LIBRARY"
KINDS: Final = {"w": "write", "s": "sync", "t": "truncate", "r": "rename", "u": "unlink", "m": "mkdir", "c": "create"}


class Mode(IntEnum):
    """What happens at the chosen call; the numbers are those of ``trip.c``."""

    COUNT = 1
    KILL = 2
    FAIL = 3
    SHORT = 4


@dataclass(frozen=True)
class Trip:
    """Where a process is interrupted, and how: at the ``at``-th call, the first being 1."""

    mode: Mode
    at: int = 0
    error: int = 0
    goes_on: bool = False


def compile_library(folder: Path) -> Path | None:
    """Compile the library; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "trip.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


def run_under(
    library: Path, module: str, *arguments: str, is_watched: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a module of this package in a process that can be interrupted; what it says is shown at once or kept."""
    environment = os.environ | {"LD_PRELOAD": str(library), _LIBRARY: str(library), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", f"tests.endurance.{module}", *arguments]
    return subprocess.run(command, env=environment, capture_output=not is_watched, text=True, check=False)


def arm(folder: Path, trip: Trip) -> None:
    """Watch the changes below a folder in this process from now on."""
    _library().trip_arm(str(folder).encode(), int(trip.mode), ctypes.c_long(trip.at), trip.error, int(trip.goes_on))


def disarm() -> str:
    """Watch no longer; return one letter per change that was seen, see ``KINDS``."""
    library = _library()
    library.trip_disarm()
    library.trip_kinds.restype = ctypes.c_char_p
    kinds = library.trip_kinds()
    return kinds.decode() if isinstance(kinds, bytes) else ""


def _library() -> ctypes.CDLL:
    if _LIBRARY not in os.environ:
        raise SystemExit("run this through tests.endurance (python -m tests.endurance NAME), which loads trip.c")
    return ctypes.CDLL(os.environ[_LIBRARY])
