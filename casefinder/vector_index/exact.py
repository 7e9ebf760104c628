"""Exact search with numpy: for small case bases, and the oracle that other kinds are tested against."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from casefinder.errors import IndexDamagedError, VectorShapeError
from casefinder.vector_index.protocol import (
    NO_ID,
    NO_SCORE,
    Ids,
    Neighbours,
    Vectors,
    check_queries,
    check_stored,
)


class ExactIndex:
    """Compares every query with every stored vector."""

    def __init__(self, ids: Ids, vectors: Vectors) -> None:
        """Store vectors, float32 [n, dim], under int64 ids [n].

        Raises:
            VectorShapeError: Ids and vectors do not fit each other.
        """
        self._vectors = check_stored(ids, vectors, dim=vectors.shape[1] if vectors.ndim == 2 else 0)
        self._ids = ids.copy()
        if len(np.unique(ids)) < len(ids):
            raise VectorShapeError("an id is given twice; every vector needs an id of its own")

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        return int(self._vectors.shape[1])

    @property
    def size(self) -> int:
        """Number of stored vectors."""
        return len(self._ids)

    def search(self, queries: Vectors, *, k: int, among: Ids | None = None) -> Neighbours:
        """Find the k stored vectors nearest to each query; see ``VectorIndex.search``."""
        queries = check_queries(queries, dim=self.dim, k=k)
        kept = slice(None) if among is None else np.flatnonzero(np.isin(self._ids, among))
        ids, scores = self._ids[kept], queries @ self._vectors[kept].T
        order = np.lexsort((np.broadcast_to(ids, scores.shape), -scores), axis=1)[:, :k]
        return _padded(ids[order], np.take_along_axis(scores, order, axis=1), k=k)

    def save(self, path: Path) -> None:
        """Write ids and vectors as an ``.npz`` archive."""
        with path.open("wb") as file:
            np.savez(file, ids=self._ids, vectors=self._vectors)

    @classmethod
    def load(cls, path: Path) -> ExactIndex:
        """Read what ``save`` wrote.

        Raises:
            IndexDamagedError: The file is no such archive.
        """
        try:
            with path.open("rb") as file, np.lib.npyio.NpzFile(file, allow_pickle=False) as archive:
                return cls(archive["ids"], archive["vectors"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, VectorShapeError) as exc:
            raise IndexDamagedError(f"{path.name} is no exact index; build the index again") from exc


def _padded(ids: Ids, scores: Vectors, *, k: int) -> Neighbours:
    missing = ((0, 0), (0, k - ids.shape[1]))
    return Neighbours(
        ids=np.pad(ids, missing, constant_values=NO_ID),
        scores=np.pad(scores, missing, constant_values=NO_SCORE).astype(np.float32, copy=False),
        exact=True,
    )
