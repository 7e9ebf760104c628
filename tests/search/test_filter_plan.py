"""The way of answering follows from how much a filter lets through."""

from __future__ import annotations

import pytest

from casefinder.search.filter_plan import FilterPlan, plan_filter

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
