"""One writer at a time: an advisory lock that the operating system drops when its holder dies."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casefinder.casebase.manifest import LOCK_NAME
from casefinder.errors import CaseBaseLockedError


@contextmanager
def write_lock(directory: Path) -> Iterator[None]:
    """Hold the right to write to a case base.

    Raises:
        CaseBaseLockedError: Another process holds it; the message names that process.
    """
    descriptor = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "an unknown process"
            raise CaseBaseLockedError(f"{directory} is being written by {holder}; wait until it has finished") from exc
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
