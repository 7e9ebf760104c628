"""Opening the database, for reading or for writing."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from casefinder.case_store.schema import SCHEMA_VERSION
from casefinder.errors import CaseBaseDamagedError, CaseBaseError, CaseBaseFormatError

_WAIT_S: Final = 5.0  # for another process that recovers the journal after a crash
_SUFFIXES: Final = ("", "-wal", "-shm")


def connect_to_read(path: Path) -> tuple[bool, sqlite3.Connection]:
    """Open a database for reading.

    Returns:
        Whether later commits are seen, which a file system that is read only does not allow; and the connection.

    Raises:
        CaseBaseError: This user may not read it.
        CaseBaseDamagedError: The file is missing or no database.
        CaseBaseFormatError: Another version of casefinder wrote it.
    """
    for file in database_files(path):
        if not os.access(file, os.R_OK):
            raise CaseBaseError(
                f"{file} cannot be read by this user; give it permission, or run this as the owner of the case base"
            )
    is_live = _can_share(path)
    mode = "mode=ro" if is_live else "mode=ro&immutable=1"
    try:
        connection = _connect(f"{path.absolute().as_uri()}?{mode}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        _check_size(path, connection)
    except (OSError, sqlite3.Error) as exc:
        raise CaseBaseDamagedError(
            f"{path} is missing or cannot be opened ({exc}); run `casefinder verify --repair`, or restore a backup"
        ) from exc
    if version != SCHEMA_VERSION:
        connection.close()
        raise CaseBaseFormatError(
            f"{path} has schema version {version}, this casefinder reads {SCHEMA_VERSION};"
            f" {'upgrade casefinder' if version > SCHEMA_VERSION else 'run `casefinder migrate`'}"
        )
    return is_live, connection


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open a database for writing: every commit waits for the disk, and what is deleted is overwritten.

    Raises:
        sqlite3.Error: It cannot be opened, or not be given the kind of journal beside which others can read.
    """
    connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
    (journal,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if journal != "wal":  # SQLite tells of a disk that refused the change only in this way
        connection.close()
        raise sqlite3.OperationalError(f"its journal stayed a {journal} journal")
    for pragma in ("synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def database_files(path: Path) -> list[Path]:
    """Return the files of a database that are there: itself, its journal, and the index of the journal."""
    return [file for suffix in _SUFFIXES if (file := path.with_name(path.name + suffix)).exists()]


def _check_size(path: Path, connection: sqlite3.Connection) -> None:
    """Find a database that was cut short: SQLite would find it only when it reads there.

    Raises:
        sqlite3.DatabaseError: It is shorter than it says, or was never written.
    """
    pages, version, page_bytes = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "user_version", "page_size")
    )
    journal = path.with_name(path.name + "-wal")
    has_journal = journal.exists() and journal.stat().st_size > 0  # it may hold what the file lacks
    if not version or (not has_journal and path.stat().st_size < pages * page_bytes):
        raise sqlite3.DatabaseError("it was cut short")


def _can_share(path: Path) -> bool:
    """Tell whether a reader can take part in the journal: it needs its index, or leave to make one."""
    return os.access(path.parent, os.W_OK) or path.with_name(path.name + "-shm").exists()


def _connect(uri: str) -> sqlite3.Connection:
    # No implicit transactions: every one is begun and committed by name.
    return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=_WAIT_S)
