"""Searching a collection on a Milvus server as any other vector index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from casefinder.errors import VectorShapeError
from casefinder.vector_index.milvus.collection import ID_FIELD, VECTOR_FIELD, Collection, MilvusKind, MilvusPlan
from casefinder.vector_index.milvus.expressions import all_of, one_of
from casefinder.vector_index.protocol import (
    NO_ID,
    NO_SCORE,
    Ids,
    Neighbours,
    Vectors,
    best_first,
    check_queries,
)

_MOST_FOUND: Final = 16_384  # topK and nq, the server's own limits
_ALL_LISTS: Final = 65_536  # the largest nprobe; a server clamps it to the lists that a segment really has
_IDS_PER_CALL: Final = 10_000  # an expression of some 80 KB; a server reads longer ones slowly


class MilvusIndex:
    """A collection, searched by inner product. Safe to search from many threads."""

    def __init__(self, collection: Collection, plan: MilvusPlan) -> None:
        """Search a collection as planned.

        Raises:
            IndexDamagedError: It is not there, or is no collection of ours.
            IndexUnavailableError: The server does not answer.
        """
        self.collection = collection
        self._plan = plan
        self._dim = collection.dim()
        self._size = collection.count()

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        return self._dim

    @property
    def size(self) -> int:
        """Number of stored vectors, when the index was opened."""
        return self._size

    def search(self, queries: Vectors, *, k: int, among: Ids | None = None, without: Ids | None = None) -> Neighbours:
        """Find the k stored vectors nearest to each query; see ``VectorIndex.search``.

        Raises:
            VectorShapeError: As there, or k is beyond what the server returns.
        """
        queries = check_queries(queries, dim=self.dim, k=k)
        if among is None:
            return self._ask(queries, k=k, expression=_without(without), exact=self._plan.exact)
        wanted = np.unique(among if without is None else among[~np.isin(among, without)])
        if self._plan.kind is MilvusKind.HNSW:
            return _best([_compared(queries, *batch) for batch in self.collection.vectors(wanted)], queries, k=k)
        batches = [wanted[start : start + _IDS_PER_CALL] for start in range(0, len(wanted), _IDS_PER_CALL)]
        return _best(
            [self._ask(queries, k=k, expression=one_of(ID_FIELD, batch.tolist()), exact=True) for batch in batches],
            queries,
            k=k,
        )

    def vectors_of(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Return the vectors of those ids that are stored; see ``VectorIndex.vectors_of``.

        Raises:
            IndexUnavailableError: The server does not answer.
        """
        batches = [(ids[:0], np.zeros((0, self.dim), dtype=np.float32)), *self.collection.vectors(np.unique(ids))]
        found = np.concatenate([batch for batch, _ in batches])
        order = np.argsort(found)
        return found[order], np.concatenate([vectors for _, vectors in batches])[order]

    def search_where(self, queries: Vectors, *, k: int, expression: str, without: Ids | None = None) -> Neighbours:
        """Find the k nearest vectors among those whose fields an expression matches.

        Exact with an inverted file, all of whose lists are searched; a graph may miss some.

        Raises:
            VectorShapeError: As ``search``.
        """
        queries = check_queries(queries, dim=self.dim, k=k)
        exact = self._plan.kind is MilvusKind.IVF
        return self._ask(queries, k=k, expression=all_of([expression, _without(without)]), exact=exact)

    def _ask(self, queries: Vectors, *, k: int, expression: str, exact: bool) -> Neighbours:
        n_wanted = min(k, self._size)
        if n_wanted > _MOST_FOUND:
            raise VectorShapeError(f"k is {k}; a Milvus server returns at most {_MOST_FOUND} neighbours")
        answers = [self._hits(part, n_wanted, expression, exact=exact) for part in _parts(queries)] if n_wanted else []
        ids = np.full((len(queries), n_wanted), NO_ID, dtype=np.int64)
        scores = np.full(ids.shape, NO_SCORE, dtype=np.float32)
        for row, hits in enumerate(hits for answer in answers for hits in answer):
            ids[row, : len(hits)] = [hit[ID_FIELD] for hit in hits]
            scores[row, : len(hits)] = [hit["distance"] for hit in hits]
        return best_first(ids, scores, k=k, exact=exact)

    def _hits(self, queries: Vectors, n_wanted: int, expression: str, *, exact: bool) -> Any:  # noqa: ANN401
        parameters = {"nprobe": _ALL_LISTS if exact else self._plan.n_probes}
        if self._plan.kind is MilvusKind.HNSW:
            parameters = {"ef": max(self._plan.ef, n_wanted)}  # the server refuses fewer candidates than results
        return self.collection.connection.call(
            "search",
            collection_name=self.collection.name,
            data=list(queries),
            anns_field=VECTOR_FIELD,
            filter=expression,
            limit=n_wanted,
            output_fields=[ID_FIELD],  # with an empty list Milvus Lite sends every field, the vectors too
            search_params={"metric_type": "IP", "params": parameters},
            consistency_level="Strong",
        )


def _without(removed: Ids | None) -> str:
    if removed is None or not len(removed):
        return ""
    return f"not ({one_of(ID_FIELD, np.unique(removed).tolist())})"


def _parts(queries: Vectors) -> Iterator[Vectors]:
    for start in range(0, len(queries), _MOST_FOUND):
        yield queries[start : start + _MOST_FOUND]


def _compared(queries: Vectors, ids: Ids, vectors: Vectors) -> Neighbours:
    scores = queries @ vectors.T
    return Neighbours(np.broadcast_to(ids, scores.shape), scores, exact=True)


def _best(parts: list[Neighbours], queries: Vectors, *, k: int) -> Neighbours:
    """Join exact answers over different ids to the k best."""
    nothing = np.full((len(queries), 0), NO_ID, dtype=np.int64)
    ids = np.concatenate([nothing, *(part.ids for part in parts)], axis=1)
    scores = np.concatenate([nothing.astype(np.float32), *(part.scores for part in parts)], axis=1)
    return best_first(ids, scores, k=k, exact=True)
