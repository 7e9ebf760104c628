"""Sections of bytes in one file, with a checksum per page: what is written once in a stream and read in places.

Opening reads the footer only. Every page is compared with its checksum when it is first touched, so a file of
gigabytes opens at once and damage is still never served. Derived files have this form.

8 bytes    magic, then sections, each beginning on a page
footer     CRC-32 per page of all that stands before it; JSON: {"facts": …, "sections": {name: [dtype, offset, length]}}
24 bytes   CRC-32 of the footer, length of its JSON, number of its pages, magic
"""

from __future__ import annotations

import json
import os
import struct
import weakref
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import IndexDamagedError

PAGE_BYTES: Final = 4096  # what the kernel reads and maps; larger pages would check bytes that nobody asked for
_MAGIC: Final = b"CFSECT01"
_TRAILER: Final = struct.Struct("<IIQ8s")
_PAGES_AT_ONCE: Final = 4096
_FEW_PAGES: Final = 2  # a span of so many pages is its first and its last


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section lies.

    Attributes:
        dtype: numpy's name of the type of its items.
        offset: First byte in the file, a multiple of ``PAGE_BYTES``.
        n_bytes: Its length.
    """

    dtype: str
    offset: int
    n_bytes: int


class SectionWriter:
    """Writes sections one after another to a new file; a file that is not finished cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._sections: dict[str, Section] = {}
        self._open: tuple[str, str, int] | None = None
        self._crcs: list[int] = []
        self._page = bytearray()
        self._offset = 0
        self._append(_MAGIC)

    def __enter__(self) -> SectionWriter:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, finished or not."""
        self._file.close()

    def add(self, name: str, array: NDArray[Any]) -> None:
        """Write a whole array as a section; its shape is the reader's to know."""
        self.begin(name, array.dtype)
        self.append(array)

    def begin(self, name: str, dtype: np.dtype[Any]) -> None:
        """Begin a section that ``append`` fills."""
        self._end_section()
        self._append(b"\0" * (-self._offset % PAGE_BYTES))
        self._open = (name, dtype.str, self._offset)

    def append(self, array: NDArray[Any]) -> None:
        """Write the next items of the section that was begun."""
        self._append(np.ascontiguousarray(array).data.cast("B") if array.size else b"")

    def finish(self, facts: Mapping[str, object]) -> None:
        """Write the footer, with facts that JSON can hold, and push the file to the disk."""
        self._end_section()
        self._append(b"\0" * (-self._offset % PAGE_BYTES))
        sections = {name: [part.dtype, part.offset, part.n_bytes] for name, part in self._sections.items()}
        text = json.dumps({"facts": dict(facts), "sections": sections}, ensure_ascii=False).encode()
        footer = np.array(self._crcs, dtype="<u4").tobytes() + text
        self._file.write(footer)
        self._file.write(_TRAILER.pack(zlib.crc32(footer), len(text), len(self._crcs), _MAGIC))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _end_section(self) -> None:
        if self._open is not None:
            name, dtype, offset = self._open
            self._sections[name] = Section(dtype, offset, self._offset - offset)
            self._open = None

    def _append(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._offset += len(data)
        view = memoryview(data)
        if self._page:
            taken = PAGE_BYTES - len(self._page)
            self._page += view[:taken]
            view = view[taken:]
            if len(self._page) < PAGE_BYTES:
                return
            self._crcs.append(zlib.crc32(self._page))
            self._page.clear()
        whole = len(view) - len(view) % PAGE_BYTES
        self._crcs += [zlib.crc32(view[start : start + PAGE_BYTES]) for start in range(0, whole, PAGE_BYTES)]
        self._page += view[whole:]


class SectionFile:
    """A finished file, open for reading until nothing refers to it any more.

    Safe to share between threads; stays readable when the file is removed.
    """

    def __init__(self, path: Path) -> None:
        """Open a file and read its footer.

        Raises:
            IndexDamagedError: The file is missing, cut short, altered, or none of ours.
        """
        self._name = path.name
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as exc:
            raise self._damaged("cannot be opened") from exc
        weakref.finalize(self, os.close, self._descriptor)
        self._crcs, body = self._footer(os.fstat(self._descriptor).st_size)
        self.facts: dict[str, Any] = body["facts"]
        self.sections = {name: Section(*part) for name, part in body["sections"].items()}
        # Two threads may check the same page at the same time; both then write the same value.
        self._is_good = np.zeros(len(self._crcs), dtype=np.bool_)

    def check_kind(self, kinds: Collection[str], name: str) -> None:
        """Refuse a file whose facts name none of some kinds.

        Raises:
            IndexDamagedError: They do.
        """
        if self.facts.get("kind") not in kinds:
            raise self._damaged(f"holds {self.facts.get('kind')!r} where {name} was expected")

    @property
    def path(self) -> str:
        """A name under which this process can open the same file, also after it was removed or replaced."""
        return f"/dev/fd/{self._descriptor}"

    def array(self, name: str) -> NDArray[Any]:
        """Read a whole section, checked, as a one-dimensional array.

        Raises:
            IndexDamagedError: It is missing or was altered.
        """
        section = self.section(name)
        return np.frombuffer(self.read(section.offset, section.n_bytes), dtype=section.dtype)

    def section(self, name: str) -> Section:
        """Return where a section lies.

        Raises:
            IndexDamagedError: There is none of that name.
        """
        if name not in self.sections:
            raise self._damaged(f"holds no {name}")
        return self.sections[name]

    def read(self, offset: int, n_bytes: int) -> memoryview:
        """Read bytes of the file, checked.

        Raises:
            IndexDamagedError: They were altered.
        """
        first, stop = offset // PAGE_BYTES, -(-(offset + n_bytes) // PAGE_BYTES)
        start = first * PAGE_BYTES
        pages = memoryview(self._read(start, (stop - first) * PAGE_BYTES))
        unseen = first + np.flatnonzero(~self._is_good[first:stop])
        self._compare(unseen, (pages[(page - first) * PAGE_BYTES :][:PAGE_BYTES] for page in unseen.tolist()))
        return pages[offset - start :][:n_bytes]

    def check(self, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> None:
        """Compare the pages of some spans of bytes with their checksums, unless that was done before.

        Args:
            starts: int64 [n], first byte of each span.
            stops: int64 [n], the byte after its last.

        Raises:
            IndexDamagedError: A page was altered.
        """
        first, last = starts // PAGE_BYTES, (stops - 1) // PAGE_BYTES
        if not len(first) or (longest := int((last - first).max()) + 1) < 1:
            return
        # Spans of a page or two, all of them seen before: what a search asks for most.
        if longest <= _FEW_PAGES and self._is_good[first].all() and self._is_good[last].all():
            return
        pages = np.minimum(first[:, None] + np.arange(longest), last[:, None])
        self._check_pages(np.unique(pages[~self._is_good[pages]]))

    def check_all(self) -> None:
        """Compare every page with its checksum.

        Raises:
            IndexDamagedError: A page was altered.
        """
        for first in range(0, len(self._crcs), _PAGES_AT_ONCE):
            self._check_pages(np.arange(first, min(first + _PAGES_AT_ONCE, len(self._crcs))))

    def _check_pages(self, pages: NDArray[np.int64]) -> None:
        # Page by page: reading one takes as long as its checksum, and a search touches pages that lie far apart.
        self._compare(pages, map(self._page, pages.tolist()))

    def _compare(self, pages: NDArray[np.int64], contents: Iterable[bytes | bytearray | memoryview]) -> None:
        """Compare what some pages hold with their checksums."""
        sums = np.array(list(map(zlib.crc32, contents)), dtype=np.uint32)
        altered = pages[sums != self._crcs[pages]]
        if len(altered):
            raise self._damaged(f"was altered on disk (page {altered[0]})")
        self._is_good[pages] = True

    def _page(self, page: int) -> bytes | bytearray:
        try:
            data = os.pread(self._descriptor, PAGE_BYTES, page * PAGE_BYTES)
        except OSError as exc:
            raise self._damaged("cannot be read") from exc
        return data if len(data) == PAGE_BYTES else self._read(page * PAGE_BYTES, PAGE_BYTES)

    def _footer(self, size_bytes: int) -> tuple[NDArray[np.uint32], dict[str, Any]]:
        if size_bytes < _TRAILER.size:
            raise self._damaged(f"has only {size_bytes} bytes")
        crc, n_text, n_pages, magic = _TRAILER.unpack(self._read(size_bytes - _TRAILER.size, _TRAILER.size))
        start = n_pages * PAGE_BYTES
        if magic != _MAGIC or size_bytes != start + n_pages * 4 + n_text + _TRAILER.size:
            raise self._damaged("was cut short, or is none that casefinder has written")
        footer = self._read(start, n_pages * 4 + n_text)
        if zlib.crc32(footer) != crc:
            raise self._damaged("was altered on disk (footer)")
        return np.frombuffer(footer, dtype="<u4", count=n_pages), json.loads(footer[n_pages * 4 :])

    def _read(self, offset: int, n_bytes: int) -> bytearray:
        data = bytearray(n_bytes)
        view, n_read = memoryview(data), 0
        while n_read < n_bytes:
            try:
                n_more = os.preadv(self._descriptor, [view[n_read:]], offset + n_read)
            except OSError as exc:
                raise self._damaged("cannot be read") from exc
            if not n_more:
                raise self._damaged("was cut short")
            n_read += n_more
        return data

    def _damaged(self, what: str) -> IndexDamagedError:
        return IndexDamagedError(f"{self._name} {what}; `casefinder verify --repair` makes it anew from the records")
