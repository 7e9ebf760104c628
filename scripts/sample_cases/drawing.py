"""Drawing from a random stream in ways that give the same result on every machine and Python version.

Only ``random.Random.random`` is documented to stay the same for one seed, so everything is built on it.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def by_share(rng: Random, shares: Sequence[float]) -> int:
    """Return the position of one of the shares, drawn in proportion to them."""
    point = rng.random() * sum(shares)
    for position, share in enumerate(shares):
        point -= share
        if point < 0:
            return position
    return len(shares) - 1


def triangular(rng: Random, span: Range) -> float:
    """Return a value of the triangular distribution."""
    width = span.high - span.low
    if width <= 0:
        return span.low
    point, middle = rng.random(), (span.mode - span.low) / width
    if point < middle:
        return span.low + width * (point * middle) ** 0.5
    return span.high - width * ((1 - point) * (1 - middle)) ** 0.5
