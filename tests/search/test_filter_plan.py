"""The way of answering follows from how much a filter lets through."""

from __future__ import annotations

import pytest

from casefinder.search.filter_plan import FilterPlan, n_per_side, plan_filter

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("n_allowed", "n_cases", "wanted"),
    [
        (0, MILLION, FilterPlan.RANK_ALL),
        (1_000, MILLION, FilterPlan.RANK_ALL),
        (1_001, MILLION, FilterPlan.FULL_PROBE),
        (10_000, MILLION, FilterPlan.FULL_PROBE),
        (10_001, MILLION, FilterPlan.CODES),
        (4_000, 200_000, FilterPlan.FULL_PROBE),
        (4_001, 200_000, FilterPlan.CODES),
        (49_999, 200_000, FilterPlan.CODES),
        (50_000, 200_000, FilterPlan.FILTERED_PROBE),
        (MILLION, MILLION, FilterPlan.FILTERED_PROBE),
        (3_000, 3_000, FilterPlan.FULL_PROBE),
    ],
)
def test_way_follows_from_what_the_filter_lets_through(n_allowed: int, n_cases: int, wanted: FilterPlan) -> None:
    assert plan_filter(n_allowed, n_cases) is wanted


@pytest.mark.parametrize(
    ("k", "n_allowed", "plan", "wanted"),
    [
        (10, 0, None, 100),
        (80, 0, None, 160),
        (10, 900, FilterPlan.RANK_ALL, 105),
        (10, 10_000, FilterPlan.FULL_PROBE, 350),
        (10, 90_000, FilterPlan.CODES, 1_050),
        (600, 90_000, FilterPlan.CODES, 1_200),
        (10, 500_000, FilterPlan.FILTERED_PROBE, 100),
    ],
)
def test_more_is_ranked_behind_a_filter_that_lets_strangers_through(
    k: int, n_allowed: int, plan: FilterPlan | None, wanted: int
) -> None:
    assert n_per_side(k, n_allowed=n_allowed, plan=plan) == wanted
