"""Deriving the vector index from the records, and measuring what it finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from casefinder.case_store import CaseStore
from casefinder.vector_index import (
    ExactIndex,
    Ids,
    IndexKind,
    IndexPlan,
    IVFBuilder,
    IVFIndex,
    VectorIndex,
    Vectors,
    plan_index,
)

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
    builder = IVFBuilder(plan, _training_sample(store, plan))
    for ids, vectors in store.vectors():
        builder.add(ids, vectors)
        advance(len(ids))
    index = builder.finish()
    index.save(path)
    return plan, _measured_recall(index, store)


def load_index(path: Path, plan: IndexPlan) -> VectorIndex:
    """Open an index file as its plan says.

    Raises:
        IndexDamagedError: The file is not of that kind.
    """
    if plan.kind is IndexKind.EXACT:
        return ExactIndex.load(path)
    return IVFIndex.load(path, n_probes=plan.n_probes)


def _everything(store: CaseStore) -> tuple[Ids, Vectors]:
    ids, vectors = zip(*store.vectors(), strict=True)
    return np.concatenate(ids), np.concatenate(vectors)


def _training_sample(store: CaseStore, plan: IndexPlan) -> Vectors:
    """Draw vectors evenly from the whole base, which may be sorted by department or date."""
    n_cases = store.count()
    chosen = np.zeros(n_cases, dtype=bool)
    chosen[np.random.default_rng(_SEED).choice(n_cases, plan.n_training, replace=False)] = True
    return _pick(store, chosen)


def _measured_recall(index: IVFIndex, store: CaseStore) -> float:
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
