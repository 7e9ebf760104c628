"""Reading stored cases. Plain ``sqlite3``: importing sqlite-utils would double the time of a cold query."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store.case_findings import CaseFindings
from casefinder.case_store.documents import read_document
from casefinder.case_store.recent import Recent
from casefinder.case_store.schema import SCHEMA_VERSION, VECTOR_DTYPE
from casefinder.cases import Case
from casefinder.errors import CaseBaseDamagedError, CaseBaseFormatError, CaseNotFoundError

_Item = TypeVar("_Item")
_VARIABLES: Final = 500
_ROWS_PER_READ: Final = 4096
_MOST_RECENT: Final = 2048  # cases kept in memory, some 20 MB


class CaseStore:
    """The records of one case base, read only. Safe to share between threads; use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open a database for reading.

        Raises:
            CaseBaseDamagedError: The file is missing or no database.
            CaseBaseFormatError: It was written by a newer casefinder.
        """
        self._path = path
        # One connection for all threads, behind a lock: reads are short, and a reader keeps the file that it
        # opened even after a rebuild has replaced it.
        self._lock = threading.Lock()
        self._recent_cases: Recent[Case] = Recent(_MOST_RECENT)
        self._recent_findings: Recent[CaseFindings] = Recent(_MOST_RECENT)
        try:
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        except sqlite3.Error as exc:
            raise CaseBaseDamagedError(f"{path.name} cannot be opened; build the case base again") from exc
        version = int(self.meta().get("schema_version", 0))
        if version > SCHEMA_VERSION:
            raise CaseBaseFormatError(
                f"{path.name} has schema version {version}, this casefinder reads {SCHEMA_VERSION}; upgrade casefinder"
            )

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

    def meta(self) -> dict[str, str]:
        """Return the facts stored about the case base."""
        return dict(self._rows("SELECT name, value FROM meta", ()))

    def count(self) -> int:
        """Return the number of cases."""
        return int(self._rows("SELECT COUNT(*) FROM cases", ())[0][0])

    def case(self, case_id: str) -> Case:
        """Return one case by its id.

        Raises:
            CaseNotFoundError: There is none of that id.
            CaseBaseDamagedError: The record was altered on disk.
        """
        rows = self._rows("SELECT id, document, checksum FROM cases WHERE id = ?", (case_id,))
        if not rows:
            raise CaseNotFoundError(f"no case {case_id!r} in this case base; `casefinder query` shows the ids")
        return read_document(*rows[0])

    def cases(self, keys: Sequence[int]) -> dict[int, Case]:
        """Return cases by key, in one query per 500 keys; unknown keys are left out.

        Raises:
            CaseBaseDamagedError: A record was altered on disk.
        """

        def read(unknown: Sequence[int]) -> dict[int, Case]:
            rows = self._rows_in("SELECT key, id, document, checksum FROM cases WHERE key IN ({})", unknown)
            return {key: read_document(case_id, document, checksum) for key, case_id, document, checksum in rows}

        return self._recent_cases.get(keys, read)

    def vectors(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Iterate over the vectors of all cases in batches: keys int64 [n], vectors float32 [n, dim]."""
        query = (
            "SELECT c.key, v.vector FROM cases c JOIN vectors v ON v.key = c.vector_key"
            " WHERE c.key > ? ORDER BY c.key LIMIT ?"
        )
        last = -1
        while rows := self._rows(query, (last, _ROWS_PER_READ)):
            last = rows[-1][0]
            yield np.array([key for key, _ in rows], dtype=np.int64), _matrix([vector for _, vector in rows])

    def vectors_under(self, digests: Sequence[bytes], *, fingerprint: str) -> dict[bytes, NDArray[np.float32]]:
        """Return the stored vectors of texts that an encoder has encoded before, float32 [dim] each."""
        query = "SELECT digest, vector FROM vectors WHERE fingerprint = ? AND digest IN ({})"
        rows = self._rows_in(query, digests, fingerprint)
        return {digest: _matrix([vector])[0] for digest, vector in rows}

    def wording_vectors(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of normalised wordings of diagnoses, float32 [dim] each, of those that have one."""
        query = (
            "SELECT n.text, v.vector FROM diagnosis_names n JOIN vectors v ON v.key = n.vector_key WHERE n.text IN ({})"
        )
        return {text: _matrix([vector])[0] for text, vector in self._rows_in(query, texts)}

    def every_case(self) -> Iterator[tuple[int, Case, CaseFindings]]:
        """Iterate over all cases by key, with what was read out of their texts.

        Raises:
            CaseBaseDamagedError: A record was altered on disk.
        """
        query = (
            "SELECT c.key, c.id, c.document, c.checksum, f.data FROM cases c JOIN findings f ON f.case_key = c.key"
            " WHERE c.key > ? ORDER BY c.key LIMIT ?"
        )
        last = -1
        while rows := self._rows(query, (last, _ROWS_PER_READ)):
            last = rows[-1][0]
            for key, case_id, document, checksum, findings in rows:
                yield key, read_document(case_id, document, checksum), CaseFindings.from_json(findings)

    def findings(self, keys: Sequence[int]) -> dict[int, CaseFindings]:
        """Return what was read out of the texts of some cases, by key."""

        def read(unknown: Sequence[int]) -> dict[int, CaseFindings]:
            rows = self._rows_in("SELECT case_key, data FROM findings WHERE case_key IN ({})", unknown)
            return {key: CaseFindings.from_json(data) for key, data in rows}

        return self._recent_findings.get(keys, read)

    def findings_under(self, ids: Sequence[str], *, fingerprint: str) -> dict[bytes, CaseFindings]:
        """Return the findings of those cases that the same lexicon and rules have read, by checksum of the case."""
        query = (
            "SELECT c.checksum, f.data FROM findings f JOIN cases c ON c.key = f.case_key"
            " WHERE f.fingerprint = ? AND c.id IN ({})"
        )
        rows = self._rows_in(query, ids, fingerprint)
        return {checksum: CaseFindings.from_json(data) for checksum, data in rows}

    def ids_of(self, keys: Sequence[int]) -> list[str]:
        """Return the ids of cases by key, in the order asked for."""
        ids = dict(self._rows_in("SELECT key, id FROM cases WHERE key IN ({})", keys))
        return [ids[key] for key in keys]

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
        except sqlite3.DatabaseError as exc:
            raise CaseBaseDamagedError(
                f"{self._path.name} is damaged ({exc}); build the case base again from its source"
            ) from exc


def _matrix(blobs: list[bytes]) -> NDArray[np.float32]:
    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype=VECTOR_DTYPE).reshape(len(blobs), -1).astype(np.float32)
