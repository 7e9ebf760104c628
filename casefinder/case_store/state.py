"""The state of the records: one row that every transaction replaces, with a checksum."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass

from casefinder.case_store.checksums import row_checksum
from casefinder.errors import CaseBaseDamagedError


@dataclass(frozen=True, slots=True)
class State:
    """Where the records stand.

    Attributes:
        records_id: Identity of these records; a snapshot of others does not fit them.
        sequence: Number of the last change.
        n_cases: Cases stored.
        last_key: The highest key that a case was ever stored under; keys are never used again.
    """

    records_id: str
    sequence: int = 0
    n_cases: int = 0
    last_key: int = 0


def read_state(connection: sqlite3.Connection) -> State:
    """Return the state.

    Raises:
        CaseBaseDamagedError: It is not what was written.
    """
    query = "SELECT records_id, sequence, n_cases, last_key, checksum FROM state"
    rows = connection.execute(query).fetchall()
    if len(rows) != 1 or rows[0][-1] != row_checksum("state", *rows[0][:-1]):
        raise CaseBaseDamagedError("the state of the records was altered on disk; run `casefinder verify --repair`")
    return State(*rows[0][:-1])


def write_state(connection: sqlite3.Connection, state: State) -> None:
    """Replace the state, inside a transaction."""
    values = astuple(state)
    connection.execute(
        "REPLACE INTO state (one, records_id, sequence, n_cases, last_key, checksum) VALUES (1, ?, ?, ?, ?, ?)",
        (*values, row_checksum("state", *values)),
    )
