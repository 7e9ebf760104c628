"""Inverted-file search with FAISS: what a large case base is searched with.

The lists nearest to a query are found, checked against their checksums when they are touched for the first time, and
searched. Where the plan says so they are searched by fast codes first, and only the nearest by code are compared by
their vectors. A served index is never changed.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.files import SectionFile
from casefinder.vector_index.fast_codes import FastCodes
from casefinder.vector_index.plan import RowCode
from casefinder.vector_index.preassigned import search_lists
from casefinder.vector_index.protocol import (
    NO_ID,
    Ids,
    Neighbours,
    Vectors,
    best_first,
    check_queries,
    leaving_out,
)
from casefinder.vector_index.row_codes import Places, Rows, faiss_kind
from casefinder.vector_index.threads import limit_threads
from casefinder.vector_index.training import Trained

if TYPE_CHECKING:
    import faiss

KIND: Final = "ivf"
# A filtered search compares the vectors one by one when they are fewer than this share of all: FAISS would ask for
# every vector of the index whether it is wanted.
_FEW_SHARE: Final = 0.02
_FEW: Final = 2_000
# Lists that hold twice as much cost twice as much to search, where twice the vectors should cost 1.4 times as much;
# a search costs in proportion to the imbalance.
_MOST_GROWTH: Final = 2.0
_MOST_IMBALANCE: Final = 1.5
_BITS_PER_ID: Final = 1_000  # a bitmap of 125 bytes per wanted id at most


@dataclass(frozen=True, slots=True)
class Drift:
    """How far an index has moved from what its lists were trained for.

    Attributes:
        growth: Vectors now, relative to those that it was trained for.
        imbalance: Imbalance of the lists now, relative to that after training.
    """

    growth: float
    imbalance: float

    @property
    def needs_training(self) -> bool:
        """Whether the lists should be trained anew: a search costs half as much again as it could."""
        return self.growth > _MOST_GROWTH or self.imbalance > _MOST_IMBALANCE


class IVFIndex:
    """A trained inverted file on disk, searched by inner product. Safe to share between threads."""

    def __init__(self, file: SectionFile, *, n_probes: int, n_compared: int) -> None:
        """Serve a file.

        Args:
            file: What ``IVFBuilder`` wrote.
            n_probes: Lists searched per query.
            n_compared: With fast codes, vectors compared for each neighbour wanted.

        Raises:
            IndexDamagedError: The file holds something else.
        """
        import faiss

        facts = file.facts
        file.check_kind(KIND, "an inverted file")
        self.file, self.dim = file, int(facts["dim"])
        self.row_code, self.n_parts = RowCode(facts["row_code"]), int(facts["n_parts"])
        self.starts: Places = file.array("starts")
        self.n_lists = len(self.starts) - 1
        self._n_probes, self._n_compared = min(n_probes, self.n_lists), n_compared
        self.ranges: Vectors = file.array("ranges")
        self.quantizer = faiss.IndexFlatIP(self.dim)
        self.quantizer.add(file.array("centroids").reshape(-1, self.dim))
        self.rows = Rows(file, dim=self.dim, code=self.row_code, starts=self.starts, ranges=self.ranges)
        self._scanner = faiss.IndexIVFScalarQuantizer(
            self.quantizer, self.dim, self.n_lists, faiss_kind(self.row_code), faiss.METRIC_INNER_PRODUCT, False
        )
        faiss.copy_array_to_vector(self.ranges, self._scanner.sq.trained)
        self._scanner.is_trained = True
        self._scanner.replace_invlists(self.rows.lists, False)
        self._scanner.ntotal = self.size
        self.fast = None
        if self.n_parts:
            self.fast = FastCodes(file, self.quantizer, n_parts=self.n_parts, starts=self.starts)
        self._by_id: tuple[Ids, Places] | None = None

    @classmethod
    def load(cls, path: Path, *, n_probes: int, n_compared: int = 1) -> IVFIndex:
        """Open an index file; of its vectors nothing is read before it is needed.

        Raises:
            IndexDamagedError: The file is missing, cut short, altered, or holds something else.
        """
        return cls(SectionFile(path), n_probes=n_probes, n_compared=n_compared)

    @property
    def size(self) -> int:
        """Number of stored vectors."""
        return int(self.starts[-1])

    @property
    def drift(self) -> Drift:
        """How far the index has moved from what its lists were trained for."""
        trained_for = self.file.facts["trained_for"]
        return Drift(
            growth=self.size / max(trained_for["n_vectors"], 1),
            imbalance=imbalance_of(np.diff(self.starts)) / trained_for["imbalance"],
        )

    def trained(self) -> Trained:
        """Return what the index was trained to, for another that is made of it."""
        return Trained(
            centroids=self.file.array("centroids").reshape(-1, self.dim),
            row_code=self.row_code,
            ranges=self.ranges,
            n_parts=self.n_parts,
            fast_centroids=self.file.array("fast_centroids"),
        )

    def with_effort(self, *, n_probes: int, n_compared: int) -> IVFIndex:
        """Return the same index, searched with another effort."""
        other = copy.copy(self)
        other._n_probes, other._n_compared = min(n_probes, self.n_lists), n_compared
        return other

    def search(self, queries: Vectors, *, k: int, among: Ids | None = None, without: Ids | None = None) -> Neighbours:
        """Find the k stored vectors nearest to each query; see ``VectorIndex.search``.

        With ``among`` no list is skipped: a filtered search that probes only some lists returns too few rows, and
        wrong ones (half of ten at 1 % selectivity).
        """
        limit_threads()
        queries = check_queries(queries, dim=self.dim, k=k)
        if among is not None:
            return self._search_among(queries, among if without is None else np.setdiff1d(among, without), k=k)
        return leaving_out(lambda n: self._nearest(queries, k=n), without, k=k)

    def check_all(self) -> None:
        """Compare the whole file with its checksums.

        Raises:
            IndexDamagedError: It was altered on disk.
        """
        self.file.check_all()

    def places_of(self, ids: Ids) -> Places:
        """Return the places of those ids that are stored, rising by id, each once.

        Raises:
            IndexDamagedError: The table of ids was altered on disk.
        """
        if self._by_id is None:
            self._by_id = self.file.array("sorted_ids"), self.file.array("sorted_places")
        stored, places = self._by_id
        wanted = np.unique(ids)
        found = np.searchsorted(stored, wanted)
        is_stored = found < len(stored)
        is_stored[is_stored] = stored[found[is_stored]] == wanted[is_stored]
        kept: Places = places[found[is_stored]]
        return kept

    def _nearest(self, queries: Vectors, *, k: int) -> Neighbours:
        if not len(queries) or not self.size:
            return best_first(
                np.full((len(queries), 0), NO_ID), np.zeros((len(queries), 0), np.float32), k=k, exact=True
            )
        n_candidates = k * self._n_compared
        near, lists = self.quantizer.search(queries, self._n_probes)
        if self.fast is not None and n_candidates < self.size * _FEW_SHARE + _FEW:
            found = self._compared(queries, self.fast.nearest(queries, lists, near, n=n_candidates), k=k)
        else:
            found = self._scanned(queries, lists, near, k=k)
        is_short = found.ids[:, min(k, self.size) - 1] == NO_ID
        # The probed lists hold fewer than k: rare, and then the answer is made complete.
        return self._scanned_whole(queries, k=k) if is_short.any() else found

    def _compared(self, queries: Vectors, places: Places, *, k: int) -> Neighbours:
        """Compare the vectors at some places, int64 [n_queries, n], with the queries of their rows."""
        ids = np.full(places.shape, NO_ID)
        scores = np.zeros(places.shape, dtype=np.float32)
        for row, found in enumerate(places >= 0):
            kept = places[row, found]
            ids[row, found] = self.rows.ids(kept)
            scores[row, found] = self.rows.scores(kept, queries[row : row + 1])[0]
        return best_first(ids, scores, k=k, exact=False)

    def _search_among(self, queries: Vectors, among: Ids, *, k: int) -> Neighbours:
        places = self.places_of(among)
        if len(places) < self.size * _FEW_SHARE + _FEW:
            return best_first(self.rows.ids(places), self.rows.scores(places, queries), k=k, exact=True)
        return self._scanned_whole(queries, k=k, among=np.unique(among))

    def _scanned_whole(self, queries: Vectors, *, k: int, among: Ids | None = None) -> Neighbours:
        """Search every list."""
        lists = np.broadcast_to(np.arange(self.n_lists), (len(queries), self.n_lists))
        near = np.zeros(lists.shape, dtype=np.float32)  # not used by codes that do not depend on the centroid
        return self._scanned(queries, lists, near, k=k, among=among)

    def _scanned(
        self, queries: Vectors, lists: NDArray[np.int64], near: Vectors, *, k: int, among: Ids | None = None
    ) -> Neighbours:
        """Search lists by their vectors."""
        self.rows.check_lists(lists)
        selector = None if among is None else _selector(among)
        ids, scores = search_lists(self._scanner, queries, lists, near, k=k, selector=selector)
        return best_first(ids, scores, k=k, exact=lists.shape[1] == self.n_lists)


def imbalance_of(sizes: NDArray[np.int64]) -> float:
    """Return how unevenly lists are filled: 1 when all are equal, else the cost of a search relative to that."""
    counts = sizes.astype(np.float64)
    return float(len(counts) * (counts**2).sum() / max(counts.sum(), 1) ** 2)


def _selector(among: Ids) -> faiss.IDSelector:
    """Return a selector of rising ids: a bit per id where that is small, for it is asked for every vector."""
    import faiss

    if not len(among) or among[-1] > _BITS_PER_ID * len(among) or among[0] < 0:
        return faiss.IDSelectorBatch(among)
    bits = np.zeros(int(among[-1]) + 1, dtype=np.bool_)
    bits[among] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]  # SWIG
