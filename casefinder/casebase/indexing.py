"""Deriving the vector index from the records, and measuring what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from casefinder.case_store import CaseStore
from casefinder.vector_index import (
    ExactIndex,
    Ids,
    IndexKind,
    IndexPlan,
    IVFBuilder,
    IVFIndex,
    Vectors,
    plan_index,
    train,
)

FileIndex: TypeAlias = ExactIndex | IVFIndex  # kinds whose index is a file derived from the records

_RECALL_QUERIES: Final = 200  # the standard error of a recall of 0.99 over 200 x 10 neighbours is 0.2 points
_RECALL_K: Final = 10
_SEED: Final = 20_240_301


def write_index(store: CaseStore, path: Path, *, advance: Callable[[int], None]) -> tuple[IndexPlan, float]:
    """Build the index of all cases of a store and write it to a file.

    Args:
        store: The records with their vectors.
        path: File to write.
        advance: Called with the number of vectors added, after each batch.

    Returns:
        The plan that was followed, and the measured recall@10 against exact search (0-1).
    """
    plan = plan_index(store.count())
    if plan.kind is IndexKind.EXACT:
        ids, vectors = _everything(store)
        ExactIndex(ids, vectors).save(path)
        advance(len(ids))
        return plan, 1.0
    with IVFBuilder(train(plan, _training_sample(store, plan)), path) as builder:
        for ids, vectors in store.vectors():
            builder.add(ids, vectors)
            advance(len(ids))
        builder.finish()
    return plan, _measured_recall(load_index(path, plan), store)


def extend_index(index: FileIndex, path: Path, *, added: Iterable[tuple[Ids, Vectors]], without: Ids) -> None:
    """Write an index that holds what another does, less some ids, and further vectors. Nothing is trained.

    Args:
        index: What is begun with; it stays as it is.
        path: File to write.
        added: Batches of ids, int64 [n], and vectors, float32 [n, dim].
        without: Ids that are not taken over.

    Raises:
        IndexDamagedError: The index was altered on disk.
        VectorShapeError: Ids and vectors do not fit each other or the index.
    """
    if isinstance(index, ExactIndex):
        ids, vectors = _joined(added, dim=index.dim)
        index.extended(ids, vectors, without=without).save(path)
        return
    with IVFBuilder(index.trained(), path, base=index, without=without) as builder:
        for ids, vectors in added:
            builder.add(ids, vectors)
        builder.finish()


def needs_training(index: FileIndex) -> bool:
    """Tell whether an index should be planned and trained anew, because it has moved too far from its plan."""
    if isinstance(index, ExactIndex):
        return plan_index(index.size).kind is not IndexKind.EXACT
    return index.drift.needs_training


def load_index(path: Path, plan: IndexPlan) -> FileIndex:
    """Open an index file as its plan says.

    Raises:
        IndexDamagedError: The file is missing, cut short, altered, or not of that kind.
    """
    if plan.kind is IndexKind.EXACT:
        return ExactIndex.load(path)
    return IVFIndex.load(path, n_probes=plan.n_probes, n_compared=plan.n_compared)


def _everything(store: CaseStore) -> tuple[Ids, Vectors]:
    return _joined(store.vectors(), dim=0)


def _joined(batches: Iterable[tuple[Ids, Vectors]], *, dim: int) -> tuple[Ids, Vectors]:
    parts = list(batches)
    if not parts:
        return np.zeros(0, dtype=np.int64), np.zeros((0, dim), dtype=np.float32)
    ids, vectors = zip(*parts, strict=True)
    return np.concatenate(ids), np.concatenate(vectors)


def _training_sample(store: CaseStore, plan: IndexPlan) -> Vectors:
    """Draw vectors evenly from the whole base, which may be sorted by department or date."""
    n_cases = store.count()
    chosen = np.zeros(n_cases, dtype=bool)
    chosen[np.random.default_rng(_SEED).choice(n_cases, plan.n_training, replace=False)] = True
    return _pick(store, chosen)


def _measured_recall(index: FileIndex, store: CaseStore) -> float:
    n_cases = store.count()
    chosen = np.zeros(n_cases, dtype=bool)
    chosen[np.random.default_rng(_SEED + 1).choice(n_cases, min(_RECALL_QUERIES, n_cases), replace=False)] = True
    queries = _pick(store, chosen)
    found = index.search(queries, k=_RECALL_K).scores
    wanted = _exact_scores(queries, store)
    # Compared by score: among equally near cases either is right. Float16 codes are summed in another order.
    return float((found >= wanted[:, -1:] - 1e-5).mean())


def _exact_scores(queries: Vectors, store: CaseStore) -> Vectors:
    """Return the best scores of each query over all cases: float32 [n_queries, k], best first."""
    best = np.full((len(queries), _RECALL_K), -np.inf, dtype=np.float32)
    for _, vectors in store.vectors():
        scores = np.concatenate([best, queries @ vectors.T], axis=1)
        best = -np.sort(-np.partition(scores, -_RECALL_K, axis=1)[:, -_RECALL_K:], axis=1)
    return best


def _pick(store: CaseStore, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Vectors:
    parts, start = [], 0
    for ids, vectors in store.vectors():
        parts.append(vectors[chosen[start : start + len(ids)]])
        start += len(ids)
    return np.concatenate(parts)
