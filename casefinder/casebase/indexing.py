"""Deriving the vector index from the records, and measuring what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import CaseStore
from casefinder.casebase.aims import FAISS, IndexAims
from casefinder.casebase.milvus_index import open_collection, write_collection
from casefinder.vector_index import (
    Effort,
    ExactIndex,
    Ids,
    IndexKind,
    IndexPlan,
    IVFBuilder,
    IVFIndex,
    Probe,
    Vectors,
    choose_effort,
    plan_index,
    train,
)
from casefinder.vector_index.milvus import MilvusIndex

FileIndex: TypeAlias = ExactIndex | IVFIndex  # kinds whose index is a file derived from the records
AnyIndex: TypeAlias = FileIndex | MilvusIndex

_PROBE_CASES: Final = 500  # the standard error of a recall of 0.99 over 500 x 10 neighbours is 0.15 points
_SEED: Final = 20_240_301


def write_index(
    store: CaseStore,
    path: Path,
    *,
    aims: IndexAims,
    advance: Callable[[int], None],
) -> tuple[IndexPlan, float]:
    """Build the index of all cases of a store and write it to a file, or bring it to a server that the file names.

    The vectors are read twice: once for the sample to train on, once to be added.

    Args:
        store: The records with their vectors.
        path: File to write.
        aims: What the index is made to be.
        advance: Called with the number of vectors added, after each batch.

    Returns:
        The plan that was followed, and the measured recall@10 against exact search (0-1).
    """
    n_cases = store.count()
    if aims.vector_index != FAISS:
        plan = write_collection(store, path, vector_index=aims.vector_index, advance=advance)
        return plan, float(probe_of(store).recalls(open_collection(path)).mean()) if n_cases else 1.0
    plan = plan_index(n_cases, dim=_dim_of(store), memory_bytes=aims.memory_bytes)
    if plan.kind is IndexKind.EXACT:
        ids, vectors = _joined(store.vectors(), dim=0)
        ExactIndex(ids, vectors).save(path)
        advance(len(ids))
        return plan, 1.0
    draws = np.random.default_rng(_SEED).permutation(n_cases)
    keys, sample = _picked(store, draws[: max(plan.n_training, _PROBE_CASES)])
    probe = Probe(keys[:: len(keys) // _PROBE_CASES], sample[:: len(keys) // _PROBE_CASES].astype(np.float32))
    with IVFBuilder(train(plan, sample), path) as builder:
        del sample
        for ids, vectors in store.vectors():
            builder.add(ids, vectors)
            probe.see(ids, vectors)
            advance(len(ids))
        builder.finish()
    effort = choose_effort(_ivf(path, plan), probe, target=aims.target_recall)
    return with_effort(plan, effort, target=aims.target_recall), effort.recall


def with_effort(plan: IndexPlan, effort: Effort, *, target: float) -> IndexPlan:
    """Return a plan that searches as was measured, with the reason."""
    reached = "reaches" if effort.reaches(target) else "falls short of"
    reason = (
        f"search: {effort.n_probes} of {plan.n_lists} lists, {effort.n_compared} vectors compared for each neighbour;"
        f" recall@10 {effort.recall:.4f} ± {effort.margin:.4f} on the base's own cases {reached} {target:g}"
    )
    reasons = (*(one for one in plan.reasons if not one.startswith("search:")), reason)
    return replace(plan, reasons=reasons, n_probes=effort.n_probes, n_compared=effort.n_compared)


def probe_of(store: CaseStore) -> Probe:
    """Return questions and their true neighbours, for measuring an index of all cases of a store."""
    draws = np.random.default_rng(_SEED).permutation(store.count())
    keys, asked = _picked(store, draws[:_PROBE_CASES])
    probe = Probe(keys, asked.astype(np.float32))
    for ids, vectors in store.vectors():
        probe.see(ids, vectors)
    return probe


def probe_of_index(index: IVFIndex) -> Probe:
    """Return some vectors of an index as questions, with their true neighbours; the whole index is read.

    Raises:
        IndexDamagedError: The index was altered on disk.
    """
    places = np.sort(np.random.default_rng(_SEED).permutation(index.size)[:_PROBE_CASES])
    probe = Probe(index.rows.ids(places), index.rows.vectors(places))
    for number in range(index.n_lists):
        codes, ids = index.rows.list_bytes(number)
        probe.see(ids, index.rows.decoded(codes))
    return probe


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
    with IVFBuilder(index.trained, path, base=index, without=without) as builder:
        for ids, vectors in added:
            builder.add(ids, vectors)
        builder.finish()


def needs_training(index: FileIndex) -> bool:
    """Tell whether an index should be planned and trained anew, because it has moved too far from its plan."""
    if isinstance(index, ExactIndex):
        return index.size > 0 and plan_index(index.size, dim=index.dim).kind is not IndexKind.EXACT
    return index.drift.needs_training


def load_index(path: Path, plan: IndexPlan) -> AnyIndex:
    """Open an index file as its plan says.

    Raises:
        IndexDamagedError: The file is missing, cut short, altered, or not of that kind.
        IndexUnavailableError: It names a server that does not answer.
    """
    return open_collection(path) if plan.kind is IndexKind.MILVUS else load_file_index(path, plan)


def load_file_index(path: Path, plan: IndexPlan) -> FileIndex:
    """Open an index file of a kind that is searched in this process.

    Raises:
        IndexDamagedError: The file is missing, cut short, altered, or not of that kind.
    """
    return ExactIndex.load(path) if plan.kind is IndexKind.EXACT else _ivf(path, plan)


def _ivf(path: Path, plan: IndexPlan) -> IVFIndex:
    return IVFIndex.load(path, n_probes=plan.n_probes, n_compared=plan.n_compared)


def _dim_of(store: CaseStore) -> int:
    return next((vectors.shape[1] for _, vectors in store.vectors()), 1)


def _joined(batches: Iterable[tuple[Ids, Vectors]], *, dim: int) -> tuple[Ids, Vectors]:
    parts = list(batches)
    if not parts:
        return np.zeros(0, dtype=np.int64), np.zeros((0, dim), dtype=np.float32)
    ids, vectors = zip(*parts, strict=True)
    return np.concatenate(ids), np.concatenate(vectors)


def _picked(store: CaseStore, places: NDArray[np.int64]) -> tuple[Ids, NDArray[np.float16]]:
    """Read the vectors at some places of the order of keys: evenly drawn, for a base may be sorted by date."""
    is_chosen = np.zeros(store.count(), dtype=np.bool_)
    is_chosen[places] = True
    ids, parts, start = [], [], 0
    for keys, vectors in store.vectors():
        chosen = is_chosen[start : start + len(keys)]
        ids.append(keys[chosen])
        parts.append(vectors[chosen].astype(np.float16))  # as they are stored: nothing is lost
        start += len(keys)
    return np.concatenate(ids), np.concatenate(parts)
