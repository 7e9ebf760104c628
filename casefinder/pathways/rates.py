"""Rates with their uncertainty, and the rule that few patients make no rate."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist
from typing import Final

DEFAULT_SMALL_CELL: Final = 5  # patients; the customary limit of hospital statistics in many countries
_Z: Final = NormalDist().inv_cdf(0.975)  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, and the share with its Wilson 95 % interval.

    Attributes:
        count: Patients to whom it applies.
        n: Patients of whom it is known.
        share: ``count / n`` weighted by similarity, 0-1; None where too few patients stand behind it, or where
            it would tell the share of such a few.
        low: Lower end of the interval, 0-1; None with ``share``.
        high: Upper end; None with ``share``.
    """

    count: int
    n: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of a number of days; all None where too few patients stand behind them."""

    n: int
    median: float | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None


def effective_n(weights: Iterable[float]) -> float:
    """Return how many equally weighted patients carry the same information: (sum w)² / sum w².

    Source: Kish 1965, Survey Sampling, section 8.2 (design effect of unequal weights).
    """
    held = tuple(weights)
    squares = math.fsum([w * w for w in held])
    return math.fsum(held) ** 2 / squares if squares else 0.0


def wilson_interval(share: float, n: float) -> tuple[float, float]:
    """Return the 95 % score interval of a share that was seen in n patients.

    Args:
        share: Observed share, 0-1.
        n: Patients, above 0; an effective number need not be whole.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953. Checked against scipy.stats.binomtest in the tests;
    that function takes whole counts only and 1.9 ms for each, where an answer has a thousand; see docs/pathways.md.
    """
    squared = _Z * _Z
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    reach = _Z / (1 + squared / n) * math.sqrt(share * (1 - share) / n + squared / (4 * n * n))
    return max(0.0, middle - reach) if share > 0 else 0.0, min(1.0, middle + reach) if share < 1 else 1.0


def weighted_rate(has: Sequence[bool], weights: Sequence[float], *, small_cell: int, behind: int | None = None) -> Rate:
    """Count a rate; it has no share where fewer than ``small_cell`` patients stand behind it.

    Args:
        has: For every patient of whom it is known, whether it applies.
        weights: Their weights, 0 or more.
        small_cell: Patients needed.
        behind: Patients that stand behind the rate; by default the denominator.
    """
    return Weights.of(weights).rate_of(has, small_cell=small_cell, behind=behind)


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a group of patients, added up once: how many, their sum, and Kish's effective number."""

    each: tuple[float, ...]
    total: float
    effective: float

    @classmethod
    def of(cls, weights: Iterable[float]) -> Weights:
        """Add up weights."""
        each = tuple(weights)
        return cls(each, math.fsum(each), effective_n(each))

    @property
    def n(self) -> int:
        """How many patients there are."""
        return len(self.each)

    def rate_of(self, has: Sequence[bool], *, small_cell: int, behind: int | None = None) -> Rate:
        """Return the rate of those to whom something applies, one answer for each weight."""
        held = math.fsum(w for w, yes in zip(self.each, has, strict=True) if yes)
        return self.rate(sum(has), held, small_cell=small_cell, behind=behind)

    def rate(self, count: int, held: float, *, small_cell: int, behind: int | None = None) -> Rate:
        """Return the rate of ``count`` patients whose weights add up to ``held``."""
        few = (self.n if behind is None else min(self.n, behind)) < small_cell
        if few or not self.n or not self.total:
            return Rate(count, self.n)
        # All is all: a sum of floats may miss 1 by a rounding error.
        share = 1.0 if count == self.n else min(1.0, held / self.total)
        low, high = wilson_interval(share, self.effective)
        return Rate(count, self.n, share, low, high)


def without_complements(rates: Sequence[Rate], *, small_cell: int) -> tuple[Rate, ...]:
    """Withhold further rates of a division until none that is withheld follows from the others.

    The shares of a division add up to 1. What is withheld is one share, or shares of fewer patients than the limit
    together, would be 1 less the rest; so the smallest one shown is withheld too, until that is no longer so.

    Args:
        rates: One for each part of a division of the same patients, none in two.
        small_cell: Patients that a rate needs behind it.

    Source: Willenborg and de Waal 2001, Elements of Statistical Disclosure Control, chapter 6 (secondary suppression).
    """
    kept = list(rates)
    while True:
        withheld = [rate.count for rate in kept if rate.share is None and rate.count]
        shown = [place for place, rate in enumerate(kept) if rate.share is not None]
        if not withheld or not shown or (len(withheld) > 1 and sum(withheld) >= small_cell):
            return tuple(kept)
        place = min(shown, key=lambda i: (kept[i].count, i))
        kept[place] = Rate(kept[place].count, kept[place].n)


def weighted_spread(values: Sequence[float], weights: Sequence[float], *, small_cell: int) -> Spread:
    """Return median and quartiles: the least value that at least that share of the weight does not exceed."""
    if len(values) < small_cell:
        return Spread(len(values))
    first, middle, last = weighted_quantiles(values, weights, (0.25, 0.5, 0.75))
    return Spread(len(values), middle, first, last)


def weighted_quantiles(
    values: Sequence[float], weights: Sequence[float], quantiles: Sequence[float]
) -> tuple[float, ...]:
    """Return weighted quantiles; halfway between two values where one falls exactly between them."""
    ordered = sorted(zip(values, weights, strict=True))
    total = math.fsum(weights)
    reached = list(accumulate(weight for _, weight in ordered))
    found = []
    for quantile in quantiles:
        wanted = quantile * total
        place = min(bisect_left(reached, wanted * (1 - 1e-9)), len(ordered) - 1)
        value = ordered[place][0]
        if math.isclose(reached[place], wanted, rel_tol=1e-9) and place + 1 < len(ordered):
            value = (value + ordered[place + 1][0]) / 2
        found.append(value)
    return tuple(found)
