"""What the disk or SQLite refuses, told in words that say what to do."""

from __future__ import annotations

import errno
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
    what = f"the case base in {directory}: {exc}"
    if isinstance(exc, OSError) and exc.filename is not None:
        what = f"{exc.filename}: {exc.strerror}"
    return f"cannot write to {what}; what was acknowledged is kept. {advice(exc)}, and run the same command again"


def advice(exc: Exception) -> str:
    """Return what can be done about what the disk or SQLite refused."""
    if isinstance(exc, PermissionError) or "readonly" in str(exc):
        return "Give this user permission to write there"
    if (isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT)) or "full" in str(exc):
        return "Free some space on that disk"
    return "Look at permissions, space and health of that disk"
