"""The vectors of an inverted file, and where each of them lies in the file.

They are float16, the form in which case bases store them, so nothing is lost. Bytes would take half the space, but of
the ten nearest they lose 1.3 % however many lists are searched (200,000 x 1024, docs/vector-index.md).

A list is a run of bytes: the codes of its vectors, then their ids. That is the form in which FAISS maps lists into
memory (``OnDiskInvertedLists``). A vector is named by its place: its number when the lists are read one after another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from casefinder.files import Section, SectionFile
from casefinder.vector_index.preassigned import search_lists
from casefinder.vector_index.protocol import NO_ID, Ids, Vectors

if TYPE_CHECKING:
    import faiss

CODE: Final = np.dtype("<f2")
ID_BYTES: Final = 8
_ROWS_AT_ONCE: Final = 8192  # 32 MB of 1024 dimensions, decoded
_HALF_SHIFT: Final = 13  # a float32 has so many more bits of fraction than a float16,
_HALF_GAP: Final = 0x7000_0000  # three bits more of exponent,
_HALF_SCALE: Final = np.float32(2.0**112)  # and counts exponents from so much lower
Places = NDArray[np.int64]


class Rows:
    """The vectors of an inverted file, by place, mapped into memory. Safe to share between threads."""

    def __init__(self, file: SectionFile, *, dim: int, starts: Places) -> None:
        """Map the lists of a file.

        Args:
            file: Holds the section ``lists``.
            dim: Components of a vector.
            starts: int64 [n_lists + 1], place of the first vector of each list, then the number of vectors.
        """
        import faiss

        self._file, self._starts = file, starts
        n_lists = len(starts) - 1
        self.n_bytes = dim * CODE.itemsize
        self._section = file.section("lists")
        # Two threads may check the same list at the same time; both then write the same value.
        self._is_checked = np.diff(starts) == 0
        self.lists = _mapped_lists(file, self._section, starts, self.n_bytes)
        mapped = _bytes_of(self.lists, at_least=self.n_bytes)
        self._codes = sliding_window_view(mapped, self.n_bytes)
        self._ids = sliding_window_view(mapped, ID_BYTES)
        self._quantizer = faiss.IndexFlatIP(dim)  # never asked: lists are given with each search
        kind = faiss.ScalarQuantizer.QT_fp16
        self._index = faiss.IndexIVFScalarQuantizer(
            self._quantizer, dim, n_lists, kind, faiss.METRIC_INNER_PRODUCT, False
        )
        self._index.is_trained = True
        self._index.replace_invlists(self.lists, False)
        self._index.ntotal = int(starts[-1])

    def nearest_in_lists(
        self,
        queries: Vectors,
        lists: NDArray[np.int64],
        *,
        k: int,
        selector: faiss.IDSelector | None = None,
    ) -> tuple[Ids, Vectors]:
        """Return ids and scores of the vectors nearest to each query in lists, int64 [n_queries, n_lists].

        Raises:
            IndexDamagedError: A list was altered on disk.
        """
        self._check_lists(lists)
        near = np.zeros(lists.shape, dtype=np.float32)  # whole vectors are compared: their centres do not matter
        return search_lists(self._index, queries, lists, near, k=k, selector=selector)

    def nearest_at(self, places: Places, queries: Vectors, *, k: int) -> tuple[Ids, Vectors]:
        """Return ids and scores of the vectors at some places that are nearest to each query, in no order.

        FAISS's kernel for lists compares codes of float16 as they are; numpy would have to widen them first, which
        takes ten times as long.

        Args:
            places: int64 [n_queries, n], -1 at the end of a row of fewer; a strided view may repeat one row.
            queries: float32 [n_queries, dim].
            k: Neighbours wanted, at most n.

        Returns:
            int64 and float32 [n_queries, k]; where a row has fewer places, some ids are -1.

        Raises:
            IndexDamagedError: One of the vectors was altered on disk.
        """
        shape = len(queries), k
        scores, found = np.full(shape, -np.inf, dtype=np.float32), np.full(shape, -1, dtype=np.int64)
        scanner = self._index.get_InvertedListScanner(False, None, None)
        n_columns = min(max(places.shape[1], 1), _ROWS_AT_ONCE)
        n_queries = _ROWS_AT_ONCE // n_columns
        for first in range(0, len(queries) if k else 0, n_queries):
            part = slice(first, first + n_queries)
            for column in range(0, places.shape[1], n_columns):
                some = np.ascontiguousarray(places[part, column : column + n_columns])
                self._scan(scanner, some, queries[part], scores[part], found[part])
        return self._ids_or_none(found), scores

    def _scan(
        self,
        scanner: Any,  # noqa: ANN401 - faiss.InvertedListScanner, which FAISS's stubs leave out
        places: Places,
        queries: Vectors,
        scores: Vectors,
        found: Places,
    ) -> None:
        """Compare each query with the vectors at its places; better ones replace the worst that were found."""
        import faiss

        n_places, k = places.shape[1], found.shape[1]
        codes = self._codes_at(np.maximum(places, 0).reshape(-1)).reshape(*places.shape, -1)
        n_there = [n_places] * len(places)
        if places[:, -1].min() < 0:
            n_there = np.count_nonzero(places >= 0, axis=1).tolist()
        for n, query, *arrays in zip(n_there, queries, codes, places, scores, found, strict=True):
            scanner.set_query(faiss.swig_ptr(query))
            scanner.scan_codes(n, *map(faiss.swig_ptr, arrays), k)

    def _ids_or_none(self, places: Places) -> Ids:
        """Return ids of vectors, NO_ID where a place is -1."""
        is_there = places >= 0
        if is_there.all():
            return self.ids(places.reshape(-1)).reshape(places.shape)
        ids = np.full(places.shape, NO_ID, dtype=np.int64)
        ids[is_there] = self.ids(places[is_there])
        return ids

    def vectors(self, places: Places) -> Vectors:
        """Return vectors, float32 [n, dim].

        Raises:
            IndexDamagedError: One of them was altered on disk.
        """
        return self.decoded(self._codes_at(places))

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

    def _codes_at(self, places: Places) -> NDArray[np.uint8]:
        lists = np.searchsorted(self._starts, places, side="right") - 1
        offsets = self._section.offset + places * self.n_bytes + self._starts[lists] * ID_BYTES
        self._file.check(offsets, offsets + self.n_bytes)
        codes: NDArray[np.uint8] = self._codes[offsets]
        return codes

    def _check_lists(self, lists: NDArray[np.int64]) -> None:
        """Compare lists with their checksums, unless that was done before."""
        if self._is_checked[lists].all():
            return
        missing = np.unique(lists[~self._is_checked[lists]])
        self._file.check(self._offset_of(self._starts[missing]), self._offset_of(self._starts[missing + 1]))
        self._is_checked[missing] = True

    def decoded(self, codes: NDArray[np.uint8]) -> Vectors:
        """Return the vectors of codes, uint8 [n, n_bytes]."""
        return _widened(np.ascontiguousarray(codes).view(np.int16))

    def _offset_of(self, starts: Places) -> NDArray[np.int64]:
        return self._section.offset + starts * (self.n_bytes + ID_BYTES)


def _widened(halves: NDArray[np.int16]) -> Vectors:
    """Return the values of float16 numbers, none of them infinite: a sixth of the time that ``astype`` takes.

    Exponent and fraction are moved to where float32 has them, and the product makes up for its other exponents.
    """
    bits = halves.astype(np.int32)
    bits <<= _HALF_SHIFT
    bits &= ~_HALF_GAP
    vectors: Vectors = bits.view(np.float32)
    vectors *= _HALF_SCALE
    return vectors


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


def _bytes_of(lists: faiss.OnDiskInvertedLists, *, at_least: int) -> NDArray[np.uint8]:
    """Return the mapped file. One mapping serves FAISS and numpy: with two, the pages would count twice in memory."""
    import faiss

    if not lists.ptr:
        return np.zeros(max(at_least, ID_BYTES), dtype=np.uint8)  # there are no vectors: nothing is mapped
    mapped: NDArray[np.uint8] = faiss.rev_swig_ptr(lists.ptr, lists.totsize)
    return mapped
