"""Exact search with numpy: for small case bases, and the oracle that other kinds are tested against."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from casefinder.errors import VectorShapeError
from casefinder.files import SectionFile, SectionWriter
from casefinder.vector_index.protocol import (
    Ids,
    Neighbours,
    Vectors,
    best_first,
    check_queries,
    check_stored,
)

KIND: Final = "exact"


class ExactIndex:
    """Compares every query with every stored vector. Safe to share between threads."""

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

    def search(self, queries: Vectors, *, k: int, among: Ids | None = None, without: Ids | None = None) -> Neighbours:
        """Find the k stored vectors nearest to each query; see ``VectorIndex.search``."""
        queries = check_queries(queries, dim=self.dim, k=k)
        if among is None and (without is None or not len(without)):
            return best_first(self._ids, queries @ self._vectors.T, k=k, exact=True)
        is_kept = np.ones(self.size, dtype=np.bool_) if among is None else np.isin(self._ids, among)
        if without is not None:
            is_kept &= ~np.isin(self._ids, without)
        return best_first(self._ids[is_kept], queries @ self._vectors[is_kept].T, k=k, exact=True)

    def vectors_of(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Return the vectors of those ids that are stored; see ``VectorIndex.vectors_of``."""
        places = np.flatnonzero(np.isin(self._ids, ids))
        places = places[np.argsort(self._ids[places])]
        return self._ids[places], self._vectors[places]

    def extended(self, ids: Ids, vectors: Vectors, *, without: Ids) -> ExactIndex:
        """Return an index that holds what this one does, less some ids, and further vectors.

        Raises:
            VectorShapeError: Ids and vectors do not fit each other or the index.
        """
        added = check_stored(ids, vectors, dim=self.dim)
        is_kept = ~np.isin(self._ids, without)
        return ExactIndex(np.concatenate([self._ids[is_kept], ids]), np.concatenate([self._vectors[is_kept], added]))

    def save(self, path: Path) -> None:
        """Write ids and vectors, with checksums, and push them to the disk."""
        with SectionWriter(path) as writer:
            writer.add("ids", self._ids)
            writer.add("vectors", self._vectors)
            writer.finish({"kind": KIND, "dim": self.dim})

    @classmethod
    def load(cls, path: Path) -> ExactIndex:
        """Read what ``save`` wrote, whole and checked: it is small.

        Raises:
            IndexDamagedError: The file is missing, cut short, altered, or holds something else.
        """
        file = SectionFile(path)
        file.check_kind((KIND,), "an exact index")
        return cls(file.array("ids"), file.array("vectors").reshape(-1, file.facts["dim"]))
