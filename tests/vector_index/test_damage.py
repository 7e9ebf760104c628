"""Damage to an index file is found when the file is opened or when what was damaged is first read; never served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from casefinder.errors import IndexDamagedError
from casefinder.files.sections import PAGE_BYTES
from casefinder.vector_index import (
    ExactIndex,
    IndexKind,
    IndexPlan,
    IVFBuilder,
    IVFIndex,
    Neighbours,
    VectorIndex,
    Vectors,
    train,
)

DIM, SIZE, N_LISTS, EACH = 16, 5_000, 20, 200
Damage = Callable[[bytes, np.random.Generator], bytes]
Answers = list[list[list[tuple[int, float]]]]


def unit_rows(n_rows: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(n_rows, DIM)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


IDS, VECTORS, QUERIES = np.arange(SIZE, dtype=np.int64), unit_rows(SIZE, 0), unit_rows(6, 1)


def exact(path: Path) -> VectorIndex:
    if not path.exists():
        ExactIndex(IDS, VECTORS).save(path)
    return ExactIndex.load(path)


def ivf(path: Path) -> VectorIndex:
    if not path.exists():
        plan = IndexPlan(IndexKind.IVF, ("a test",), N_LISTS, 4, SIZE, n_parts=8)
        with IVFBuilder(train(plan, VECTORS), path) as builder:
            builder.add(IDS, VECTORS)
            builder.finish()
    return IVFIndex.load(path, n_probes=4, n_compared=8)


def cut_short(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(0, len(content)))]


def page_of_zeros(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(content) // PAGE_BYTES)) * PAGE_BYTES
    return content[:start] + bytes(PAGE_BYTES) + content[start + PAGE_BYTES :]


def flipped_bit(content: bytes, rng: np.random.Generator) -> bytes:
    place, bit = int(rng.integers(0, len(content))), int(rng.integers(0, 8))
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def searches(index: VectorIndex) -> Iterator[Neighbours]:
    yield index.search(QUERIES, k=5)
    yield index.search(QUERIES, k=5, without=IDS[::2])
    yield index.search(QUERIES, k=5, among=IDS[::30])
    yield index.search(QUERIES, k=5, among=IDS[::2])


def answers(index: VectorIndex) -> Answers:
    return [[found.row(row) for row in range(len(QUERIES))] for found in searches(index)]


def served(open_index: Callable[[Path], VectorIndex], path: Path) -> Answers | None:
    """Return the answers of an index, or None where the damage was reported."""
    try:
        return answers(open_index(path))
    except IndexDamagedError:
        return None


@pytest.mark.parametrize("damage", [cut_short, page_of_zeros, flipped_bit])
@pytest.mark.parametrize("open_index", [exact, ivf])
def test_damage_is_never_served(tmp_path: Path, open_index: Callable[[Path], VectorIndex], damage: Damage) -> None:
    path, rng = tmp_path / "vectors.index", np.random.default_rng(7)
    wanted, intact = answers(open_index(path)), path.read_bytes()
    n_reported = 0
    for _ in range(EACH):
        damaged = damage(intact, rng)
        path.write_bytes(damaged)
        found = served(open_index, path)
        assert found is None or found == wanted
        n_reported += found is None
    # What is not reported lies where nothing was read: some lists of the inverted files, and fill.
    assert n_reported >= EACH * 0.8


@pytest.mark.parametrize("damage", [page_of_zeros, flipped_bit])
def test_a_full_check_finds_what_no_search_has_read(tmp_path: Path, damage: Damage) -> None:
    path, rng = tmp_path / "vectors.index", np.random.default_rng(8)
    ivf(path)
    intact = path.read_bytes()
    for _ in range(EACH):
        damaged = damage(intact, rng)
        path.write_bytes(damaged)
        try:
            IVFIndex.load(path, n_probes=4, n_compared=8).check_all()
        except IndexDamagedError:
            continue
        assert damaged == intact
