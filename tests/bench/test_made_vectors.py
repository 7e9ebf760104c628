"""The vectors that benchmarks make themselves: the same on every machine, whatever part of them is made."""

from __future__ import annotations

import numpy as np
from made_vectors import BLOCK, MadeVectors

SMALL = MadeVectors(dim=32, seed=1)


def test_vectors_are_of_unit_length_and_come_from_the_seed_alone() -> None:
    vectors = SMALL.first(100)
    assert (str(vectors.dtype), vectors.shape) == ("float32", (100, 32))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(MadeVectors(dim=32, seed=1).first(100), vectors)
    assert not np.array_equal(MadeVectors(dim=32, seed=2).first(100), vectors)


def test_a_shorter_series_begins_a_longer_one_and_blocks_make_it_up() -> None:
    longer = SMALL.first(BLOCK + 10)
    np.testing.assert_array_equal(SMALL.first(BLOCK - 5), longer[: BLOCK - 5])
    np.testing.assert_array_equal(np.concatenate(list(SMALL.blocks(BLOCK + 10))), longer)


def test_queries_are_like_the_vectors_but_none_of_them() -> None:
    vectors, queries = SMALL.first(2000), SMALL.queries(50)
    nearest = (queries @ vectors.T).max(axis=1)
    assert (nearest < 0.9999).all()
    assert np.median(nearest) > np.median((vectors[:1000] @ vectors[1000:].T).max(axis=0)) - 0.1
