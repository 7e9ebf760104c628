"""Stored cases as documents with a checksum, so that a damaged one is never shown."""

from __future__ import annotations

import hashlib
import json

from casefinder.cases import Case, case_from_dict
from casefinder.errors import CaseBaseDamagedError

_CHECKSUM_BYTES = 16  # 128 bits: chance collisions are out of reach for any number of cases


def checksum_of(document: str) -> bytes:
    """Return 16 bytes that identify the content of a stored case."""
    return hashlib.sha256(document.encode()).digest()[:_CHECKSUM_BYTES]


def read_document(case_id: str, document: str, checksum: bytes) -> Case:
    """Return the case of a stored document.

    Raises:
        CaseBaseDamagedError: The document is not what was written.
    """
    if checksum_of(document) != checksum:
        raise CaseBaseDamagedError(
            f"the record of case {case_id!r} was altered on disk; build the case base again from its source"
        )
    return case_from_dict(json.loads(document))  # as it was written: nothing a careful parser could find
