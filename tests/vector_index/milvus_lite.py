"""Collections in Milvus Lite, for tests: a Milvus server within this process, over a local file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from casefinder.vector_index import Ids, Vectors
from casefinder.vector_index.milvus import (
    Collection,
    MilvusConnection,
    MilvusIndex,
    MilvusKind,
    MilvusPlan,
    Rows,
    reconcile,
)

IS_THERE = find_spec("milvus_lite") is not None
needs_milvus = pytest.mark.skipif(not IS_THERE, reason="needs Milvus Lite: pip install 'casefinder[milvus]'")
N_LISTS = 8
GRAPH = MilvusPlan(MilvusKind.HNSW, ef=64)


def inverted_file(n_probes: int = N_LISTS) -> MilvusPlan:
    return MilvusPlan(MilvusKind.IVF, N_LISTS, n_probes)


def batches(ids: Ids, vectors: Vectors, *, n_rows: int = 250) -> Sequence[Rows]:
    parts = [slice(start, start + n_rows) for start in range(0, len(ids), n_rows)]
    return [Rows(ids[part], vectors[part], [{}] * len(ids[part])) for part in parts]


def filled(path: Path, ids: Ids, vectors: Vectors, plan: MilvusPlan) -> MilvusIndex:
    """Store vectors in a file beside the path, in a collection named like it."""
    collection = Collection(MilvusConnection(str(path.with_name("milvus.db"))), path.name)
    collection.create(plan, dim=vectors.shape[1])
    reconcile(collection, batches(ids, vectors))
    return MilvusIndex(collection, plan)
