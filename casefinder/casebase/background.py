"""Compaction beside other work: in a process of its own, which gives way to those that search.

In a thread it would hold the interpreter for up to 50 ms at a time, and a search lets go of it a dozen times.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from casefinder.casebase.compaction import compact, compaction_is_due
from casefinder.casebase.manifest import Manifest, read_manifest
from casefinder.errors import CaseBaseLockedError, CasefinderError

_LOG: Final = logging.getLogger(__name__)
_NICENESS: Final = 10  # a tenth of the processor beside one busy process: searches hardly feel it, and it still ends
_PROGRAM: Final = "from casefinder.casebase.background import main; main()"
_INTERPRETERS: Final = ("python", "pypy")
_FAILED: Final = 75  # exit status that says: casefinder ran, and has said what is wrong (EX_TEMPFAIL of sysexits.h)


def give_way() -> None:
    """Let other processes go first from now on, for the rest of this process."""
    os.nice(max(0, _NICENESS - os.getpriority(os.PRIO_PROCESS, 0)))


class Compactor:
    """Compacts one case base in the background, one compaction at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()
        self._thread: threading.Thread | None = None

    def start_if_due(self, manifest: Manifest, sequence: int) -> None:
        """Begin to compact, unless it does not pay yet or is being done.

        Args:
            manifest: The last that was read; where it has been replaced since, the current one counts.
            sequence: Number of the last change.
        """
        if self._thread and self._thread.is_alive():
            return
        if compaction_is_due(manifest, sequence) and compaction_is_due(read_manifest(self._directory), sequence):
            self._thread = threading.Thread(target=self._compact, name="casefinder-compaction")
            self._thread.start()

    def wait(self) -> None:
        """Wait until no compaction is being done."""
        if self._thread is not None:
            self._thread.join()

    def _compact(self) -> None:
        status, said = _in_own_process(self._directory)
        if said and status in (os.EX_OK, _FAILED):  # casefinder's own words: a traceback may quote a case
            _LOG.warning("while %s was compacted: %s", self._directory, said)
        if status < 0:
            _LOG.warning(
                "the process that compacted %s was ended by signal %d; the next change tries again",
                self._directory,
                -status,
            )
        if status > 0 and status != _FAILED:
            _compact_if_due(self._directory)  # what this interpreter is part of cannot be started as Python


def _in_own_process(directory: Path) -> tuple[int, str]:
    """Compact in a process that begins from nothing; return its exit status and what it said."""
    if not Path(sys.executable or "").name.startswith(_INTERPRETERS):
        return os.EX_UNAVAILABLE, ""  # a program that holds an interpreter: who knows what starting it again does
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        ended = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(directory)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    except OSError:
        return os.EX_OSERR, ""  # no program of that name, or none that may be run
    return ended.returncode, ended.stderr.strip()


def _compact_if_due(directory: Path) -> int:
    """Compact; return an exit status, and say what is wrong."""
    try:
        compact(directory, only_if_due=True)
    except CaseBaseLockedError:
        _LOG.info("another process compacts %s", directory)
    except CasefinderError as exc:
        _LOG.warning("%s could not be compacted: %s", directory, exc)
        return _FAILED
    return os.EX_OK


def main() -> None:
    """Compact the case base that the command line names, as a process of its own."""
    give_way()
    raise SystemExit(_compact_if_due(Path(sys.argv[1])))
