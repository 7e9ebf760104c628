"""Named arrays in one file that is mapped into memory: the form of what is derived from the records.

arrays      each at an offset that is a multiple of 64
checksums   uint32 for each block of 4 KiB of the arrays
table       JSON: {"facts": {...}, "arrays": [[name, dtype, length, offset], ...]}
trailer     magic, length of the arrays, length of the table, checksum of checksums and table, checksum of the trailer

Opening reads what follows the arrays: a thousandth of the file. A block is verified when it is first touched, so
that damage is an error and never another value. What is derived last comes last: a file can be written in one go,
in pieces, without knowing how long an array will be.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol
from zlib import crc32

import numpy as np
from numpy.lib.format import dtype_to_descr
from numpy.typing import DTypeLike, NDArray

from casefinder.errors import IndexDamagedError

# Small, because a search touches single values all over the file: with 64 KiB the first search would check sixteen
# times as much. The checksums of a file of 1 GB take 1 MB.
BLOCK_BYTES: Final = 4096
_MAGIC: Final = b"CFARRAY2"
_TRAILER: Final = struct.Struct("<8sQQII")
_CHECKSUM_BYTES: Final = 4
_ALIGNMENT: Final = 64  # a cache line; no value that is aligned so crosses a block


class Values(Protocol):
    """A one-dimensional array that is read in parts: one in memory, or one in a file."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        ...

    def __len__(self) -> int:
        """Return the number of values."""
        ...

    def __getitem__(self, places: slice, /) -> NDArray[Any]:
        """Return the values of a range of places."""
        ...

    def take(self, indices: NDArray[np.int64], /) -> NDArray[Any]:
        """Return the values at some places, none of them negative."""
        ...


class ArraysWriter:
    """Writes arrays to a new file, piece by piece, in bounded memory. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Create the file, or empty it; only its owner can read it."""
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._size = 0
        self._checksum = 0
        self._checksums: list[int] = []
        self._table: list[list[object]] = []

    def __enter__(self) -> ArraysWriter:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; without ``finish`` it is no file of arrays."""
        self._file.close()

    def add(self, name: str, dtype: DTypeLike, pieces: Iterable[NDArray[Any]]) -> None:
        """Write the next array: the pieces, one after another.

        Raises:
            ValueError: A value of this type could lie in two blocks.
        """
        kind = np.dtype(dtype)
        if _ALIGNMENT % kind.itemsize:
            raise ValueError(f"{kind} has {kind.itemsize} bytes; only divisors of {_ALIGNMENT} can be stored")
        offset = self._size
        for piece in pieces:
            self._write(np.ascontiguousarray(piece, dtype=kind).tobytes())
        self._table.append([name, dtype_to_descr(kind), (self._size - offset) // kind.itemsize, offset])
        self._write(b"\0" * (-self._size % _ALIGNMENT))

    def finish(self, facts: Mapping[str, object]) -> None:
        """Write what makes it a file of arrays, with facts that JSON can hold."""
        if self._size % BLOCK_BYTES:
            self._checksums.append(self._checksum)
        checksums = np.array(self._checksums, dtype="<u4").tobytes()
        table = json.dumps({"facts": dict(facts), "arrays": self._table}, ensure_ascii=False).encode()
        fields = (_MAGIC, self._size, len(table), crc32(table, crc32(checksums)))
        trailer = _TRAILER.pack(*fields, crc32(_TRAILER.pack(*fields, 0)))
        self._file.write(checksums + table + trailer)
        self._file.flush()

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        view, start = memoryview(data), 0
        while start < len(view):
            part = view[start : start + BLOCK_BYTES - self._size % BLOCK_BYTES]
            self._checksum = crc32(part, self._checksum)
            self._size += len(part)
            start += len(part)
            if not self._size % BLOCK_BYTES:
                self._checksums.append(self._checksum)
                self._checksum = 0


class MappedArray:
    """An array in a file, whose blocks are verified when they are first touched. Safe to share between threads."""

    def __init__(self, values: NDArray[Any], offset: int, blocks: _Blocks) -> None:
        self._values = values
        self._offset = offset
        self._blocks = blocks

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self._values.dtype

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._values)

    def __getitem__(self, places: slice) -> NDArray[Any]:
        """Return the values of a range of places, read-only.

        Raises:
            IndexDamagedError: They are not what was written.
        """
        start, stop, _ = places.indices(len(self._values))
        if start < stop:
            size = self._values.itemsize
            self._blocks.verify_range(self._offset + start * size, self._offset + stop * size)
        return self._values[start:stop]

    def take(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """Return the values at some places, none of them negative.

        Raises:
            IndexDamagedError: They are not what was written.
        """
        self._blocks.verify((self._offset + places * self._values.itemsize) // BLOCK_BYTES)
        return self._values.take(places)


class _Blocks:
    """The blocks of one mapped file, and which of them are known to be what was written."""

    def __init__(self, name: str, mapped: mmap.mmap, size: int, checksums: NDArray[np.uint32]) -> None:
        self._name = name
        self._data = memoryview(mapped)[:size]
        self._checksums = checksums
        # Two threads may verify the same block; neither marks one that is not verified.
        self._is_verified = np.zeros(len(checksums), dtype=bool)

    def verify_range(self, start: int, stop: int) -> None:
        """Verify the blocks of bytes from start to stop (exclusive)."""
        first, last = start // BLOCK_BYTES, (stop - 1) // BLOCK_BYTES + 1
        if not self._is_verified[first:last].all():
            self._verify_new(np.flatnonzero(~self._is_verified[first:last]) + first)

    def verify(self, blocks: NDArray[np.int64]) -> None:
        """Verify some blocks."""
        is_verified = self._is_verified[blocks]
        if not is_verified.all():
            self._verify_new(np.unique(blocks[~is_verified]))

    def _verify_new(self, blocks: NDArray[np.int64]) -> None:
        data = self._data
        for block, expected in zip(blocks.tolist(), self._checksums[blocks].tolist(), strict=True):
            start = block * BLOCK_BYTES
            if crc32(data[start : start + BLOCK_BYTES]) != expected:
                raise _damaged(self._name, f"was altered on disk at byte {start}")
        self._is_verified[blocks] = True


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], *, facts: Mapping[str, object]) -> None:
    """Write one-dimensional arrays, and facts that JSON can hold, to a new file."""
    with ArraysWriter(path) as writer:
        for name, array in arrays.items():
            writer.add(name, array.dtype, [array])
        writer.finish(facts)


def read_arrays(path: Path) -> tuple[dict[str, MappedArray], dict[str, Any]]:
    """Map a file of ``ArraysWriter`` into memory; return its arrays and its facts.

    Raises:
        IndexDamagedError: The file is missing, cut short, or none of ours.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        size, checksums, table = _tables(mapped)
    except (OSError, ValueError, struct.error) as exc:
        raise _damaged(path.name, "is missing, cut short, or no file of arrays") from exc
    body = json.loads(table)
    blocks = _Blocks(path.name, mapped, size, checksums)
    arrays = {
        name: MappedArray(np.frombuffer(mapped, _dtype(kind), length, offset), offset, blocks)
        for name, kind, length, offset in body["arrays"]
    }
    return arrays, body["facts"]


def _tables(mapped: mmap.mmap) -> tuple[int, NDArray[np.uint32], bytes]:
    """Return the length of the arrays, the checksums of their blocks, and the table.

    Raises:
        ValueError: Something is not what was written.
        struct.error: The file is shorter than a trailer.
    """
    trailer = mapped[-_TRAILER.size :]
    *fields, checksum = _TRAILER.unpack(trailer)
    if fields[0] != _MAGIC or crc32(_TRAILER.pack(*fields, 0)) != checksum:
        raise ValueError("trailer")
    _, size, n_table, tables_checksum = fields
    n_checksums = -(-size // BLOCK_BYTES) * _CHECKSUM_BYTES
    if len(mapped) != size + n_checksums + n_table + _TRAILER.size:
        raise ValueError("length")
    tables = mapped[size : size + n_checksums + n_table]
    if crc32(tables) != tables_checksum:
        raise ValueError("tables")
    return size, np.frombuffer(tables, "<u4", n_checksums // _CHECKSUM_BYTES), tables[n_checksums:]


def _dtype(kind: str | list[list[str]]) -> np.dtype[Any]:
    """Return a type by its description in the table; JSON has no tuples."""
    return np.dtype(kind if isinstance(kind, str) else [(name, part) for name, part in kind])


def _damaged(name: str, what: str) -> IndexDamagedError:
    return IndexDamagedError(f"{name} {what}; run `casefinder verify --repair`")
