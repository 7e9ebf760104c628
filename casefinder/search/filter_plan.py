"""How a filtered question is answered: a pure function of how much the filter lets through."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

# Measured by scripts/bench/filter_ways.py. So few are ranked whole for 2 ms more, and exact in every part of the score.
_ALL_RANKED: Final = 1_000
# Comparing so many vectors takes as long as looking at the codes of 200,000, some 1.5 ms. More would not pay in a
# larger case base either: each lies on a page of its own, and to read and check one for the first time takes 5 µs.
_COMPARED: Final = 4_000
# From here on a usual search finds enough that match, and naming all that match would take longer.
_MOST_SHARE: Final = 0.25
_PER_SIDE: Final = 100  # ten times the usual k from either side leaves ranking something to choose from
_PER_HIT: Final = 2
# Behind a filter the best are often strangers, near in no single side, so that many of each side would have to be
# ranked: at a million cases and a filter of a tenth 1,000, which took 35 ms. By all sides together 400 are enough: with
# 200,000 cases and 100 questions behind each of ten filters recall@10 was 0.995 to 1.000, with 800 0.996 to 1.000.
_TOGETHER: Final = 400
_NEAR: Final = 1_000  # 800 and 1,500 found the same but for one hit in 1,000
_MORE_PER_HIT: Final = 4
# More where a filter lets more through, by the root of the matching cases: at a million cases, behind cardiology (9 %)
# and paediatrics (7 %), 25 questions found 0.924 and 0.976 of their ten best with 400 and 1,000, 0.960 and 0.992 with
# 750 and 1,500. With four times the words added up (``term_index/postings.py``) cardiology found 0.988 with 750 and
# 1,500, 0.992 with 2,000, 0.996 with 2,500; but each vector lies on a page of its own, to be checked at first touch.
_TOGETHER_PER_ROOT: Final = 2.5
_NEAR_PER_ROOT: Final = 6.5


class FilterPlan(StrEnum):
    """The four ways."""

    RANK_ALL = "rank all"  # every matching case is compared and ranked: exact
    FULL_PROBE = "full probe"  # every matching case is compared, the nearest are ranked: exact by meaning
    CODES = "codes"  # matching cases are compared by their codes in the nearest lists, the nearest by their vectors
    FILTERED_PROBE = "filtered probe"  # a usual search, wider, of which the matching cases are kept


def plan_filter(n_allowed: int, n_cases: int) -> FilterPlan:
    """Choose how to answer, for a filter that lets ``n_allowed`` of ``n_cases`` through."""
    if n_allowed <= _ALL_RANKED:
        return FilterPlan.RANK_ALL
    if n_allowed <= _COMPARED:
        return FilterPlan.FULL_PROBE
    return FilterPlan.FILTERED_PROBE if n_allowed >= _MOST_SHARE * n_cases else FilterPlan.CODES


def n_per_side(k: int) -> int:
    """Return how many cases are taken from each side (meaning, words, findings, names) for the k best."""
    return max(_PER_SIDE, _PER_HIT * k)


def n_together(k: int, n_allowed: int) -> int:
    """Return how many of the cases that a filter lets through are ranked as the best by all sides together."""
    return max(_TOGETHER, _MORE_PER_HIT * k, math.ceil(_TOGETHER_PER_ROOT * math.sqrt(n_allowed)))


def n_near(k: int, n_allowed: int) -> int:
    """Return how many of the cases that a filter lets through are compared by their vectors before any is chosen."""
    return max(_NEAR, _MORE_PER_HIT * k, math.ceil(_NEAR_PER_ROOT * math.sqrt(n_allowed)))
