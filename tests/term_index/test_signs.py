"""What is near is among those whose signs are most alike."""

from __future__ import annotations

import numpy as np
import pytest

from casefinder.term_index.signs import most_alike, n_sign_words, signs_of


@pytest.mark.parametrize("dim", [4, 16, 100, 512])
def test_signs_take_one_bit_per_component(dim: int) -> None:
    vectors = np.random.default_rng(dim).standard_normal((7, dim)).astype(np.float32)
    signs = signs_of(vectors)
    assert signs.shape == (7, n_sign_words(dim))
    differing = [[bin(int(a) ^ int(b)).count("1") for a, b in zip(signs[0], other, strict=True)] for other in signs]
    assert [sum(bits) for bits in differing] == ((vectors[0] > 0) != (vectors > 0)).sum(axis=1).tolist()


def test_near_vectors_are_among_the_most_alike() -> None:
    rng = np.random.default_rng(0)
    mean, topics = 0.7 * rng.standard_normal(512), rng.standard_normal((300, 512))
    vectors = mean + topics[rng.integers(0, 300, 20_000)] + 0.9 * rng.standard_normal((20_000, 512))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    signs = signs_of(vectors)
    for number in range(40):
        query = vectors[number] + 0.3 * rng.standard_normal(512).astype(np.float32) / np.sqrt(512, dtype=np.float32)
        best = np.argsort(-(vectors @ query))[:20]
        assert set(best) <= set(most_alike(signs, query, 256))
