"""Variants beside each other: what their numbers may say, and what else may explain a difference.

There is no ranking. Two variants are said to differ only when the 95 % intervals of a measure do not meet and both
have enough patients; how the patients differed before treatment always stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from casefinder.pathways.model import Baseline, BaselineDifference, Comparison, Ending, Variant, Verdict
from casefinder.pathways.rates import Rate, Spread

MEASURES: Final = ("favourable", "died", "readmitted")
_LEAST_COMPARED: Final = (
    10  # patients with a known outcome in each variant; below, one patient moves a rate by over 10 %
)
_UNBALANCED: Final = 0.2  # standardised difference; below it groups are commonly held to be alike
# Quartiles of a normal distribution lie 1.349 standard deviations apart.
_QUARTILES_IN_DEVIATIONS: Final = 1.349


def compare_variants(variants: Sequence[Variant], *, small_cell: int) -> tuple[Comparison, ...]:
    """Compare every pair of variants by every measure; how few patients differed before treatment is not said.

    Source of the measure of imbalance: Austin 2009, doi:10.1002/sim.3697 (standardised differences).
    """
    found = []
    for first, second in combinations(variants, 2):
        verdicts = [_verdict(_rate(first.ending, m), _rate(second.ending, m), small_cell) for m in MEASURES]
        is_compared = any(verdict != Verdict.TOO_FEW for verdict in verdicts)
        differences = baseline_differences(first.baseline, second.baseline) if is_compared else ()
        found += [
            Comparison(first.id, second.id, measure, verdict, differences)
            for measure, verdict in zip(MEASURES, verdicts, strict=True)
        ]
    return tuple(found)


def baseline_differences(first: Baseline, second: Baseline) -> tuple[BaselineDifference, ...]:
    """Return what differed before treatment by at least 0.2 standard deviations, largest first."""
    shares = dict(second.shares)
    pairs = [(name, _of_rates(rate, shares[name])) for name, rate in first.shares if name in shares]
    pairs.append(("age", _of_spreads(first.age_years, second.age_years)))
    found = [
        BaselineDifference(name, value) for name, value in pairs if value is not None and abs(value) >= _UNBALANCED
    ]
    return tuple(sorted(found, key=lambda d: (-abs(d.standardised), d.feature)))


def _verdict(first: Rate, second: Rate, small_cell: int) -> Verdict:
    least = max(_LEAST_COMPARED, small_cell)
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Verdict.TOO_FEW
    if min(first.n, second.n) < least:
        return Verdict.TOO_FEW
    apart = first.high < second.low or second.high < first.low
    return Verdict.DIFFER if apart else Verdict.OVERLAP


def _rate(ending: Ending, measure: str) -> Rate:
    rates = {"favourable": ending.favourable, "died": ending.died, "readmitted": ending.readmitted}
    return rates[measure]


def _of_rates(first: Rate, second: Rate) -> float | None:
    if first.share is None or second.share is None:
        return None
    spread = math.sqrt((first.share * (1 - first.share) + second.share * (1 - second.share)) / 2)
    if spread == 0:
        # All against none: as far apart as can be; a large finite number keeps JSON plain.
        return 0.0 if first.share == second.share else math.copysign(10.0, first.share - second.share)
    return (first.share - second.share) / spread


def _of_spreads(first: Spread, second: Spread) -> float | None:
    if first.median is None or second.median is None:
        return None
    deviations = [_deviation(first), _deviation(second)]
    spread = math.sqrt(sum(d * d for d in deviations) / 2)
    return (first.median - second.median) / spread if spread else None


def _deviation(spread: Spread) -> float:
    return ((spread.upper_quartile or 0.0) - (spread.lower_quartile or 0.0)) / _QUARTILES_IN_DEVIATIONS
