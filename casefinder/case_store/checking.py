"""Checking a database in full: its structure, every row's checksum, and that the tables fit each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from casefinder.case_store import rows as row_of
from casefinder.case_store.connecting import connect_to_read
from casefinder.case_store.state import State, read_state
from casefinder.errors import CaseBaseDamagedError, CaseBaseFormatError

_TABLES: Final[tuple[tuple[str, str, str, Callable[..., object]], ...]] = (
    ("cases", "key", row_of.CASE_COLUMNS, row_of.read_case),
    ("findings", "case_key", row_of.FINDINGS_COLUMNS, row_of.read_findings),
    ("vectors", "key", row_of.VECTOR_COLUMNS, row_of.read_vector),
    ("changes", "sequence", row_of.CHANGE_COLUMNS, row_of.read_change),
)
_DAMAGE: Final = (sqlite3.DatabaseError, CaseBaseDamagedError, ValueError, TypeError)


def problems_of_database(path: Path, *, encoder_fingerprint: str) -> Iterator[str]:
    """Iterate over everything that is wrong with a database; nothing when it is whole.

    Args:
        path: The SQLite file.
        encoder_fingerprint: Of the encoder whose vectors every case must have.
    """
    try:
        _, connection = connect_to_read(path)
    except (CaseBaseDamagedError, CaseBaseFormatError) as exc:
        yield str(exc)
        return
    with closing(connection):
        try:
            connection.execute("BEGIN")  # one state throughout, whatever a writer commits meanwhile
            found = connection.execute("PRAGMA integrity_check(20)").fetchall()
            yield from (f"{path.name}: {message}" for (message,) in found if message != "ok")
            state = read_state(connection)
            for table in _TABLES:
                yield from _altered_rows(connection, *table)
            yield from _what_does_not_fit(connection, state, encoder_fingerprint)
        except _DAMAGE as exc:
            yield f"{path.name}: {exc}"


def _altered_rows(
    connection: sqlite3.Connection, table: str, key: str, columns: str, read: Callable[..., object]
) -> Iterator[str]:
    for number, *row in connection.execute(f"SELECT {key}, {columns} FROM {table} ORDER BY {key}"):
        try:
            read(*row)
        except _DAMAGE:
            yield f"row {number} of {table} was altered on disk"


def _what_does_not_fit(connection: sqlite3.Connection, state: State, fingerprint: str) -> Iterator[str]:
    n_cases, last_key = _one(connection, "SELECT COUNT(*), IFNULL(MAX(key), 0) FROM cases NOT INDEXED")
    if n_cases != state.n_cases or last_key > state.last_key:
        yield f"the records hold {n_cases} cases instead of {state.n_cases}"
    (n_without,) = _one(
        connection, "SELECT COUNT(*) FROM cases c WHERE NOT EXISTS (SELECT 1 FROM findings WHERE case_key = c.key)"
    )
    if n_without:
        yield f"{n_without} cases have no findings"
    (n_without,) = _one(
        connection,
        "SELECT COUNT(*) FROM cases c WHERE NOT EXISTS"
        " (SELECT 1 FROM vectors v WHERE v.digest = c.digest AND v.fingerprint = ?)",
        fingerprint,
    )
    if n_without:
        yield f"{n_without} cases have no vector"
    n_changes, first, last = _one(connection, "SELECT COUNT(*), MIN(sequence), MAX(sequence) FROM changes")
    if n_changes and (last != state.sequence or last - first + 1 != n_changes):
        yield f"the changes up to {state.sequence} are not all there"


def _one(connection: sqlite3.Connection, query: str, *parameters: object) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query, parameters).fetchone()
    return row
