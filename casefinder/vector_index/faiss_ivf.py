"""Inverted-file search with FAISS: what a large case base is searched with.

Codes are float16, the form in which case bases store vectors, so the index loses nothing against them.
A served index is never changed: search parameters travel with each call, and ``IVFBuilder`` is the only writer.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from casefinder.errors import IndexDamagedError, VectorIndexError
from casefinder.settings import thread_count
from casefinder.vector_index.plan import POINTS_PER_LIST, IndexKind, IndexPlan
from casefinder.vector_index.protocol import (
    NO_ID,
    NO_SCORE,
    Ids,
    Neighbours,
    Vectors,
    check_queries,
    check_stored,
)

if TYPE_CHECKING:
    import faiss

_KMEANS_SEED: Final = 20_240_301  # any fixed number: the same vectors give the same lists
_KMEANS_ITERATIONS: Final = 10  # the FAISS default for IVF; recall does not move beyond it


class IVFIndex:
    """A trained FAISS inverted file, searched by inner product."""

    def __init__(self, index: faiss.IndexIVFScalarQuantizer, *, n_probes: int) -> None:
        """Serve a FAISS index, probing ``n_probes`` of its lists per query."""
        self._index = index
        self._n_probes = min(n_probes, index.nlist)

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        return int(self._index.d)

    @property
    def size(self) -> int:
        """Number of stored vectors."""
        return int(self._index.ntotal)

    def search(self, queries: Vectors, *, k: int, among: Ids | None = None) -> Neighbours:
        """Find the k stored vectors nearest to each query; see ``VectorIndex.search``.

        With ``among`` every list is searched behind a selector: a filtered search that probes only some
        lists returns too few rows, and wrong ones (half of ten at 1 % selectivity).
        """
        import faiss

        _limit_threads()
        queries = check_queries(queries, dim=self.dim, k=k)
        n_probes, selector = self._n_probes, None
        if among is not None:
            n_probes, selector = self._index.nlist, faiss.IDSelectorBatch(np.ascontiguousarray(among, dtype=np.int64))
        parameters = faiss.SearchParametersIVF(nprobe=n_probes, sel=selector)  # type: ignore[call-arg]  # SWIG adds them
        scores, ids = self._index.search(queries, k, params=parameters)
        return _in_order(ids, scores, exact=n_probes == self._index.nlist)

    def save(self, path: Path) -> None:
        """Write the index in FAISS's own format, which has no checksum: the caller keeps one."""
        import faiss

        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path, *, n_probes: int) -> IVFIndex:
        """Map an index file into memory; nothing is read before it is needed.

        Raises:
            IndexDamagedError: FAISS cannot read the file.
        """
        import faiss

        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        except (RuntimeError, MemoryError) as exc:
            raise IndexDamagedError(f"{path.name} is no FAISS index; build the index again") from exc
        if not isinstance(index, faiss.IndexIVFScalarQuantizer) or index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise IndexDamagedError(
                f"{path.name} holds a {type(index).__name__} that casefinder has not written; build the index again"
            )
        lists = faiss.downcast_InvertedLists(index.invlists) if index.invlists else None
        if isinstance(lists, faiss.OnDiskInvertedLists):
            lists.prefetch_nthread = 0  # by default every search starts threads to read ahead: 2 ms a query
        return cls(index, n_probes=n_probes)


class IVFBuilder:
    """Trains an inverted file and fills it in batches."""

    def __init__(self, plan: IndexPlan, training: Vectors) -> None:
        """Train k-means on a sample, float32 [n_training, dim], rows of unit length.

        Raises:
            VectorIndexError: The plan is not for an inverted file, or the sample is too small for it.
            VectorShapeError: The sample is not float32 [*, dim].
        """
        import faiss

        _limit_threads()
        if plan.kind is not IndexKind.IVF:
            raise VectorIndexError(f"the plan is for an {plan.kind} index; an inverted file was asked for")
        dim = training.shape[1] if training.ndim == 2 else 0
        training = check_stored(np.arange(len(training), dtype=np.int64), training, dim=dim)
        if len(training) < POINTS_PER_LIST * plan.n_lists:
            raise VectorIndexError(
                f"{len(training)} vectors cannot train {plan.n_lists} lists; give {POINTS_PER_LIST * plan.n_lists}"
            )
        self._plan = plan
        self._quantizer = faiss.IndexFlatIP(dim)
        self._index = faiss.IndexIVFScalarQuantizer(
            self._quantizer,
            dim,
            plan.n_lists,
            faiss.ScalarQuantizer.QT_fp16,
            faiss.METRIC_INNER_PRODUCT,
            False,
        )
        self._index.cp.seed = _KMEANS_SEED
        self._index.cp.niter = _KMEANS_ITERATIONS
        self._index.cp.spherical = True
        self._index.train(training)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, float32 [n, dim], under int64 ids [n].

        Raises:
            VectorShapeError: Ids and vectors do not fit each other or the index.
        """
        self._index.add_with_ids(check_stored(ids, vectors, dim=self._index.d), ids)

    def finish(self) -> IVFIndex:
        """Return the filled index; the builder must not be used afterwards."""
        return IVFIndex(self._index, n_probes=self._plan.n_probes)


def _limit_threads() -> None:
    """Use as many threads as ``CASEFINDER_THREADS`` allows; OpenMP keeps the number per calling thread."""
    import faiss

    if threads := thread_count():
        faiss.omp_set_num_threads(threads)


def _in_order(ids: Any, scores: Any, *, exact: bool) -> Neighbours:  # noqa: ANN401 - FAISS has no types
    scores = np.where(ids == NO_ID, np.float32(NO_SCORE), scores)
    # Missing rows sort last among equals: their id counts as the largest.
    tie_break = np.where(ids == NO_ID, np.iinfo(np.int64).max, ids)
    order = np.lexsort((tie_break, -scores), axis=1)
    return Neighbours(
        ids=np.take_along_axis(ids, order, axis=1),
        scores=np.take_along_axis(scores, order, axis=1),
        exact=exact,
    )
