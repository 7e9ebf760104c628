"""Vectors of a snapshot and of what came since, searched as one."""

from __future__ import annotations

import numpy as np

from casefinder.casebase.milvus_fields import expression_of
from casefinder.term_index import Where
from casefinder.vector_index import NO_ID, NO_SCORE, ExactIndex, Ids, IVFIndex, Neighbours, VectorIndex, Vectors
from casefinder.vector_index.milvus import MilvusIndex


class LiveIndex:
    """A snapshot without removed cases, and an exact index of the cases added since. Safe to share between threads."""

    def __init__(self, snapshot: VectorIndex, tail: ExactIndex | None, *, removed: Ids) -> None:
        """Join them.

        Args:
            snapshot: The index of the snapshot.
            tail: The cases added since, without those removed again; None where there are none.
            removed: Keys of the snapshot that are no longer there, rising.
        """
        self._snapshot = snapshot
        self._tail = tail
        self._removed = removed if len(removed) else None

    @property
    def size(self) -> int:
        """Number of vectors that can be found."""
        n_tail = self._tail.size if self._tail else 0
        return self._snapshot.size + n_tail - (0 if self._removed is None else len(self._removed))

    @property
    def filters_itself(self) -> bool:
        """Whether a filter costs no more than none: a server applies it, and returns only so many neighbours."""
        return isinstance(self._snapshot, MilvusIndex)

    def search(
        self,
        queries: Vectors,
        *,
        k: int,
        among: Ids | None = None,
        where: Where | None = None,
        by_codes: bool = False,
    ) -> Neighbours:
        """Find the k stored vectors nearest to each query; see ``VectorIndex.search``.

        Args:
            queries: float32 [n_queries, dim], rows of unit length.
            k: Neighbours wanted per query, at least 1.
            among: Only these ids, when given.
            where: The filter that lets exactly these ids through, where there is one: a server that can say it
                applies it itself, and is not sent the ids.
            by_codes: Whether an inverted file may look for the nearest of these ids by its codes, which takes less
                time and may miss some.
        """
        if by_codes and among is not None and isinstance(self._snapshot, IVFIndex) and self._snapshot.size:
            kept = among if self._removed is None else among[~np.isin(among, self._removed)]
            found = self._snapshot.search_by_codes(queries, k=k, among=kept)
        else:
            found = self._snapshot_without_removed(queries, k=k, among=among, where=where)
        if self._tail is None:
            return found
        later = self._tail.search(queries, k=k, among=among)
        ids = np.concatenate([found.ids, later.ids], axis=1)
        scores = np.concatenate([found.scores, later.scores], axis=1)
        # Both are in order and every id of the tail is above those of the snapshot: equal scores stay ordered by id.
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return Neighbours(
            ids=np.take_along_axis(ids, order, axis=1),
            scores=np.take_along_axis(scores, order, axis=1),
            exact=found.exact,
        )

    def vectors_of(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Return the vectors of those ids that can be found: ids int64 [n] rising, vectors float32 [n, dim]."""
        wanted = ids if self._removed is None else ids[~np.isin(ids, self._removed)]
        parts = [part.vectors_of(wanted) for part in (self._snapshot, self._tail) if part is not None and part.size]
        if len(parts) == 1:
            return parts[0]
        found = [np.zeros(0, dtype=np.int64), *(part for part, _ in parts)]
        vectors = [part for _, part in parts] or [np.zeros((0, 0), dtype=np.float32)]
        return np.concatenate(found), np.concatenate(vectors)  # every id of the tail is above those of the snapshot

    def _snapshot_without_removed(
        self, queries: Vectors, *, k: int, among: Ids | None, where: Where | None
    ) -> Neighbours:
        if not self._snapshot.size:  # it has no vectors, and so not even their dimension
            none = np.full((len(queries), k), NO_ID, dtype=np.int64)
            return Neighbours(none, np.full(none.shape, NO_SCORE, dtype=np.float32), exact=True)
        if isinstance(self._snapshot, MilvusIndex) and where and (expression := expression_of(where)):
            return self._snapshot.search_where(queries, k=k, expression=expression, without=self._removed)
        return self._snapshot.search(queries, k=k, among=among, without=self._removed)
