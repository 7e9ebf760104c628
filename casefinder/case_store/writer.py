"""Writing cases: one transaction per change, durable when it returns."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import rows as row_of
from casefinder.case_store.connecting import connect_to_write, database_files
from casefinder.case_store.entries import EncodedCase
from casefinder.case_store.rows import sealed
from casefinder.case_store.schema import ADD, REMOVE, SCHEMA_VERSION, VECTOR_DTYPE, create_schema
from casefinder.case_store.state import State, read_state, write_state
from casefinder.cases import Case, case_to_json
from casefinder.files import durable

_VARIABLES: Final = 500  # values per IN (...) list; SQLite's own limit is 32,766, and longer lists gain nothing

Vector = NDArray[np.float32]


def create_database(path: Path) -> None:
    """Make a database without cases, with an identity of its own.

    Args:
        path: The file; it must not be there.
    """
    from sqlite_utils import Database

    durable.write_file(path, b"")  # so that SQLite finds a file that only its owner can read
    database = Database(path)
    create_schema(database)
    database.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    database.close()
    connection = connect_to_write(path)
    durable.begin(connection)
    write_state(connection, State(uuid.uuid4().hex, 0))
    durable.commit(connection)
    connection.close()


class CaseWriter:
    """Changes the database of one case base. One writer at a time; use as a context manager."""

    def __init__(self, path: Path, *, encoder_fingerprint: str, findings_fingerprint: str) -> None:
        """Open a database of ``create_database``.

        Args:
            path: The SQLite file.
            encoder_fingerprint: Of the encoder whose vectors are stored.
            findings_fingerprint: Of the lexicon and rules that findings are read out by.

        Raises:
            CaseBaseDamagedError: Its state was altered on disk.
        """
        self._path = path
        self._fingerprint = encoder_fingerprint
        self._findings_fingerprint = findings_fingerprint
        self._connection = connect_to_write(path)
        try:
            self.state = read_state(self._connection)
        except BaseException:
            self._connection.close()
            raise
        for file in database_files(path):
            file.chmod(durable.FILE_MODE)

    def __enter__(self) -> CaseWriter:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the database."""
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def change(
        self,
        *,
        add: Sequence[EncodedCase] = (),
        remove: Sequence[str] = (),
        vectors: Mapping[bytes, Vector] | None = None,
        is_logged: bool = True,
    ) -> State:
        """Store and remove cases in one transaction, which is on the disk when this returns.

        Args:
            add: The cases to store, with distinct ids; a stored case of the same id is removed first.
            remove: Ids of cases to remove; those that are not there do not matter.
            vectors: Vectors to store first, float32 [dim], by digest.
            is_logged: Whether each change gets a number; false only while nobody reads these records yet.

        Raises:
            CaseBaseDamagedError: A row to be changed was altered on disk.
        """
        with self._transaction() as state:
            self._insert_vectors(vectors or {})
            gone = self._delete_cases([*remove, *(entry.case.id for entry in add)])
            added = range(state.last_key + 1, state.last_key + 1 + len(add))
            self._insert_cases(dict(zip(added, add, strict=True)))
            self._drop_vectors_only_of(gone.values())
            changes = [(REMOVE, key) for key in gone] + [(ADD, key) for key in added]
            if is_logged:
                self._log(changes, after=state.sequence)
                state = replace(state, sequence=state.sequence + len(changes))
            state = replace(state, n_cases=state.n_cases + len(add) - len(gone), last_key=state.last_key + len(add))
            write_state(self._connection, state)
        self.state = state
        return state

    def store_vectors(self, vectors: Mapping[bytes, Vector]) -> None:
        """Store vectors alone, in one transaction: no case is changed by it."""
        with self._transaction():
            self._insert_vectors(vectors)

    def finish_build(self, sequence: int, wordings: Iterable[bytes]) -> int:
        """Number the changes from here on, and leave one file that can be read without a journal.

        Only for records that nobody reads yet.

        Args:
            sequence: Number that stands for everything stored so far.
            wordings: Digests of the wordings of diagnoses that are used.

        Returns:
            Vectors that nothing uses, such as those of diagnoses of replaced cases; they have been dropped.
        """
        n_dropped = self.drop_unused_vectors(wordings, fingerprints=[self._fingerprint])
        with self._transaction() as state:
            state = replace(state, sequence=sequence)
            write_state(self._connection, state)
        self.state = state
        self._connection.execute("ANALYZE")
        self.fold_journal()
        return n_dropped

    def trim_changes(self, up_to: int) -> None:
        """Drop the changes that a snapshot covers."""
        with self._transaction():
            self._connection.execute("DELETE FROM changes WHERE sequence <= ?", (up_to,))

    def drop_unused_vectors(self, used: Iterable[bytes], *, fingerprints: Sequence[str]) -> int:
        """Drop vectors that nothing uses, in one transaction.

        Args:
            used: Digests that vectors are kept under beside those of the cases.
            fingerprints: Encoders whose vectors are kept.

        Returns:
            How many were dropped.
        """
        marks = ",".join("?" * len(fingerprints))
        self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS used (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        with self._transaction():
            self._connection.execute("DELETE FROM temp.used")
            self._connection.executemany("INSERT OR IGNORE INTO temp.used VALUES (?)", ((one,) for one in used))
            dropped = self._connection.execute(
                f"DELETE FROM vectors WHERE fingerprint NOT IN ({marks})"
                " OR (NOT EXISTS (SELECT 1 FROM cases c WHERE c.digest = vectors.digest)"
                " AND NOT EXISTS (SELECT 1 FROM temp.used u WHERE u.digest = vectors.digest))",
                tuple(fingerprints),
            )
        return dropped.rowcount

    def drop_vectors_of_others(self, most: int) -> int:
        """Drop vectors of other encoders, at most so many, in one transaction; return how many were dropped."""
        with self._transaction():
            dropped = self._connection.execute(
                "DELETE FROM vectors WHERE key IN (SELECT key FROM vectors WHERE fingerprint <> ? LIMIT ?)",
                (self._fingerprint, most),
            )
        return dropped.rowcount

    def fold_journal(self) -> bool:
        """Move what stands in the journal into the database and empty it; false while a reader is in the way."""
        busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def write_packed(self, path: Path) -> None:
        """Write the database to a new file, without a trace of what was deleted."""
        durable.write_file(path, b"")
        self._connection.execute("VACUUM INTO ?", (str(path),))
        connect_to_write(path).close()
        durable.finish_file(path)

    def cases(self, ids: Sequence[str]) -> dict[str, Case]:
        """Return those of these cases that are stored already.

        Raises:
            CaseBaseDamagedError: A record was altered on disk.
        """
        rows = self._select(f"SELECT {row_of.CASE_COLUMNS} FROM cases WHERE id IN ({{}})", ids)
        return {row[1]: row_of.read_case(*row) for row in rows}

    def missing_digests(self, digests: Iterable[bytes]) -> set[bytes]:
        """Return those digests that no vector of this encoder is stored under."""
        wanted = set(digests)
        query = "SELECT digest FROM vectors WHERE fingerprint = ? AND digest IN ({})"
        return wanted - {digest for (digest,) in self._select(query, list(wanted), self._fingerprint)}

    @contextmanager
    def _transaction(self) -> Iterator[State]:
        """Run what writes: all of it is committed, or nothing."""
        durable.begin(self._connection)
        try:
            yield read_state(self._connection)
            durable.commit(self._connection)
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _insert_vectors(self, vectors: Mapping[bytes, Vector]) -> None:
        rows = (
            sealed("vectors", self._fingerprint, digest, vector.astype(VECTOR_DTYPE).tobytes())
            for digest, vector in vectors.items()
        )
        self._connection.executemany(
            f"INSERT OR IGNORE INTO vectors ({row_of.VECTOR_COLUMNS}) VALUES (?, ?, ?, ?)", rows
        )

    def _insert_cases(self, entries: Mapping[int, EncodedCase]) -> None:
        cases, findings = [], []
        for key, entry in entries.items():
            cases.append(sealed("cases", key, entry.case.id, entry.digest, case_to_json(entry.case)))
            findings.append(sealed("findings", key, self._findings_fingerprint, entry.findings))
        self._connection.executemany(f"INSERT INTO cases ({row_of.CASE_COLUMNS}) VALUES (?, ?, ?, ?, ?)", cases)
        self._connection.executemany(f"INSERT INTO findings ({row_of.FINDINGS_COLUMNS}) VALUES (?, ?, ?, ?)", findings)

    def _delete_cases(self, ids: Sequence[str]) -> dict[int, bytes]:
        """Delete cases by id; return the digests of their presentations by key, rising."""
        rows = self._select(f"SELECT {row_of.CASE_COLUMNS} FROM cases WHERE id IN ({{}})", ids)
        for row in rows:
            row_of.read_case(*row)  # a damaged row must not be taken for what it says
        gone = {row[0]: row[2] for row in sorted(rows)}
        for table, column in (("cases", "key"), ("findings", "case_key")):
            self._connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(key,) for key in gone])
        return gone

    def _drop_vectors_only_of(self, digests: Iterable[bytes]) -> None:
        """Drop the vectors, of whatever encoder, of presentations that no case has any longer."""
        unused = "DELETE FROM vectors WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM cases WHERE digest = ?1)"
        self._connection.executemany(unused, [(digest,) for digest in digests])

    def _log(self, changes: Sequence[tuple[str, int]], *, after: int) -> None:
        rows = [sealed("changes", after + n, kind, key) for n, (kind, key) in enumerate(changes, start=1)]
        self._connection.executemany(f"INSERT INTO changes ({row_of.CHANGE_COLUMNS}) VALUES (?, ?, ?, ?)", rows)

    def _select(self, query: str, values: Sequence[object], *first: object) -> list[Any]:
        rows: list[Any] = []
        for start in range(0, len(values), _VARIABLES):
            batch = values[start : start + _VARIABLES]
            marks = ",".join("?" * len(batch))
            rows += self._connection.execute(query.format(marks), (*first, *batch)).fetchall()
        return rows
