"""Looking at disk space and permissions before a long write, so that it fails at once and not after hours."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from casefinder.errors import CaseBaseError

_MARGIN: Final = 1.1  # estimates are never exact, and a full disk disturbs others
_LEAST_BYTES: Final = 1 << 20
_BYTES_PER_CASE: Final = 16_384  # document, findings, vector, indexes and journal of a case of some 800 characters
_TERM_BYTES: Final = 4_096  # of such a case in a snapshot
_COMPONENT_BYTES: Final = 4


def require_space(directory: Path, n_bytes: int, *, purpose: str) -> None:
    """Make sure that a directory can be written to and has room.

    Raises:
        CaseBaseError: It has not; the message names the bytes needed and those available.
    """
    if not os.access(directory, os.W_OK | os.X_OK):
        raise CaseBaseError(f"{directory} cannot be written to; give this user write permission for it")
    needed = int(n_bytes * _MARGIN) + _LEAST_BYTES
    available = shutil.disk_usage(directory).free
    if available < needed:
        raise CaseBaseError(
            f"{purpose} needs about {needed:,} bytes in {directory}, {available:,} are available; free some space"
        )


def require_space_for_cases(directory: Path, n_cases: int) -> None:
    """Make sure that there is room for the records of some cases; see ``require_space``."""
    require_space(directory, n_cases * _BYTES_PER_CASE, purpose="storing these cases")


def require_space_for_snapshot(directory: Path, n_cases: int, *, dim: int) -> None:
    """Make sure that there is room for a snapshot and what it is made of, kept beside it; see ``require_space``."""
    require_space(directory, 2 * n_cases * (dim * _COMPONENT_BYTES + _TERM_BYTES), purpose="writing a snapshot")


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; 0 for what is not there."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
