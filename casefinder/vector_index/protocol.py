"""What every vector index offers: int64 ids and float32 vectors, nothing of cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import VectorShapeError

Vectors: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.int64]

NO_ID: Final = -1  # fills the end of a row that has fewer than k neighbours
NO_SCORE: Final = float("-inf")
_MORE: Final = 4  # factor by which a search is widened whose neighbours were nearly all left out


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest stored vectors of each query, best first.

    Attributes:
        ids: int64 [n_queries, k]; rows with fewer than k neighbours end in ``NO_ID``.
        scores: float32 [n_queries, k], inner products; ``NO_SCORE`` where the id is ``NO_ID``.
        exact: Whether no nearer vector can have been missed.
    """

    ids: Ids
    scores: Vectors
    exact: bool

    def row(self, query: int) -> list[tuple[int, float]]:
        """Return the neighbours of one query as (id, score), best first, without the fill."""
        found = self.ids[query] != NO_ID
        return list(zip(self.ids[query][found].tolist(), self.scores[query][found].tolist(), strict=True))


class VectorIndex(Protocol):
    """Finds the stored vectors nearest to a query by inner product. Safe to search from many threads."""

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        ...

    @property
    def size(self) -> int:
        """Number of stored vectors."""
        ...

    def search(self, queries: Vectors, *, k: int, among: Ids | None = None, without: Ids | None = None) -> Neighbours:
        """Find the k stored vectors nearest to each query by inner product.

        Args:
            queries: float32 [n_queries, dim], rows of unit length.
            k: Neighbours wanted per query, at least 1.
            among: When given, only these ids are candidates, and the answer is exact.
            without: Ids that are left out, as if they were not stored. In either set, ids that are not stored and
                ids that are given twice do not matter.

        Returns:
            One row per query, best first; equal scores are ordered by id. Where the k-th score is shared by
            further vectors, which of them are returned is open.

        Raises:
            VectorShapeError: The queries are not [*, dim] float32, hold NaN or a zero row; or k < 1.
            IndexDamagedError: What was read for the answer was altered on disk.
        """
        ...

    def vectors_of(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Return the vectors of those ids that are stored: ids int64 [n] rising, vectors float32 [n, dim].

        Raises:
            IndexDamagedError: One of them was altered on disk.
        """
        ...


def leaving_out(
    find: Callable[[Vectors, int], Neighbours], queries: Vectors, without: Ids | None, *, k: int
) -> Neighbours:
    """Find k neighbours of each query that are not left out.

    Args:
        find: Finds the given number of neighbours of some queries among all vectors.
        queries: float32 [n_queries, dim].
        without: Ids that are left out.
        k: Neighbours wanted.
    """
    if without is None or not len(without):
        return find(queries, k)
    n_enough, n_fetched = k + len(without), k + min(len(without), k)
    found = find(queries, n_fetched)
    kept, rows = _kept(found, without, k=k), np.arange(len(queries))
    while n_fetched < n_enough:
        # A row that is short though as many were found as asked for may go on further down.
        rows = rows[(kept.ids[rows, -1] == NO_ID) & (found.ids[:, -1] != NO_ID)]
        if not len(rows):
            break
        n_fetched = min(_MORE * n_fetched, n_enough)
        found = find(queries[rows], n_fetched)
        kept = with_rows(kept, rows, _kept(found, without, k=k))
    return kept


def with_rows(found: Neighbours, rows: NDArray[np.int64], others: Neighbours) -> Neighbours:
    """Return neighbours in which some rows are replaced by others."""
    ids, scores = found.ids.copy(), found.scores.copy()
    ids[rows], scores[rows] = others.ids, others.scores
    return Neighbours(ids, scores, exact=others.exact and (found.exact or len(rows) == len(ids)))


def _kept(found: Neighbours, without: Ids, *, k: int) -> Neighbours:
    is_out = np.isin(found.ids, without) | (found.ids == NO_ID)
    order = np.argsort(is_out, axis=1, kind="stable")[:, :k]
    is_out = np.take_along_axis(is_out, order, axis=1)
    return Neighbours(
        ids=np.where(is_out, NO_ID, np.take_along_axis(found.ids, order, axis=1)),
        scores=np.where(is_out, np.float32(NO_SCORE), np.take_along_axis(found.scores, order, axis=1)),
        exact=found.exact,
    )


def best_first(ids: Ids, scores: Vectors, *, k: int, exact: bool) -> Neighbours:
    """Return the k best of each row in order; equal scores by id, ``NO_ID`` last.

    Args:
        ids: int64 [n_queries, n] or [n]; ``NO_ID`` where nothing was found.
        scores: float32 [n_queries, n].
        k: Neighbours wanted; rows with fewer are filled up.
        exact: Whether no nearer vector can have been missed.
    """
    ids = np.broadcast_to(ids, scores.shape)
    if (is_missing := ids == NO_ID).any():
        scores = np.where(is_missing, np.float32(NO_SCORE), scores)
    if scores.shape[1] > k:
        near = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        ids, scores = np.take_along_axis(ids, near, axis=1), np.take_along_axis(scores, near, axis=1)
    order = np.lexsort((ids, -scores), axis=1)
    row = np.arange(len(order))[:, None]
    found = Neighbours(ids[row, order], scores[row, order], exact=exact)
    return found if order.shape[1] == k else _filled_up(found, k)


def _filled_up(found: Neighbours, k: int) -> Neighbours:
    missing = ((0, 0), (0, k - found.ids.shape[1]))
    return Neighbours(
        ids=np.pad(found.ids, missing, constant_values=NO_ID),
        scores=np.pad(found.scores, missing, constant_values=NO_SCORE),
        exact=found.exact,
    )


def check_queries(queries: Vectors, *, dim: int, k: int) -> Vectors:
    """Return queries as contiguous float32 [n, dim] after checking them.

    A zero row or NaN would be answered with arbitrary rows by FAISS, so neither gets that far.

    Raises:
        VectorShapeError: Wrong shape or dtype, NaN or infinity, a zero row, or k < 1.
    """
    if k < 1:
        raise VectorShapeError(f"k is {k}; ask for at least 1 neighbour")
    _check_matrix("queries", queries, dim=dim)
    if not np.any(queries, axis=1).all():
        raise VectorShapeError("a query is all zeros; it holds nothing that could be compared")
    return np.ascontiguousarray(queries)


def check_stored(ids: Ids, vectors: Vectors, *, dim: int) -> Vectors:
    """Return vectors to store as contiguous float32 [n, dim] after checking them and their ids.

    Raises:
        VectorShapeError: Wrong shape or dtype, NaN or infinity, or ids that do not fit or are negative.
    """
    _check_matrix("vectors", vectors, dim=dim)
    if ids.shape != (len(vectors),) or ids.dtype != np.int64:
        raise VectorShapeError(f"ids are {ids.dtype} {ids.shape}; int64 ({len(vectors)},) is wanted")
    if ids.size and ids.min() < 0:
        raise VectorShapeError(f"id {ids.min()} is negative; ids start at 0")
    return np.ascontiguousarray(vectors)


def _check_matrix(name: str, matrix: Vectors, *, dim: int) -> None:
    if matrix.ndim != 2 or matrix.shape[1] != dim or matrix.dtype != np.float32:
        raise VectorShapeError(f"{name} are {matrix.dtype} {matrix.shape}; float32 (*, {dim}) is wanted")
    if not np.isfinite(matrix).all():
        raise VectorShapeError(f"{name} hold NaN or infinity; encode the texts again")
