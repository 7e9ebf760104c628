"""Drawing from a random stream in ways that give the same result on every machine and Python version.

Only ``random.Random.random`` is documented to stay the same for one seed, so everything is built on it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from math import sqrt
from random import Random
from typing import TypeVar

from knowledge import Range

_Item = TypeVar("_Item")
_SEED_BITS = 40  # case numbers stay below 2**40, so that seed and number never share a stream


def stream(seed: int, number: int, *, salt: int = 0) -> Random:
    """Return the random stream of one case; ``salt`` separates the streams that one case uses."""
    return Random((((seed << 3) | salt) << _SEED_BITS) | number)


def chance(rng: Random, share: float) -> bool:
    """Return True with the probability ``share`` (0-1)."""
    return rng.random() < share


def pick(rng: Random, items: Sequence[_Item]) -> _Item:
    """Return one of the items, each as likely as the others; there must be at least one."""
    return items[int(rng.random() * len(items))]


def whole(rng: Random, low: int, high: int) -> int:
    """Return a whole number from low to high, both included."""
    return low + int(rng.random() * (high - low + 1))


def shuffled(rng: Random, items: Sequence[_Item]) -> list[_Item]:
    """Return the items in a random order."""
    left = list(items)
    for last in range(len(left) - 1, 0, -1):
        other = int(rng.random() * (last + 1))
        left[last], left[other] = left[other], left[last]
    return left


def cumulative(shares: Sequence[float]) -> tuple[float, ...]:
    """Return the running sums of shares, as ``by_share`` takes them."""
    return tuple(accumulate(shares))


def by_share(rng: Random, sums: Sequence[float]) -> int:
    """Return a position, drawn in proportion to the shares whose running sums are given."""
    return min(bisect(sums, rng.random() * sums[-1]), len(sums) - 1)


def triangular(rng: Random, span: Range) -> float:
    """Return a value of the triangular distribution."""
    width = span.high - span.low
    if width <= 0:
        return span.low
    point, middle = rng.random(), (span.mode - span.low) / width
    if point < middle:
        return span.low + width * sqrt(point * middle)
    return span.high - width * sqrt((1 - point) * (1 - middle))
