"""How a filtered question is answered: a pure function of how much the filter lets through."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# Measured by scripts/bench/filter_ways.py. So few are ranked whole for 2 ms more, and exact in every part of the score.
_ALL_RANKED: Final = 1_000
# From here on a usual search, wider, is faster than comparing every matching case: from 3 % of 200,000 cases and 1 % of
# a million. Of a tenth it takes half of the time, and a fifth; 0.9875 of the best were found.
_MANY: Final = 0.02
# Comparing fewer than these takes less time than a search so much wider: 17 ms against 39 for 9,856 of 200,000.
_MANY_AT_LEAST: Final = 10_000


class FilterPlan(StrEnum):
    """The three ways."""

    RANK_ALL = "rank all"  # every matching case is compared and ranked: exact
    FULL_PROBE = "full probe"  # every matching case is compared, the nearest are ranked: exact by meaning
    FILTERED_PROBE = "filtered probe"  # a usual search, wider, of which the matching cases are kept


def plan_filter(n_allowed: int, n_cases: int) -> FilterPlan:
    """Choose how to answer, for a filter that lets ``n_allowed`` of ``n_cases`` through."""
    if n_allowed <= _ALL_RANKED:
        return FilterPlan.RANK_ALL
    if max(_MANY * n_cases, _MANY_AT_LEAST) <= n_allowed < n_cases:
        return FilterPlan.FILTERED_PROBE
    return FilterPlan.FULL_PROBE
