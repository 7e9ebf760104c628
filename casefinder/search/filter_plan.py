"""How a filtered question is answered: a pure function of how much the filter lets through."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# So few are ranked whole in a few milliseconds, and their answer is exact in every part of the score.
_ALL_RANKED: Final = 500
# From here on nearly every list holds matching cases: a usual search finds enough of them, and searching all
# lists behind a selector would compare with most of the case base. Chosen by reasoning, not yet by measurement.
_MOST: Final = 0.3


class FilterPlan(StrEnum):
    """The three ways."""

    RANK_ALL = "rank all"  # every matching case is compared and ranked: exact
    FULL_PROBE = "full probe"  # all lists of the vector index are searched behind a selector: exact by meaning
    FILTERED_PROBE = "filtered probe"  # a usual search, wider, of which the matching cases are kept


def plan_filter(n_allowed: int, n_cases: int) -> FilterPlan:
    """Choose how to answer, for a filter that lets ``n_allowed`` of ``n_cases`` through."""
    if n_allowed <= _ALL_RANKED:
        return FilterPlan.RANK_ALL
    if _MOST * n_cases <= n_allowed < n_cases:
        return FilterPlan.FILTERED_PROBE
    return FilterPlan.FULL_PROBE
