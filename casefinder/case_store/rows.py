"""Rows of the tables as objects, each compared with its checksum as it is read."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store.case_findings import CaseFindings
from casefinder.case_store.checksums import check_row, row_checksum
from casefinder.case_store.entries import Change
from casefinder.case_store.schema import VECTOR_DTYPE
from casefinder.cases import Case, case_from_dict
from casefinder.errors import CaseBaseDamagedError

CASE_COLUMNS: Final = "key, id, digest, document, checksum"
FINDINGS_COLUMNS: Final = "case_key, fingerprint, data, checksum"
VECTOR_COLUMNS: Final = "fingerprint, digest, vector, checksum"
CHANGE_COLUMNS: Final = "sequence, kind, case_key, checksum"


def read_case(key: int, case_id: str, digest: bytes, document: str, checksum: bytes) -> Case:
    """Return the case of a row of ``cases``.

    Raises:
        CaseBaseDamagedError: The row is not what was written.
    """
    check_case(key, case_id, digest, document, checksum)
    return case_from_dict(json.loads(document))  # as it was written: nothing a careful parser could find


def check_case(key: int, case_id: str, digest: bytes, document: str, checksum: bytes) -> None:
    """Compare a row of ``cases`` with its checksum.

    Raises:
        CaseBaseDamagedError: The row is not what was written.
    """
    if checksum != row_checksum("cases", key, case_id, digest, document):
        raise CaseBaseDamagedError(
            f"the record under key {key} was altered on disk; run `casefinder verify --repair` to see what is lost"
        )


def read_findings(case_key: int, fingerprint: str, data: str, checksum: bytes) -> CaseFindings:
    """Return the findings of a row of ``findings``.

    Raises:
        CaseBaseDamagedError: The row is not what was written.
    """
    check_row(checksum, "findings", case_key, fingerprint, data)
    return CaseFindings.from_json(data)


def read_vector(fingerprint: str, digest: bytes, vector: bytes, checksum: bytes) -> NDArray[np.float32]:
    """Return the vector of a row of ``vectors``, float32 [dim].

    Raises:
        CaseBaseDamagedError: The row is not what was written.
    """
    check_row(checksum, "vectors", fingerprint, digest, vector)
    return np.frombuffer(vector, dtype=VECTOR_DTYPE).astype(np.float32)


def read_change(sequence: int, kind: str, case_key: int, checksum: bytes) -> Change:
    """Return the change of a row of ``changes``.

    Raises:
        CaseBaseDamagedError: The row is not what was written.
    """
    check_row(checksum, "changes", sequence, kind, case_key)
    return Change(sequence, kind, case_key)


def sealed(table: str, *columns: str | bytes | int) -> tuple[str | bytes | int, ...]:
    """Return the columns of a row with their checksum behind them."""
    return (*columns, row_checksum(table, *columns))
