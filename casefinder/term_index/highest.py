"""The highest of a million values without sorting them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BLOCKS_PER_WANTED: Final = 8  # more blocks leave fewer values to compare, and cost more themselves
_MOST_PER_BLOCK: Final = 512


def highest(values: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Return the places of the n highest values above 0, or fewer, rising: int64 [n].

    The highest value of each block is found first: at least n values are as high as the n-th of these, so that only
    the blocks that reach it are looked at. A tenth of the time of ``argpartition`` over all, or less.
    """
    floor, places = _in_best_blocks(values, n)
    found = values[places]
    above = places[found > floor]
    if len(above) < n:
        # Of many that are as high as the floor the first do: cases that say the one finding asked for are often equal.
        equal = places[found == floor][: n - len(above)] if floor > 0 else places[:0]
        return np.sort(np.concatenate([above, equal]))
    return np.sort(above[np.argpartition(-values[above], n - 1)[:n]])


def _in_best_blocks(values: NDArray[np.float32], n: int) -> tuple[np.float32, NDArray[np.int64]]:
    """Return a floor that at least n values reach, or 0, and the places among which these are, rising."""
    floor = np.float32(0)
    per_block = min(_MOST_PER_BLOCK, len(values) // (_BLOCKS_PER_WANTED * n))
    if per_block <= 1:
        return floor, np.flatnonzero(values)
    n_blocks = len(values) // per_block
    n_whole = n_blocks * per_block
    firsts = np.arange(0, n_whole, per_block)
    tops = np.maximum.reduceat(values[:n_whole], firsts)  # with short blocks a sixth of the time of max(axis=1)
    floor = np.sort(tops)[n_blocks - n]  # of many zeros, partition takes ten times as long
    chosen = firsts[tops >= floor] if floor > 0 else firsts[tops > 0]
    within = (chosen[:, None] + np.arange(per_block)).reshape(-1)
    return floor, np.concatenate([within, np.arange(n_whole, len(values))])
