"""How a filtered question is answered: a pure function of how much the filter lets through."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# Measured by scripts/bench/filter_ways.py. So few are ranked whole for 2 ms more, and exact in every part of the score.
_ALL_RANKED: Final = 1_000
# Comparing so many vectors takes as long as looking at the codes of all, some 1.5 ms for each 200,000.
_COMPARED: Final = 4_000
_COMPARED_SHARE: Final = 0.01
# From here on a usual search finds enough that match, and naming all that match would take longer.
_MOST_SHARE: Final = 0.25


class FilterPlan(StrEnum):
    """The four ways."""

    RANK_ALL = "rank all"  # every matching case is compared and ranked: exact
    FULL_PROBE = "full probe"  # every matching case is compared, the nearest are ranked: exact by meaning
    CODES = "codes of all"  # every matching case is compared by its code, the nearest by their vectors
    FILTERED_PROBE = "filtered probe"  # a usual search, wider, of which the matching cases are kept


def plan_filter(n_allowed: int, n_cases: int) -> FilterPlan:
    """Choose how to answer, for a filter that lets ``n_allowed`` of ``n_cases`` through."""
    if n_allowed <= _ALL_RANKED:
        return FilterPlan.RANK_ALL
    if n_allowed <= max(_COMPARED, _COMPARED_SHARE * n_cases):
        return FilterPlan.FULL_PROBE
    return FilterPlan.FILTERED_PROBE if n_allowed >= _MOST_SHARE * n_cases else FilterPlan.CODES
