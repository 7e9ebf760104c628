"""Reading what can still be read of a damaged database, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import rows as row_of
from casefinder.case_store.case_findings import CaseFindings
from casefinder.case_store.leaf_pages import cases_in_pages
from casefinder.cases import Case
from casefinder.errors import CaseBaseDamagedError
from casefinder.files import durable

_DAMAGE: Final = (sqlite3.DatabaseError, CaseBaseDamagedError, ValueError, TypeError, OverflowError)


@dataclass(frozen=True, slots=True)
class SalvagedCase:
    """A case of a damaged database that is what was written.

    Attributes:
        case: The case.
        digest: Of its presentation.
        findings: What was read out of its texts; None where that was damaged.
        vector: Of its presentation, float32 [dim]; None where that was damaged.
    """

    case: Case
    digest: bytes
    findings: CaseFindings | None
    vector: NDArray[np.float32] | None


class DamagedDatabase:
    """A database of which some pages or rows may be damaged. Use ``close`` when done."""

    def __init__(self, path: Path, *, encoder_fingerprint: str) -> None:
        """Open a database, whatever its state."""
        self._path = path
        self._fingerprint = encoder_fingerprint
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def ids(self) -> dict[int, str]:
        """Return the ids of cases by key, as the index of ids has them; as far as it can be read."""
        found: dict[int, str] = {}
        try:
            rows = self._connection.execute("SELECT key, id FROM cases INDEXED BY idx_cases_id ORDER BY id")
            found.update((key, case_id) for key, case_id in rows)
        except _DAMAGE:
            pass  # what was read before is what there is
        return found

    def last_key(self) -> int:
        """Return the highest key there is, 0 where that cannot be read."""
        rows = self._rows("SELECT MAX(key) FROM cases")
        return int(rows[0][0] or 0) if rows else 0

    def sequence(self) -> int:
        """Return the number of the last change, 0 where that cannot be read."""
        rows = self._rows("SELECT sequence FROM state")
        return int(rows[0][0]) if rows and isinstance(rows[0][0], int) else 0

    def holds(self, key: int) -> bool:
        """Tell whether a case of a key seems to be there, damaged or not."""
        try:
            return bool(self._connection.execute("SELECT 1 FROM cases WHERE key = ?", (key,)).fetchall())
        except _DAMAGE:
            return True

    def cases(self, keys: Sequence[int]) -> Iterator[tuple[int, SalvagedCase]]:
        """Iterate over those of some cases that are what was written, with their keys."""
        for key in keys:
            rows = self._rows(f"SELECT {row_of.CASE_COLUMNS} FROM cases WHERE key = ?", key)
            case = _read(row_of.read_case, rows)
            if isinstance(case, Case):
                yield key, SalvagedCase(case, rows[0][2], self._findings(key), self.vector(rows[0][2]))

    def scattered_cases(self, found: Collection[int], *, scratch: Path) -> list[tuple[int, SalvagedCase]]:
        """Return further cases that stand whole in a page of the file, though nothing leads to it, by rising key.

        Of an id only the latest case is returned, and none that the table of cases is known not to hold.

        Args:
            found: Keys that ``cases`` has found.
            scratch: Where a copy of the database can be written.
        """
        pages = self._pages_with_journal(scratch)
        latest = {pages[key][0].id: key for key in sorted(pages)}
        return [
            (key, SalvagedCase(pages[key][0], pages[key][1], self._findings(key), self.vector(pages[key][1])))
            for key in sorted(latest.values())
            if key not in found and self.holds(key)
        ]

    def _pages_with_journal(self, scratch: Path) -> dict[int, tuple[Case, bytes]]:
        """Return case and digest by key as the pages of the file hold them, once its journal has gone into them."""
        with TemporaryDirectory(dir=scratch) as folder:
            copy = Path(folder, self._path.name)
            for suffix in ("", "-wal"):
                if (source := self._path.with_name(self._path.name + suffix)).exists():
                    durable.copy_file(source, copy.with_name(copy.name + suffix))
            with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(copy)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return {key: (case, digest) for key, case, digest in cases_in_pages(copy)}

    def vector(self, digest: bytes) -> NDArray[np.float32] | None:
        """Return the vector of a text, None where it is gone or damaged."""
        query = f"SELECT {row_of.VECTOR_COLUMNS} FROM vectors WHERE digest = ? AND fingerprint = ?"
        vector = _read(row_of.read_vector, self._rows(query, digest, self._fingerprint))
        return vector if isinstance(vector, np.ndarray) else None

    def _findings(self, key: int) -> CaseFindings | None:
        query = f"SELECT {row_of.FINDINGS_COLUMNS} FROM findings WHERE case_key = ?"
        findings = _read(row_of.read_findings, self._rows(query, key))
        return findings if isinstance(findings, CaseFindings) else None

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        try:
            return self._connection.execute(query, parameters).fetchall()
        except _DAMAGE:
            return []


def _read(read: Any, rows: list[Any]) -> object:  # noqa: ANN401 - one of the readers of rows
    try:
        return read(*rows[0]) if rows else None
    except _DAMAGE:
        return None
