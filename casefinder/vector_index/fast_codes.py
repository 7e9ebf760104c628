"""Short codes of vectors, four bits for each direction of the projection, that tell quickly which are near.

They are compared in registers, 32 vectors at a time. The nearest by code are then compared by their rows, which is
why nothing is lost but those whose code is far off.

Source: André et al. 2017, "Accelerated nearest neighbor search with Quick ADC", doi:10.1145/3078971.3078992.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.files import SectionFile
from casefinder.vector_index.preassigned import search_lists
from casefinder.vector_index.protocol import Vectors
from casefinder.vector_index.training import BITS, Trained

if TYPE_CHECKING:
    import faiss

BLOCK_ROWS: Final = 32  # vectors that are compared together; the only size that FAISS searches with all its kernels
# FAISS's way (implem) to search query by query. By itself it compares a list with many queries at once, which takes
# half as long again for one query, and may choose others among equal codes: then a batch would answer otherwise.
_QUERY_BY_QUERY: Final = 11
Places = NDArray[np.int64]


def list_bytes(n_rows: NDArray[np.int64], n_parts: int) -> NDArray[np.int64]:
    """Return the bytes that the fast codes of lists take, in blocks of whole 32 vectors."""
    return -(-n_rows // BLOCK_ROWS) * BLOCK_ROWS * (n_parts // 2)


def packed(codes: NDArray[np.uint8], n_parts: int) -> NDArray[np.uint8]:
    """Arrange the codes of one list, uint8 [n, n_parts / 2], in blocks."""
    import faiss

    packer = _packer(n_parts)
    n_blocks = -(-len(codes) // BLOCK_ROWS)
    padded = np.zeros((n_blocks, BLOCK_ROWS, n_parts // 2), dtype=np.uint8)
    padded.reshape(-1, n_parts // 2)[: len(codes)] = codes
    blocks = np.zeros((n_blocks, BLOCK_ROWS * (n_parts // 2)), dtype=np.uint8)
    for flat, block in zip(padded, blocks, strict=True):
        packer.pack_all(faiss.swig_ptr(flat), faiss.swig_ptr(block))
    return blocks.reshape(-1)


def unpacked(blocks: NDArray[np.uint8], n_rows: int, n_parts: int) -> NDArray[np.uint8]:
    """Return the codes of one list, uint8 [n_rows, n_parts / 2], that ``packed`` has arranged in blocks."""
    import faiss

    packer = _packer(n_parts)
    arranged = np.ascontiguousarray(blocks).reshape(-1, BLOCK_ROWS * (n_parts // 2))
    codes = np.zeros((len(arranged), BLOCK_ROWS, n_parts // 2), dtype=np.uint8)
    for block, flat in zip(arranged, codes, strict=True):
        packer.unpack_all(faiss.swig_ptr(block), faiss.swig_ptr(flat))
    return codes.reshape(-1, n_parts // 2)[:n_rows]


def _packer(n_parts: int) -> faiss.CodePacker:
    import faiss

    index = faiss.IndexPQFastScan(n_parts, n_parts, BITS, faiss.METRIC_INNER_PRODUCT, BLOCK_ROWS)
    packer: faiss.CodePacker = index.get_CodePacker()  # type: ignore[attr-defined]  # SWIG adds it
    return packer


class FastCodes:
    """The fast codes of an inverted file. A list is read and checked when it is first probed."""

    def __init__(self, file: SectionFile, trained: Trained, *, starts: Places) -> None:
        """Open the codes of a file.

        Args:
            file: Holds the section ``fast``.
            trained: What the file was trained to.
            starts: int64 [n_lists + 1], place of the first vector of each list, then the number of vectors.
        """
        import faiss

        n_parts = trained.n_parts
        self._quantizer = faiss.IndexFlatIP(n_parts)  # never asked: lists are given with each search
        self._index = faiss.IndexIVFPQFastScan(
            self._quantizer, n_parts, trained.n_lists, n_parts, BITS, faiss.METRIC_INNER_PRODUCT, BLOCK_ROWS
        )
        self._index.implem = _QUERY_BY_QUERY
        self._index.by_residual = trained.is_residual
        faiss.copy_array_to_vector(trained.values, self._index.pq.centroids)
        self._index.is_trained = True
        self._index.ntotal = int(starts[-1])
        self._lists = faiss.downcast_InvertedLists(self._index.invlists)  # type: ignore[arg-type]  # there is always one
        self._file, self._section, self._starts = file, file.section("fast"), starts
        self._offsets = np.concatenate([[0], np.cumsum(list_bytes(np.diff(starts), n_parts))])
        self._is_loaded = np.diff(starts) == 0
        self._lock = threading.Lock()

    def nearest(
        self,
        projected: Vectors,
        lists: NDArray[np.int64],
        near: Vectors,
        *,
        n: int,
        selector: faiss.IDSelector | None = None,
    ) -> Places:
        """Return the places of the vectors that are nearest by code, in some lists: int64 [n_queries, n].

        Args:
            projected: float32 [n_queries, n_directions], queries.
            lists: int64 [n_queries, n_probes], lists to search.
            near: float32 [n_queries, n_probes], inner products with their centres.
            n: Places wanted; where the lists hold fewer, a row ends in -1.
            selector: Chooses the places that may be found.

        Raises:
            IndexDamagedError: A list was altered on disk.
        """
        self._load(lists)
        queries = np.ascontiguousarray(projected[:, : self._index.d])
        places, _ = search_lists(self._index, queries, lists, near, k=n, selector=selector)
        return places

    def load_all(self) -> None:
        """Read every list now.

        Raises:
            IndexDamagedError: One was altered on disk.
        """
        self._load(np.arange(len(self._is_loaded)))

    def blocks(self, number: int) -> NDArray[np.uint8]:
        """Read the blocks of one list.

        Raises:
            IndexDamagedError: They were altered on disk.
        """
        start, stop = int(self._offsets[number]), int(self._offsets[number + 1])
        return np.frombuffer(self._file.read(self._section.offset + start, stop - start), dtype=np.uint8)

    def _load(self, lists: NDArray[np.int64]) -> None:
        """Read lists that were not probed before.

        A list is complete before a search may touch it, and is never changed afterwards; searches of other lists
        that run meanwhile do not read what is written here.
        """
        import faiss

        if self._is_loaded[lists].all():
            return
        with self._lock:
            for number in np.unique(lists[~self._is_loaded[lists]]).tolist():
                places = np.arange(self._starts[number], self._starts[number + 1])
                blocks = self.blocks(number)
                self._lists.add_entries(number, len(places), faiss.swig_ptr(places), faiss.swig_ptr(blocks))
                self._is_loaded[number] = True
