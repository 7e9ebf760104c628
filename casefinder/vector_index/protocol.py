"""What every vector index offers: int64 ids and float32 vectors, nothing of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import VectorShapeError

Vectors: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.int64]

NO_ID: Final = -1  # fills the end of a row that has fewer than k neighbours
NO_SCORE: Final = float("-inf")


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

    def search(self, queries: Vectors, *, k: int, among: Ids | None = None) -> Neighbours:
        """Find the k stored vectors nearest to each query by inner product.

        Args:
            queries: float32 [n_queries, dim], rows of unit length.
            k: Neighbours wanted per query, at least 1.
            among: When given, only these ids are candidates, and the answer is exact. Ids that are not stored
                and ids that are given twice do not matter.

        Returns:
            One row per query, best first; equal scores are ordered by id. Where the k-th score is shared by
            further vectors, which of them are returned is open.

        Raises:
            VectorShapeError: The queries are not [*, dim] float32, hold NaN or a zero row; or k < 1.
        """
        ...


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
