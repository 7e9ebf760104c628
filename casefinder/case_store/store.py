"""Reading stored cases. Plain ``sqlite3``: importing sqlite-utils would double the time of a cold query."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import rows as row_of
from casefinder.case_store.case_findings import CaseFindings
from casefinder.case_store.checksums import check_row
from casefinder.case_store.connecting import connect_to_read
from casefinder.case_store.entries import Change, StoredCase
from casefinder.case_store.recent import Recent
from casefinder.case_store.state import State, read_state
from casefinder.cases import Case
from casefinder.errors import CaseBaseDamagedError, CaseNotFoundError

_Item = TypeVar("_Item")
_VARIABLES: Final = 500
_ROWS_PER_READ: Final = 4096
_HIGHEST_KEY: Final = 2**63 - 1  # of SQLite
_MOST_RECENT: Final = 2048  # cases kept in memory, some 20 MB


class CaseStore:
    """The records of one case base, read only. Safe to share between threads; use as a context manager.

    Attributes:
        is_live: Whether what a writer commits is seen; otherwise the store must be opened again.
    """

    def __init__(self, path: Path, *, encoder_fingerprint: str) -> None:
        """Open a database for reading.

        Args:
            path: The SQLite file.
            encoder_fingerprint: Of the encoder whose vectors are read.

        Raises:
            CaseBaseDamagedError: The file is missing or no database.
            CaseBaseFormatError: It was written by another version of casefinder.
        """
        self._path = path
        self._fingerprint = encoder_fingerprint
        # One connection for all threads, behind a lock: reads are short, and a reader keeps the file that it
        # opened even after a rebuild has replaced it.
        self._lock = threading.RLock()
        self._recent: Recent[StoredCase] = Recent(_MOST_RECENT)
        self.is_live, self._connection = connect_to_read(path)
        weakref.finalize(self, self._connection.close)

    def __enter__(self) -> CaseStore:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the database."""
        self.close()

    def close(self) -> None:
        """Close the database; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Read one state of the records throughout, whatever a writer commits meanwhile."""
        with self._lock:
            self._rows("BEGIN", ())
            try:
                yield
            finally:
                with suppress(sqlite3.Error):  # a damaged database has ended the transaction by itself
                    self._connection.execute("ROLLBACK")

    def data_version(self) -> int:
        """Return a number that changes whenever another connection commits; takes microseconds."""
        return int(self._rows("PRAGMA data_version", ())[0][0])

    def state(self) -> State:
        """Return where the records stand.

        Raises:
            CaseBaseDamagedError: It cannot be read.
        """
        with self._lock:
            try:
                return read_state(self._connection)
            except sqlite3.DatabaseError as exc:
                raise self._damaged(exc) from exc

    def count(self) -> int:
        """Return the number of cases."""
        return int(self._rows("SELECT COUNT(*) FROM cases", ())[0][0])

    def changes(self, after: int) -> list[Change]:
        """Return the changes behind a sequence number, in their order.

        Raises:
            CaseBaseDamagedError: A row was altered on disk.
        """
        query = f"SELECT {row_of.CHANGE_COLUMNS} FROM changes WHERE sequence > ? ORDER BY sequence"
        return [row_of.read_change(*row) for row in self._rows(query, (after,))]

    def case(self, case_id: str) -> Case:
        """Return one case by its id.

        Raises:
            CaseNotFoundError: There is none of that id.
            CaseBaseDamagedError: The record was altered on disk.
        """
        rows = self._rows(f"SELECT {row_of.CASE_COLUMNS} FROM cases WHERE id = ?", (case_id,))
        if not rows:
            raise CaseNotFoundError(f"no case {case_id!r} in this case base; `casefinder query` shows the ids")
        return row_of.read_case(*rows[0])

    def cases(self, keys: Sequence[int]) -> dict[int, Case]:
        """Return cases by key; unknown keys are left out.

        Raises:
            CaseBaseDamagedError: A record was altered on disk.
        """
        rows = self._rows_in(f"SELECT {row_of.CASE_COLUMNS} FROM cases WHERE key IN ({{}})", keys)
        return {row[0]: row_of.read_case(*row) for row in rows}

    def ids(self, keys: Sequence[int]) -> dict[int, str]:
        """Return the ids of cases by key, without reading the cases; unknown keys are left out.

        Raises:
            CaseBaseDamagedError: The records cannot be read.
        """
        return dict(self._rows_in("SELECT key, id FROM cases WHERE key IN ({})", keys))

    def hydrated(self, keys: Sequence[int]) -> dict[int, StoredCase]:
        """Return cases with what was read out of their texts, by key, in one query; unknown keys are left out.

        What was read last is remembered.

        Raises:
            CaseBaseDamagedError: A row was altered on disk, or the findings of a case are gone.
        """
        return self._recent.get(keys, lambda unknown: {stored.key: stored for stored in self.stored_cases(unknown)})

    def forget(self, keys: Sequence[int]) -> None:
        """Forget what was read of cases that have been removed."""
        self._recent.forget(keys)

    def stored_cases(self, keys: Sequence[int]) -> list[StoredCase]:
        """Return everything stored of some cases, by rising key; unknown keys are left out.

        Raises:
            CaseBaseDamagedError: A row was altered on disk, or the findings of a case are gone.
        """
        found = []
        for start in range(0, len(keys), _VARIABLES):
            batch = keys[start : start + _VARIABLES]
            found += self._stored(f"c.key IN ({','.join('?' * len(batch))})", batch)
        return sorted(found, key=lambda stored: stored.key)

    def keys(self) -> NDArray[np.int64]:
        """Return the keys of all cases, rising: int64 [n]."""
        return np.array(self._rows("SELECT key FROM cases ORDER BY key", ()), dtype=np.int64).reshape(-1)

    def every_stored_case(self, *, after: int = 0, up_to: int = _HIGHEST_KEY) -> Iterator[StoredCase]:
        """Iterate over everything stored of all cases, by rising key.

        Args:
            after: Only keys above it.
            up_to: Only keys up to it.

        Raises:
            CaseBaseDamagedError: A row was altered on disk, or the findings of a case are gone.
        """
        last = after
        while found := self._stored("c.key > ? AND c.key <= ?", (last, up_to), limit=_ROWS_PER_READ):
            last = found[-1].key
            yield from found

    def every_case(self, *, after: int = 0, up_to: int = _HIGHEST_KEY) -> Iterator[tuple[int, Case, CaseFindings]]:
        """Iterate over all cases by key, with what was read out of their texts; see ``every_stored_case``.

        Raises:
            CaseBaseDamagedError: A record was altered on disk.
        """
        stored = self.every_stored_case(after=after, up_to=up_to)
        return ((one.key, one.case, one.findings) for one in stored)

    def vectors(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Iterate over the vectors of all cases in batches: keys int64 [n] rising, vectors float32 [n, dim].

        Raises:
            CaseBaseDamagedError: A row was altered on disk, or the vector of a case is gone.
        """
        last = 0
        while rows := self._rows(_VECTORS.format("c.key > ?") + " LIMIT ?", (self._fingerprint, last, _ROWS_PER_READ)):
            last = rows[-1][0]
            yield _matrix(rows)

    def vectors_of(self, keys: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the vectors of some cases: keys int64 [n] rising, vectors float32 [n, dim].

        Raises:
            CaseBaseDamagedError: A row was altered on disk, or the vector of a case is gone.
        """
        rows = self._rows_in(_VECTORS.format("c.key IN ({})"), keys, self._fingerprint)
        return _matrix(sorted(rows))

    def vectors_under(
        self, digests: Sequence[bytes], *, fingerprint: str | None = None
    ) -> dict[bytes, NDArray[np.float32]]:
        """Return the stored vectors of texts, float32 [dim] each: of the encoder that is read, or of another."""
        query = f"SELECT {row_of.VECTOR_COLUMNS} FROM vectors WHERE fingerprint = ? AND digest IN ({{}})"
        return {
            row[1]: row_of.read_vector(*row) for row in self._rows_in(query, digests, fingerprint or self._fingerprint)
        }

    def findings_under(self, ids: Sequence[str], *, fingerprint: str) -> dict[str, tuple[str, str]]:
        """Return, by id, those of these cases that the same lexicon and rules have read, with their findings.

        Both as JSON, as they are stored: a build compares and copies them.

        Raises:
            CaseBaseDamagedError: A row was altered on disk.
        """
        query = (
            "SELECT c.key, c.id, c.digest, c.document, c.checksum, f.case_key, f.fingerprint, f.data, f.checksum"
            " FROM cases c JOIN findings f ON f.case_key = c.key WHERE f.fingerprint = ? AND c.id IN ({})"
        )
        found = {}
        for row in self._rows_in(query, ids, fingerprint):
            row_of.check_case(*row[:5])
            check_row(row[8], "findings", *row[5:8])
            found[row[1]] = row[3], row[7]
        return found

    def _stored(self, condition: str, values: Sequence[object], *, limit: int = -1) -> list[StoredCase]:
        query = (
            "SELECT c.key, c.id, c.digest, c.document, c.checksum, f.case_key, f.fingerprint, f.data,"
            f" f.checksum FROM cases c LEFT JOIN findings f ON f.case_key = c.key WHERE {condition}"
            " ORDER BY c.key LIMIT ?"
        )
        return [_stored_case(row) for row in self._rows(query, (*values, limit))]

    def _rows_in(self, query: str, values: Sequence[_Item], *first: object) -> list[Any]:
        rows: list[Any] = []
        for start in range(0, len(values), _VARIABLES):
            batch = values[start : start + _VARIABLES]
            rows += self._rows(query.format(",".join("?" * len(batch))), (*first, *batch))
        return rows

    def _rows(self, query: str, parameters: Sequence[object]) -> list[Any]:
        try:
            with self._lock:
                return self._connection.execute(query, tuple(parameters)).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as exc:
            raise self._damaged(exc) from exc

    def _damaged(self, exc: Exception) -> CaseBaseDamagedError:
        return CaseBaseDamagedError(
            f"{self._path} is damaged ({type(exc).__name__}: {exc}); run `casefinder verify --repair`"
        )


_VECTORS: Final = (
    "SELECT c.key, v.fingerprint, v.digest, v.vector, v.checksum FROM cases c"
    " LEFT JOIN vectors v ON v.digest = c.digest AND v.fingerprint = ? WHERE {} ORDER BY c.key"
)


def _matrix(rows: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if not rows:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
    vectors = [_vector(row[0], row[1:]) for row in rows]
    return np.array([row[0] for row in rows], dtype=np.int64), np.stack(vectors)


def _vector(key: int, row: tuple[Any, ...]) -> NDArray[np.float32]:
    if row[0] is None:
        raise CaseBaseDamagedError(
            f"the vector of the record under key {key} is gone; run `casefinder verify --repair`"
        )
    return row_of.read_vector(*row)


def _stored_case(row: tuple[Any, ...]) -> StoredCase:
    key, digest = row[0], row[2]
    case = row_of.read_case(*row[:5])
    if row[5] is None:
        raise CaseBaseDamagedError(
            f"the findings of the record under key {key} are gone; run `casefinder verify --repair`"
        )
    return StoredCase(key, case, digest, row_of.read_findings(*row[5:]))
