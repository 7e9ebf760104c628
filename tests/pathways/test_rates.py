from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from casefinder.pathways.rates import (
    Rate,
    Spread,
    Weights,
    effective_n,
    weighted_quantiles,
    weighted_rate,
    weighted_spread,
    wilson_interval,
    without_complements,
)

WEIGHTS = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=40)


@pytest.mark.parametrize(("count", "n"), [(0, 1), (1, 1), (0, 30), (1, 7), (3, 10), (29, 30), (200, 400)])
def test_interval_is_that_of_scipy(count: int, n: int) -> None:
    expected = binomtest(count, n).proportion_ci(method="wilson")
    assert wilson_interval(count / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(WEIGHTS)
def test_effective_number_lies_between_one_and_the_number(weights: list[float]) -> None:
    assert 1 - 1e-9 <= effective_n(weights) <= len(weights) + 1e-9


@given(st.lists(st.tuples(st.booleans(), st.floats(0.05, 1.0)), min_size=1, max_size=40), st.integers(1, 10))
def test_a_rate_has_a_share_exactly_where_enough_patients_stand_behind_it(
    patients: list[tuple[bool, float]], small_cell: int
) -> None:
    rate = weighted_rate([yes for yes, _ in patients], [w for _, w in patients], small_cell=small_cell)
    assert (rate.share is None) == (len(patients) < small_cell)
    if rate.share is not None and rate.low is not None and rate.high is not None:
        assert 0 <= rate.low <= rate.share <= rate.high <= 1


def test_equal_weights_give_the_plain_rate() -> None:
    rate = weighted_rate([True] * 3 + [False] * 7, [0.7] * 10, small_cell=5)
    expected = binomtest(3, 10).proportion_ci(method="wilson")
    assert rate.share is not None
    assert (rate.count, rate.n) == (3, 10)
    assert [rate.share, rate.low, rate.high] == pytest.approx([0.3, expected.low, expected.high])


def test_a_branch_of_few_has_no_rate_even_among_many() -> None:
    assert weighted_rate([True] * 4 + [False] * 96, [1.0] * 100, small_cell=5, behind=4) == Rate(4, 100)


def test_quartiles_of_equal_weights() -> None:
    assert weighted_spread([4, 1, 3, 2, 5], [1.0] * 5, small_cell=5) == Spread(5, 3, 2, 4)
    assert weighted_quantiles([1, 2, 3, 4], [1.0] * 4, (0.25, 0.5, 1)) == (1.5, 2.5, 4)


def test_few_values_have_no_median() -> None:
    assert weighted_spread([1, 2], [1.0, 1.0], small_cell=5) == Spread(2)


@pytest.mark.parametrize(
    ("counts", "given"),
    [
        ((36, 4), ()),
        ((30, 9, 4), (30,)),
        ((30, 6, 4, 1), (30, 6)),
        ((30, 6, 2, 2), (30,)),
        ((20, 10), (20, 10)),
        ((36, 0), (36,)),
        ((3, 1), ()),
    ],
)
def test_a_withheld_share_is_never_one_less_the_rest(counts: tuple[int, ...], given: tuple[int, ...]) -> None:
    everyone = Weights.of([1.0] * sum(counts))
    rates = [everyone.rate(count, count, small_cell=5, behind=count) for count in counts]
    found = without_complements(rates, small_cell=5)
    assert [rate.count for rate in found] == list(counts)
    assert tuple(rate.count for rate in found if rate.share is not None) == given
