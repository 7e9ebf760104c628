"""How a filtered question is answered: a pure function of how much the filter lets through."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

# Measured by scripts/bench/filter_ways.py. So few are ranked whole for 2 ms more, and exact in every part of the score.
_ALL_RANKED: Final = 1_000
# Comparing so many vectors takes as long as looking at the codes of all, some 1.5 ms for each 200,000.
_COMPARED: Final = 4_000
_COMPARED_SHARE: Final = 0.01
# From here on a usual search finds enough that match, and naming all that match would take longer.
_MOST_SHARE: Final = 0.25
_PER_SIDE: Final = 100  # ten times the usual k from either side leaves ranking something to choose from
_PER_HIT: Final = 2
# Behind a filter the nearest are often strangers, near in no single side, so more of them are ranked: as many as this
# times the root of the matching cases. Measured on a million cases, 16 questions about anything: recall@10 among 89,000
# cases of cardiology is 0.80 with 100 from a side, 0.92 with 300, 0.98 with 900, 1.00 with 1,000; among 11,000 cases of
# diabetes 0.94 with 100 and 1.00 with 320.
_PER_ROOT_MATCHING: Final = 3.5


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


def n_per_side(k: int, *, n_allowed: int = 0, plan: FilterPlan | None = None) -> int:
    """Return how many cases are taken from each side (meaning, words, findings, names) for the k best.

    Args:
        k: Cases wanted.
        n_allowed: How many a filter lets through, where there is one.
        plan: How a filtered question is answered. A filtered probe fetches many more than it keeps, and lets through
            so much that the usual number is enough.
    """
    n_wider = 0 if plan is FilterPlan.FILTERED_PROBE else math.ceil(_PER_ROOT_MATCHING * math.sqrt(n_allowed))
    return max(_PER_SIDE, _PER_HIT * k, n_wider)
