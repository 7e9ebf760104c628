"""How an inverted file keeps its vectors, and where each of them lies in the file.

A list is a run of bytes: the codes of its vectors, then their ids. That is the form in which FAISS maps lists into
memory (``OnDiskInvertedLists``). A vector is named by its place: its number when the lists are read one after another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from casefinder.files import Section, SectionFile
from casefinder.vector_index.plan import RowCode
from casefinder.vector_index.protocol import Ids, Vectors

if TYPE_CHECKING:
    import faiss

ID_BYTES: Final = 8
_ROWS_AT_ONCE: Final = 8192  # 32 MB of 1024 dimensions, decoded
Places = NDArray[np.int64]


def faiss_kind(code: RowCode) -> int:
    """Return FAISS's number of a row code."""
    import faiss

    kinds = {RowCode.FLOAT16: faiss.ScalarQuantizer.QT_fp16, RowCode.INT8: faiss.ScalarQuantizer.QT_8bit}
    return int(kinds[code])


class Rows:
    """The vectors of an inverted file, by place, mapped into memory. Safe to share between threads."""

    def __init__(self, file: SectionFile, *, dim: int, code: RowCode, starts: Places, ranges: Vectors) -> None:
        """Map the lists of a file.

        Args:
            file: Holds the section ``lists``.
            dim: Components of a vector.
            code: The form of its vectors.
            starts: int64 [n_lists + 1], place of the first vector of each list, then the number of vectors.
            ranges: float32 [2 * dim], least value and width of each component; empty for float16.
        """
        self._file, self._code, self._starts, self._ranges = file, code, starts, ranges.reshape(-1, dim)
        self.n_bytes = dim * code.component_bytes
        self._section = file.section("lists")
        self.lists = _mapped_lists(file, self._section, starts, self.n_bytes)
        mapped = _bytes_of(self.lists)
        self._codes = sliding_window_view(mapped, self.n_bytes)
        self._ids = sliding_window_view(mapped, ID_BYTES)

    def check_lists(self, lists: NDArray[np.int64]) -> None:
        """Compare lists with their checksums, unless that was done before.

        Raises:
            IndexDamagedError: One was altered.
        """
        lists = np.unique(lists[lists >= 0])
        lists = lists[self._starts[lists + 1] > self._starts[lists]]
        self._file.check(self._offset_of(self._starts[lists]), self._offset_of(self._starts[lists + 1]))

    def scores(self, places: Places, queries: Vectors) -> Vectors:
        """Return the inner products of some vectors with queries: float32 [n_queries, n_places].

        Raises:
            IndexDamagedError: One of the vectors was altered on disk.
        """
        parts = [
            self._scores(places[start : start + _ROWS_AT_ONCE], queries)
            for start in range(0, max(len(places), 1), _ROWS_AT_ONCE)
        ]
        return np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]

    def ids(self, places: Places) -> Ids:
        """Return the ids of vectors.

        Raises:
            IndexDamagedError: One was altered on disk.
        """
        lists = np.searchsorted(self._starts, places, side="right") - 1
        # All codes of the list stand before its ids, and all ids of the lists before it.
        offsets = self._section.offset + self._starts[lists + 1] * self.n_bytes + places * ID_BYTES
        self._file.check(offsets, offsets + ID_BYTES)
        ids: Ids = self._ids[offsets].view(np.int64).reshape(-1)
        return ids

    def list_bytes(self, number: int) -> tuple[NDArray[np.uint8], Ids]:
        """Read one list: codes uint8 [n, n_bytes], ids int64 [n].

        Raises:
            IndexDamagedError: It was altered on disk.
        """
        n_rows = int(self._starts[number + 1] - self._starts[number])
        offset = int(self._offset_of(self._starts[number : number + 1])[0])
        data = np.frombuffer(self._file.read(offset, n_rows * (self.n_bytes + ID_BYTES)), dtype=np.uint8)
        n_codes = n_rows * self.n_bytes
        return data[:n_codes].reshape(n_rows, self.n_bytes), data[n_codes:].view(np.int64)

    def _scores(self, places: Places, queries: Vectors) -> Vectors:
        lists = np.searchsorted(self._starts, places, side="right") - 1
        offsets = self._section.offset + places * self.n_bytes + self._starts[lists] * ID_BYTES
        self._file.check(offsets, offsets + self.n_bytes)
        codes = self._codes[offsets]
        if self._code is RowCode.FLOAT16:
            scores: Vectors = queries @ codes.view(np.float16).astype(np.float32).T
            return scores
        # FAISS puts a value in the middle of its step: least + width * (code + 0.5) / 255.
        least, width = self._ranges
        fixed = queries @ (least + width * np.float32(0.5 / 255))
        scores = (queries * (width / np.float32(255))) @ codes.astype(np.float32).T
        return scores + fixed[:, None]

    def _offset_of(self, starts: Places) -> NDArray[np.int64]:
        return self._section.offset + starts * (self.n_bytes + ID_BYTES)


def _mapped_lists(file: SectionFile, section: Section, starts: Places, n_bytes: int) -> faiss.OnDiskInvertedLists:
    """Map lists into memory the way FAISS's own reader does, from a file that may hold more than lists."""
    import faiss

    n_lists = len(starts) - 1
    lists = faiss.OnDiskInvertedLists(n_lists, n_bytes, file.path)
    table = np.empty((n_lists, 3), dtype=np.uint64)  # struct OnDiskOneList: size, capacity, offset
    table[:, 0] = table[:, 1] = np.diff(starts)
    table[:, 2] = section.offset + starts[:-1] * (n_bytes + ID_BYTES)
    faiss.memcpy(lists.lists.data(), faiss.swig_ptr(table), table.nbytes)  # type: ignore[attr-defined]  # a C++ vector
    lists.totsize = section.offset + section.n_bytes
    lists.read_only = True
    lists.prefetch_nthread = 0  # by default every search starts threads to read ahead: 2 ms a query
    if section.n_bytes:
        lists.do_mmap()
    return lists


def _bytes_of(lists: faiss.OnDiskInvertedLists) -> NDArray[np.uint8]:
    """Return the mapped file. One mapping serves FAISS and numpy: with two, the pages would count twice in memory."""
    import faiss

    if not lists.ptr:
        return np.zeros(ID_BYTES, dtype=np.uint8)
    mapped: NDArray[np.uint8] = faiss.rev_swig_ptr(lists.ptr, lists.totsize)
    return mapped
