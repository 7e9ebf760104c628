"""Checksums of rows, so that a row that was altered on disk is never shown."""

from __future__ import annotations

import hashlib
from typing import Final

from casefinder.errors import CaseBaseDamagedError

_CHECKSUM_BYTES: Final = 16  # 128 bits: chance collisions are out of reach for any number of rows
_LENGTH_BYTES: Final = 8

Part = str | bytes | int | float | None


def row_checksum(table: str, *parts: Part) -> bytes:
    """Return 16 bytes that bind the columns of a row to each other and to their table."""
    digest = hashlib.blake2b(digest_size=_CHECKSUM_BYTES)
    for part in (table, *parts):
        encoded = part if isinstance(part, bytes) else (part if isinstance(part, str) else repr(part)).encode()
        digest.update(len(encoded).to_bytes(_LENGTH_BYTES, "little") + encoded)
    return digest.digest()


def check_row(checksum: object, table: str, *parts: Part) -> None:
    """Compare a row with its checksum.

    Raises:
        CaseBaseDamagedError: The row is not what was written.
    """
    if checksum != row_checksum(table, *parts):
        raise CaseBaseDamagedError(
            f"a row of table {table} was altered on disk; run `casefinder verify --repair` to see what is lost"
        )
