"""A large case base out of a small one, for timing what happens in memory: a million cases in minutes.

The cases of a built base are repeated under new keys. Their vectors are moved a little, so that no two are equal, and
visit dates are drawn anew, so that a range of days lets through any share wanted. The records stay the small ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from casefinder.case_store import CaseStore, StoredCase
from casefinder.term_index import TermIndex, TermPart, read_terms, write_merged_terms
from casefinder.term_index.sorted_keys import STRIDE
from casefinder.vector_index import Ids, IVFBuilder, IVFIndex, Vectors, plan_index, train

N_DAYS = 10_000  # of visits: a range of ten days lets one case in a thousand through
FIRST_DAY = 730_000
_MOVED = 0.25  # of a unit vector


class WidenedStore:
    """The records of a small case base, each under many keys."""

    def __init__(self, store: CaseStore, keys: Ids) -> None:
        """Repeat the cases of some keys, rising: the n-th copy of key number i has key n * len(keys) + i."""
        self._store = store
        self._keys = keys

    def hydrated(self, keys: Sequence[int]) -> dict[int, StoredCase]:
        """Return cases by key."""
        originals: list[int] = self._keys[np.asarray(keys) % len(self._keys)].tolist()
        stored = self._store.hydrated(originals)
        return {key: stored[original] for key, original in zip(keys, originals, strict=True)}


def widened_terms(part: TermPart, n_cases: int, path: Path) -> TermIndex:
    """Write the terms of a part as often as makes ``n_cases``, and open them."""
    if not path.exists():
        write_merged_terms(path, [_copy(part, number) for number in range(n_cases // part.n_rows)])
    return TermIndex([read_terms(path)])


def widened_vectors(store: CaseStore, n_cases: int) -> Iterator[tuple[Ids, Vectors]]:
    """Go through the vectors of the widened base, copy by copy."""
    vectors = np.concatenate([batch for _, batch in store.vectors()])
    for number in range(n_cases // len(vectors)):
        rng = np.random.default_rng(number)
        moved = vectors + rng.standard_normal(vectors.shape, dtype=np.float32) * np.float32(
            _MOVED / vectors.shape[1] ** 0.5
        )
        rows = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
        yield np.arange(len(rows), dtype=np.int64) + number * len(rows), rows


def _copy(part: TermPart, number: int) -> TermPart:
    keys = np.arange(part.n_rows, dtype="<i8") + number * part.n_rows
    days = np.random.default_rng(number).integers(0, N_DAYS, part.n_rows, dtype="<i4") + np.int32(FIRST_DAY)
    moved = {"keys": keys, "key_samples": keys[::STRIDE], "visit_days": days}
    return TermPart({**part.arrays, **moved})


def widened_index(store: CaseStore, n_cases: int, path: Path) -> IVFIndex:
    """Write a vector index of the widened base as a build would, and open it."""
    _, first = next(iter(widened_vectors(store, n_cases)))
    plan = plan_index(n_cases, dim=first.shape[1])
    if not path.exists():
        every = max(1, n_cases // plan.n_training)
        sample = np.concatenate([vectors[::every] for _, vectors in widened_vectors(store, n_cases)])
        with IVFBuilder(train(plan, sample), path) as builder:
            for ids, vectors in widened_vectors(store, n_cases):
                builder.add(ids, vectors)
            builder.finish()
    return IVFIndex.load(path, n_probes=plan.n_probes, n_compared=plan.n_compared)
