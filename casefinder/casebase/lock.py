"""One writer at a time: advisory locks that the operating system drops when their holder dies.

Two locks: ``lock`` for changing records or pointer, ``snapshot.lock`` for writing a snapshot, which takes long and
lets further changes go on. Who needs both takes ``snapshot.lock`` first.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from casefinder.casebase.layout import LOCK_NAME, SNAPSHOT_LOCK_NAME
from casefinder.errors import CaseBaseLockedError

PATIENCE_S: Final = 0.6  # a writer that is about to finish is waited for; a command is refused within a second
_LOOK_AGAIN_S: Final = 0.02
_MOST_BYTES: Final = 500


@contextmanager
def write_lock(directory: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the right to change records and pointer.

    Raises:
        CaseBaseLockedError: Another writer holds it; the message names process, host and since when.
    """
    with _held(directory, LOCK_NAME, "is being written", patience_s):
        yield


@contextmanager
def snapshot_lock(directory: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the right to write a snapshot, to build, erase, restore or repair.

    Raises:
        CaseBaseLockedError: Another process or thread holds it; the message names process, host and since when.
    """
    with _held(directory, SNAPSHOT_LOCK_NAME, "is being compacted", patience_s):
        yield


@contextmanager
def both_locks(directory: Path) -> Iterator[None]:
    """Hold both rights, so that nothing else changes at all.

    Raises:
        CaseBaseLockedError: Another process or thread holds one of them.
    """
    with snapshot_lock(directory), write_lock(directory):
        yield


@contextmanager
def _held(directory: Path, name: str, what: str, patience_s: float) -> Iterator[None]:
    descriptor = os.open(directory / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, f"{directory} {what}", time.monotonic() + patience_s)
        # What a dead holder has left in the file is overwritten: the lock itself died with it.
        holder = {
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, what: str, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as exc:
            if time.monotonic() >= deadline:
                raise CaseBaseLockedError(f"{what} by {_holder(descriptor)}; wait until it has finished") from exc
        time.sleep(_LOOK_AGAIN_S)


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, _MOST_BYTES, 0))
        return f"process {holder['process']} on {holder['host']} since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"  # it has taken the lock and not yet written who it is
