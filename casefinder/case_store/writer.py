"""Writing cases: batches into SQLite, each batch one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store.case_findings import CaseFindings
from casefinder.case_store.documents import checksum_of
from casefinder.case_store.schema import SCHEMA_VERSION, VECTOR_DTYPE, create_schema
from casefinder.cases import Case, case_to_json

if TYPE_CHECKING:
    from sqlite_utils import Database

_VARIABLES: Final = 500  # values per IN (...) list; SQLite's own limit is 32,766, and longer lists gain nothing


@dataclass(frozen=True, slots=True)
class EncodedCase:
    """A case ready to be stored.

    Attributes:
        case: The case.
        digest: Of its presentation; its vector is stored under it.
        diagnosis_texts: Its diagnoses in normalised wording.
        findings: What was read out of its texts.
    """

    case: Case
    digest: bytes
    diagnosis_texts: tuple[str, ...]
    findings: CaseFindings


class CaseWriter:
    """Fills the database of one case base. One writer at a time; use as a context manager."""

    def __init__(self, path: Path, *, fingerprint: str, findings_fingerprint: str) -> None:
        """Open a database, creating its tables when the file is new.

        Args:
            path: The SQLite file.
            fingerprint: Of the encoder whose vectors are stored.
            findings_fingerprint: Of the lexicon and rules that findings are read out by.
        """
        from sqlite_utils import Database

        self._database: Database = Database(path)
        self._fingerprint = fingerprint
        self._findings_fingerprint = findings_fingerprint
        self._connection: sqlite3.Connection = self._database.conn
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        if not self._database.table("meta").exists():
            with self._connection:
                create_schema(self._database)
                self.set_meta("schema_version", str(SCHEMA_VERSION))

    def __enter__(self) -> CaseWriter:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the database."""
        self._database.close()

    def set_meta(self, name: str, value: str) -> None:
        """Store a fact about the case base."""
        self._database.table("meta").upsert({"name": name, "value": value}, pk="name")

    def forget_cases(self) -> None:
        """Drop all cases and keep their vectors: what an interrupted build had encoded is used again."""
        with self._connection:
            for table in ("findings", "case_diagnoses", "diagnosis_names", "cases"):
                self._database.table(table).delete_where()

    def count(self) -> int:
        """Return the number of cases stored."""
        return int(self._database.table("cases").count)

    def checksums(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the checksum of each of these cases that is stored already."""
        return dict(self._select("SELECT id, checksum FROM cases WHERE id IN ({})", ids))

    def missing_digests(self, digests: Iterable[bytes]) -> set[bytes]:
        """Return those digests that no vector of this encoder is stored under."""
        wanted = set(digests)
        stored = self._select(
            "SELECT digest, 1 FROM vectors WHERE fingerprint = ? AND digest IN ({})",
            list(wanted),
            self._fingerprint,
        )
        return wanted - {digest for digest, _ in stored}

    def add_vectors(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Store vectors, float32 [dim], under the digests of the texts that they were made from."""
        rows = (
            {
                "fingerprint": self._fingerprint,
                "digest": digest,
                "vector": vector.astype(VECTOR_DTYPE).tobytes(),
            }
            for digest, vector in vectors.items()
        )
        with self._connection:
            self._database.table("vectors").insert_all(rows, ignore=True)

    def add_cases(self, entries: Sequence[EncodedCase], *, name_digests: Mapping[str, bytes]) -> None:
        """Store cases whose vectors are stored already, in one transaction; a case of the same id is replaced.

        Args:
            entries: The cases, with distinct ids.
            name_digests: For each diagnosis wording of the cases, the digest that its vector is stored under
                (a wording without anything to encode has none).
        """
        vector_keys = self._vector_keys([entry.digest for entry in entries] + list(name_digests.values()))
        with self._connection:
            self._remove([entry.case.id for entry in entries])
            self._database.table("cases").insert_all(
                (_row(entry.case, vector_keys[entry.digest]) for entry in entries), batch_size=_VARIABLES
            )
            names = ({"text": text, "vector_key": vector_keys.get(digest)} for text, digest in name_digests.items())
            self._database.table("diagnosis_names").insert_all(names, ignore=True)
            self._add_readings(entries, list(name_digests))

    def finish(self) -> None:
        """Drop vectors that nothing refers to, and leave one file that can be read without a journal."""
        with self._connection:
            used = "SELECT vector_key FROM cases UNION SELECT vector_key FROM diagnosis_names"
            self._database.table("diagnosis_names").delete_where("key NOT IN (SELECT name_key FROM case_diagnoses)")
            dropped = self._connection.execute(f"DELETE FROM vectors WHERE key NOT IN ({used})").rowcount
        if dropped:
            self._database.vacuum()
        self._database.analyze()
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.execute("PRAGMA journal_mode = DELETE")

    def _remove(self, ids: Sequence[str]) -> None:
        keys = [key for (key,) in self._select("SELECT key FROM cases WHERE id IN ({})", ids)]
        for start in range(0, len(keys), _VARIABLES):
            batch = keys[start : start + _VARIABLES]
            marks = ",".join("?" * len(batch))
            for table in ("case_diagnoses", "findings"):
                self._connection.execute(f"DELETE FROM {table} WHERE case_key IN ({marks})", batch)
            self._connection.execute(f"DELETE FROM cases WHERE key IN ({marks})", batch)

    def _add_readings(self, entries: Sequence[EncodedCase], texts: Sequence[str]) -> None:
        case_keys = dict(self._select("SELECT id, key FROM cases WHERE id IN ({})", [e.case.id for e in entries]))
        name_keys = dict(self._select("SELECT text, key FROM diagnosis_names WHERE text IN ({})", texts))
        rows = [
            {
                "case_key": case_keys[entry.case.id],
                "position": position,
                "name_key": name_keys[text],
                "icd10": diagnosis.icd10,
            }
            for entry in entries
            for position, (diagnosis, text) in enumerate(zip(entry.case.diagnoses, entry.diagnosis_texts, strict=True))
        ]
        self._database.table("case_diagnoses").insert_all(rows, batch_size=_VARIABLES)
        findings = (
            {
                "case_key": case_keys[entry.case.id],
                "fingerprint": self._findings_fingerprint,
                "data": entry.findings.to_json(),
            }
            for entry in entries
        )
        self._database.table("findings").insert_all(findings, batch_size=_VARIABLES)

    def _vector_keys(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        query = "SELECT digest, key FROM vectors WHERE fingerprint = ? AND digest IN ({})"
        return dict(self._select(query, digests, self._fingerprint))

    def _select(self, query: str, values: Sequence[object], *first: object) -> list[Any]:
        rows: list[Any] = []
        for start in range(0, len(values), _VARIABLES):
            batch = values[start : start + _VARIABLES]
            marks = ",".join("?" * len(batch))
            rows += self._connection.execute(query.format(marks), (*first, *batch)).fetchall()
        return rows


def _row(case: Case, vector_key: int) -> dict[str, object]:
    document = case_to_json(case)
    return {
        "id": case.id,
        "checksum": checksum_of(document),
        "document": document,
        "vector_key": vector_key,
        "department": case.department,
        "sex": case.patient.sex,
        "age_years": case.patient.age.in_years if case.patient.age else None,
        "visit_date": case.visit_date.isoformat() if case.visit_date else None,
        "outcome": case.outcome.status,
    }
