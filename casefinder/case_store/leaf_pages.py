"""Rows of cases in the pages of a database file, found without the pages that lead to them.

SQLite reaches a row through the root and the inner pages of its table: where one of them is damaged, every row below it
is out of its reach, though the page that holds it is whole. Here each page of the file is looked at, and what has the
form of a row of ``cases`` is compared with its checksum, so that nothing else can be taken for one.

Source: "Database File Format", sqlite.org/fileformat2.html (b-tree pages, cell format, record format).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from casefinder.case_store.rows import read_case
from casefinder.cases import Case
from casefinder.errors import CaseBaseDamagedError

Row: TypeAlias = tuple[str, bytes, str, bytes]  # id, digest, document, checksum
_LEAF_OF_TABLE: Final = 0x0D
_FILE_HEADER_BYTES: Final = 100  # on the first page, before the page itself
_PAGE_HEADER_BYTES: Final = 8
_PAGE_BYTES: Final = 4096  # SQLite's own choice, where the header that says so is damaged
_FEWEST_BYTES: Final = 512  # of a page
_NO_ROW: Final = (struct.error, IndexError, ValueError, CaseBaseDamagedError)


def cases_in_pages(path: Path) -> Iterator[tuple[int, Case, bytes]]:
    """Iterate over all cases that stand whole in some page of a database file without a journal: key, case, digest."""
    if path.stat().st_size < _FEWEST_BYTES:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        pages = _Pages(mapped)
        for number in range(1, pages.n_pages + 1):
            for place in pages.cells(number):
                try:
                    key, row = pages.row(number, place)
                    yield key, read_case(key, *row), row[1]
                except _NO_ROW:
                    continue  # a row of another table, or damaged


class _Pages:
    """The pages of a database file, numbered from 1."""

    def __init__(self, mapped: mmap.mmap) -> None:
        (size,) = struct.unpack_from(">H", mapped, 16)
        is_told = _FEWEST_BYTES <= size <= 32_768 and size & (size - 1) == 0
        self._mapped = mapped
        self._size = size if is_told else _PAGE_BYTES
        self._usable = self._size - (mapped[20] if is_told else 0)
        self.n_pages = len(mapped) // self._size

    def page(self, number: int) -> bytes:
        """Return the bytes of a page."""
        if not 1 <= number <= self.n_pages:
            raise ValueError(f"there is no page {number}")
        return self._mapped[(number - 1) * self._size : number * self._size]

    def cells(self, number: int) -> tuple[int, ...]:
        """Return where the cells of a page begin; none where it is no leaf of a table."""
        page, start = self.page(number), _FILE_HEADER_BYTES if number == 1 else 0
        (n_cells,) = struct.unpack_from(">H", page, start + 3)
        most = (self._size - start - _PAGE_HEADER_BYTES) // 2
        if page[start] != _LEAF_OF_TABLE or n_cells > most:
            return ()
        return struct.unpack_from(f">{n_cells}H", page, start + _PAGE_HEADER_BYTES)

    def row(self, number: int, place: int) -> tuple[int, Row]:
        """Return key and columns of a cell.

        Raises:
            ValueError: It is no row of ``cases``.
            struct.error: The same.
            IndexError: The same.
        """
        page = self.page(number)
        n_bytes, place = _varint(page, place)
        key, place = _varint(page, place)
        if n_bytes > len(self._mapped):
            raise ValueError(f"{n_bytes} bytes are more than the file has")  # or a damaged chain would never end
        n_here = self._n_here(n_bytes)
        payload = page[place : place + n_here]
        if n_here < n_bytes:
            payload += self._overflow(page, place + n_here, n_bytes - n_here)
        return key, _columns(payload)

    def _n_here(self, n_bytes: int) -> int:
        """Return how many bytes of a row stand on its leaf; the others are on pages of their own."""
        most = self._usable - 35
        if n_bytes <= most:
            return n_bytes
        least = (self._usable - 12) * 32 // 255 - 23
        fitting = least + (n_bytes - least) % (self._usable - 4)
        return fitting if fitting <= most else least

    def _overflow(self, page: bytes, place: int, n_bytes: int) -> bytes:
        parts = []
        for _ in range(-(-n_bytes // (self._usable - 4))):
            (number,) = struct.unpack_from(">I", page, place)
            page, place = self.page(number), 0
            parts.append(page[4 : self._usable])
        return b"".join(parts)[:n_bytes]


def _columns(payload: bytes) -> Row:
    """Return the columns of a record that has the types of a row of ``cases``; the key stands outside it."""
    end, place = _varint(payload, 0)
    kinds = []
    while place < end:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    if len(kinds) != 5 or kinds[0] != 0 or min(kinds[1:]) < 12 or [kind % 2 for kind in kinds[1:]] != [1, 0, 1, 0]:
        raise ValueError("a row of another table")
    values, place = [], end
    for kind in kinds[1:]:
        n_bytes = (kind - 12) // 2
        values.append(payload[place : place + n_bytes])
        place += n_bytes
    return values[0].decode(), values[1], values[2].decode(), values[3]


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return an integer of one to nine bytes, seven bits in each but the ninth, and where it ends."""
    value = 0
    for end in range(place + 1, place + 9):
        value = value << 7 | data[end - 1] & 0x7F
        if data[end - 1] < 0x80:
            return value, end
    return value << 8 | data[place + 8], place + 9
