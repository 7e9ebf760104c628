"""Inverted-file search with FAISS: what a large case base is searched with.

The lists nearest to a query are searched by fast codes, and the nearest by code are compared by their vectors. What
is read is checked against its checksum when it is touched for the first time. A served index is never changed.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.files import SectionFile
from casefinder.vector_index.fast_codes import FastCodes
from casefinder.vector_index.protocol import (
    NO_ID,
    Ids,
    Neighbours,
    Vectors,
    best_first,
    check_queries,
    leaving_out,
    with_rows,
)
from casefinder.vector_index.rows import Places, Rows
from casefinder.vector_index.threads import limit_threads
from casefinder.vector_index.training import Trained

if TYPE_CHECKING:
    import faiss

KIND: Final = "ivf of residuals"
FIRST_KIND: Final = "ivf"  # its codes stand for whole vectors; still read, and trained anew when it is compacted
# A filtered search compares the vectors one by one when they are fewer than this share of all: FAISS would ask for
# every vector of the index whether it is wanted.
_FEW_SHARE: Final = 0.02
_FEW: Final = 2_000
# Lists that hold twice as much cost twice as much to search, where twice the vectors should cost 1.4 times as much;
# a search costs in proportion to the imbalance.
_MOST_GROWTH: Final = 2.0
_MOST_IMBALANCE: Final = 1.5
_LEAST_COMPARED: Final = 2
# Where only some vectors may be found, the codes of so large a share of all are looked at, and of so many that may be
# found for each one that is compared. At a million cases and filters of 2 to 10 % recall@10 was that of all codes, also
# with a twentieth of all; with so many that may be found, and no share, it fell: 0.988 with 10, 0.965 with 2.5.
_LOOKED_AT: Final = 1 / 8
_LOOKED_AT_PER_COMPARED: Final = 5
_HELD_PER_WANTED: Final = 4  # vectors in the probed lists for each neighbour wanted
_MEASURED_K: Final = 10  # the number of neighbours for which the effort is measured
_QUERIES_AT_ONCE: Final = 256  # 13 MB of nearness to the lists of ten million vectors
_BITS_PER_ID: Final = 1_000  # a bitmap of 125 bytes per wanted id at most


@dataclass(frozen=True, slots=True)
class Drift:
    """How far an index has moved from what its lists were trained for.

    Attributes:
        growth: Vectors now, relative to those that it was trained for.
        imbalance: Imbalance of the lists now, relative to that after training.
        is_first_form: Whether its codes are those of the first form of the file, which tell less.
    """

    growth: float
    imbalance: float
    is_first_form: bool = False

    @property
    def needs_training(self) -> bool:
        """Whether the lists should be trained anew: a search costs half as much again as it could."""
        return self.is_first_form or self.growth > _MOST_GROWTH or self.imbalance > _MOST_IMBALANCE


class IVFIndex:
    """A trained inverted file on disk, searched by inner product. Safe to share between threads."""

    def __init__(self, file: SectionFile, *, n_probes: int, n_compared: int) -> None:
        """Serve a file.

        Args:
            file: What ``IVFBuilder`` wrote.
            n_probes: Lists searched per query.
            n_compared: Vectors compared for each neighbour wanted.

        Raises:
            IndexDamagedError: The file holds something else.
        """
        file.check_kind((KIND, FIRST_KIND), "an inverted file")
        self.file, self.dim = file, int(file.facts["dim"])
        self.trained = Trained.read(file, dim=self.dim, is_residual=file.facts["kind"] == KIND)
        self.n_lists = self.trained.n_lists
        self._n_probes, self._n_compared = min(n_probes, self.n_lists), n_compared
        self.starts: Places = file.array("starts")
        self.rows = Rows(file, dim=self.dim, starts=self.starts)
        self.fast = FastCodes(file, self.trained, starts=self.starts)
        self._by_id: tuple[Ids, Places] | None = None

    @classmethod
    def load(cls, path: Path, *, n_probes: int, n_compared: int) -> IVFIndex:
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
            is_first_form=not self.trained.is_residual,
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
        return leaving_out(self._nearest_of_all, queries, without, k=k)

    def search_by_codes(self, queries: Vectors, *, k: int, among: Ids) -> Neighbours:
        """Find about the k nearest of some vectors, by their codes, in the nearest of the lists that hold any of them.

        Lists are searched up to an eighth of all vectors, and on until they hold several times as many of those that
        may be found as are compared. A filter by diagnosis lets vectors of a twentieth of the lists through, which
        are all searched. The k nearest by code are compared by their vectors, and for few neighbours as many as in a
        search of everything.

        Args:
            queries: float32 [n_queries, dim], rows of unit length.
            k: Neighbours wanted per query, at least 1.
            among: int64 [n], ids that may be found; those that are not stored are passed over.

        Returns:
            One row per query, best first; exact where so few are allowed that all are compared by their vectors.

        Raises:
            VectorShapeError: As ``search``.
            IndexDamagedError: What was read for the answer was altered on disk.
        """
        limit_threads()
        queries = check_queries(queries, dim=self.dim, k=k)
        places = self.places_of(among)
        n_candidates = max(k, self._n_candidates(min(k, _MEASURED_K)))
        if len(places) <= n_candidates:
            return self._compared(queries, _for_each(queries, places), k=k, exact=True)
        projected = self.trained.projected(queries)
        lists, near = self._nearest_holding(projected, places, n_compared=n_candidates)
        found = self.fast.nearest(projected, lists, near, n=n_candidates, selector=_bitmap(places, self.size))
        return self._compared(queries, found, k=k, exact=False)

    def vectors_of(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Return the vectors of those ids that are stored; see ``VectorIndex.vectors_of``."""
        places = self.places_of(ids)
        return self.rows.ids(places), self.rows.vectors(places)

    def check_all(self) -> None:
        """Compare the whole file with its checksums.

        Raises:
            IndexDamagedError: It was altered on disk.
        """
        self.file.check_all()

    def warm_up(self) -> None:
        """Read and check all that searches will need, so that none of them has to.

        Raises:
            IndexDamagedError: It was altered on disk.
        """
        self.check_all()
        self.fast.load_all()

    def places_of(self, ids: Ids) -> Places:
        """Return the places of those ids that are stored, rising by id, each once.

        Raises:
            IndexDamagedError: The table of ids was altered on disk.
        """
        if self._by_id is None:
            self._by_id = self.file.array("sorted_ids"), self.file.array("sorted_places")
        stored, places = self._by_id
        wanted = ids if (ids[1:] > ids[:-1]).all() else np.unique(ids)
        if len(stored) and stored[-1] - stored[0] + 1 == len(stored):  # no gaps: an id says where it is
            within = wanted[(wanted >= stored[0]) & (wanted <= stored[-1])]
            known: Places = places[within - stored[0]]
            return known
        found = np.searchsorted(stored, wanted)
        is_stored = found < len(stored)
        is_stored[is_stored] = stored[found[is_stored]] == wanted[is_stored]
        kept: Places = places[found[is_stored]]
        return kept

    def _nearest_holding(
        self, projected: Vectors, places: Places, *, n_compared: int
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Return the lists in which the nearest of some vectors are looked for, nearest first.

        Args:
            projected: float32 [n_queries, n_directions], queries.
            places: Of the vectors.
            n_compared: Vectors that will be compared for each query.

        Returns:
            int64 [n_queries, n_probes], as many for each query as the one has that needs most, and the inner products
            with their centres, float32 [n_queries, n_probes].
        """
        n_held = self._n_held(places)
        holding = np.flatnonzero(n_held)
        near = self.trained.nearness(projected)[:, holding]
        order = np.argsort(-near, axis=1)
        sizes = np.diff(self.starts)[holding]
        is_short = np.cumsum(sizes[order], axis=1) < _LOOKED_AT * self.size
        is_short |= np.cumsum(n_held[holding][order], axis=1) < _LOOKED_AT_PER_COMPARED * n_compared
        order = order[:, : 1 + int(is_short.sum(axis=1).max(initial=0))]
        return holding[order], np.take_along_axis(near, order, axis=1)

    def _n_held(self, places: Places) -> NDArray[np.int32]:
        """Return how many of some vectors each list holds: int32 [n_lists]. An empty one may be said to hold one."""
        is_allowed = np.zeros(self.size + 1, dtype=np.uint8)
        is_allowed[places] = 1
        return np.add.reduceat(is_allowed, self.starts[:-1], dtype=np.int32)

    def _nearest_of_all(self, queries: Vectors, k: int) -> Neighbours:
        """Find the k nearest of all vectors for so many queries at once as take bounded memory."""
        starts = range(0, max(len(queries), 1), _QUERIES_AT_ONCE)
        parts = [self._nearest(queries[start : start + _QUERIES_AT_ONCE], k=k) for start in starts]
        if len(parts) == 1:
            return parts[0]
        return Neighbours(
            ids=np.concatenate([part.ids for part in parts]),
            scores=np.concatenate([part.scores for part in parts]),
            exact=all(part.exact for part in parts),
        )

    def _nearest(self, queries: Vectors, *, k: int) -> Neighbours:
        if not len(queries) or not self.size:
            return best_first(
                np.full((len(queries), 0), NO_ID), np.zeros((len(queries), 0), np.float32), k=k, exact=True
            )
        n_candidates = self._n_candidates(k)
        if n_candidates > self.size * _FEW_SHARE + _FEW or k * _HELD_PER_WANTED > self.size:
            return self._scanned_whole(queries, k=k)
        projected = self.trained.projected(queries)
        lists, near = self.trained.nearest_lists(projected, n=self._n_probes_for(k))
        places = self.fast.nearest(projected, lists, near, n=n_candidates)
        found = self._compared(queries, places, k=k, exact=False)
        short = np.flatnonzero(found.ids[:, min(k, self.size) - 1] == NO_ID)
        # The probed lists hold fewer than k: rare, and then the answer is made complete.
        return with_rows(found, short, self._scanned_whole(queries[short], k=k)) if len(short) else found

    def _n_candidates(self, k: int) -> int:
        """Return how many vectors are compared: in proportion to k up to ten, more slowly beyond.

        The nearest of many neighbours are found in any case; only the last of them are at risk.
        """
        return max(_LEAST_COMPARED * k, math.ceil(self._n_compared * math.sqrt(k * min(k, _MEASURED_K))))

    def _n_probes_for(self, k: int) -> int:
        """Return how many lists are probed: the usual number, more where those would hardly hold k vectors."""
        return min(self.n_lists, max(self._n_probes, math.ceil(_HELD_PER_WANTED * k * self.n_lists / self.size)))

    def _compared(self, queries: Vectors, places: Places, *, k: int, exact: bool) -> Neighbours:
        """Compare each query with the vectors at its places, int64 [n_queries, n]."""
        ids, scores = self.rows.nearest_at(places, queries, k=min(k, places.shape[1]))
        return best_first(ids, scores, k=k, exact=exact)

    def _search_among(self, queries: Vectors, among: Ids, *, k: int) -> Neighbours:
        places = self.places_of(among)
        if len(places) < self.size * _FEW_SHARE + _FEW:
            return self._compared(queries, _for_each(queries, places), k=k, exact=True)
        return self._scanned_whole(queries, k=k, selector=_selector(np.unique(among)))

    def _scanned_whole(self, queries: Vectors, *, k: int, selector: faiss.IDSelector | None = None) -> Neighbours:
        """Search every list by its vectors."""
        lists = _for_each(queries, np.arange(self.n_lists))
        ids, scores = self.rows.nearest_in_lists(queries, lists, k=k, selector=selector)
        return best_first(ids, scores, k=k, exact=True)


def _for_each(queries: Vectors, numbers: Places) -> Places:
    """Return the same numbers as a row for each query, without copies."""
    return np.broadcast_to(numbers, (len(queries), len(numbers)))


def imbalance_of(sizes: NDArray[np.int64]) -> float:
    """Return how unevenly lists are filled: 1 when all are equal, else the cost of a search relative to that."""
    counts = sizes.astype(np.float64)
    return float(len(counts) * (counts**2).sum() / max(counts.sum(), 1) ** 2)


def _selector(among: Ids) -> faiss.IDSelector:
    """Return a selector of rising ids: a bit per id where that is small, for it is asked for every vector."""
    import faiss

    if not len(among) or among[-1] > _BITS_PER_ID * len(among) or among[0] < 0:
        return faiss.IDSelectorBatch(among)
    return _bitmap(among, int(among[-1]) + 1)


def _bitmap(numbers: NDArray[np.int64], n_bits: int) -> faiss.IDSelector:
    """Return a selector of numbers below ``n_bits``."""
    import faiss

    bits = np.zeros(n_bits, dtype=np.bool_)
    bits[numbers] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]  # SWIG
