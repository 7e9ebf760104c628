"""What the disk or SQLite refuses, told in words that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casefinder.errors import CaseBaseDamagedError, CaseBaseError


@contextmanager
def telling_what_failed(directory: Path) -> Iterator[None]:
    """Turn what the disk or SQLite refuses into errors that say what to do.

    Raises:
        CaseBaseError: The disk refused.
        CaseBaseDamagedError: The database is damaged.
    """
    try:
        yield
    except sqlite3.OperationalError as exc:
        raise CaseBaseError(_refused(directory, exc)) from exc
    except sqlite3.DatabaseError as exc:
        raise CaseBaseDamagedError(
            f"the records in {directory} are damaged ({exc}); run `casefinder verify --repair --index {directory}`"
        ) from exc
    except OSError as exc:
        raise CaseBaseError(_refused(directory, exc)) from exc


def _refused(directory: Path, exc: Exception) -> str:
    return (
        f"cannot write to the case base in {directory}: {exc}; what was acknowledged is kept."
        " Free space or fix permissions, and run the same command again"
    )
