"""The way of answering follows from how much a filter lets through."""

from __future__ import annotations

import pytest

from casefinder.search.filter_plan import FilterPlan, n_near, n_per_side, n_together, plan_filter

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("n_allowed", "n_cases", "wanted"),
    [
        (0, MILLION, FilterPlan.RANK_ALL),
        (1_000, MILLION, FilterPlan.RANK_ALL),
        (1_001, MILLION, FilterPlan.FULL_PROBE),
        (4_000, MILLION, FilterPlan.FULL_PROBE),
        (4_001, MILLION, FilterPlan.CODES),
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
    ("k", "n_allowed", "per_side", "together", "near"),
    [
        (1, 5_000, 100, 400, 1_000),
        (10, 20_000, 100, 400, 1_000),
        (10, 90_000, 100, 750, 1_950),
        (600, 20_000, 1_200, 2_400, 2_400),
    ],
)
def test_more_is_ranked_for_more_hits_and_behind_wider_filters(
    k: int, n_allowed: int, per_side: int, together: int, near: int
) -> None:
    assert (n_per_side(k), n_together(k, n_allowed), n_near(k, n_allowed)) == (per_side, together, near)
