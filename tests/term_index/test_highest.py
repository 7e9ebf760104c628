"""The highest values are those that sorting finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefinder.term_index.highest import highest

SHAPES = [(0, 5), (3, 5), (700, 1), (5_000, 3), (5_000, 900), (200_003, 100)]


@pytest.mark.parametrize(("n_values", "n"), SHAPES)
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 1.0])
def test_highest_values_are_those_of_sorting(n_values: int, n: int, share: float) -> None:
    rng = np.random.default_rng(n_values)
    values = np.where(rng.random(n_values) < share, rng.random(n_values), 0).astype(np.float32)
    places = highest(values, n)
    wanted = np.sort(values[values > 0])[::-1][:n]
    assert places.tolist() == sorted(set(places.tolist()))
    assert np.sort(values[places])[::-1].tolist() == wanted.tolist()


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=2_000), st.integers(1, 5))
def test_equal_values_make_no_difference(values: list[float], n: int) -> None:
    places = highest(np.array(values, dtype=np.float32), n)
    assert sorted((values[place] for place in places), reverse=True) == sorted(filter(None, values), reverse=True)[:n]
