"""Add up weighted rows of small integers exactly, with nothing but numpy.

Products and sums are of integers below 2**24, which float32 holds exactly: a matrix product in float32 is then the
same in any order, so on every machine, however its linear algebra library goes about it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import Rows

LARGEST_LEVEL: Final = 255
"""A row counts at most so many times."""

_AT_ONCE = 512  # 512 * 255 * 128 = 16,711,680 is below 2**24
_BITS = 26  # sums keep so many bits, so that 2**11 squares of them add up in 64 bits

Sums: TypeAlias = NDArray[np.int64]


def sum_rows(table: NDArray[np.int8], rows: Rows, levels: NDArray[np.float32], borders: Rows) -> Sums:
    """Add up the table's rows of each text, each as often as its level says.

    Args:
        table: int8 [n_rows, dim].
        rows: int64 [m], the rows of one text after the other.
        levels: float32 [m], whole numbers from 0 to LARGEST_LEVEL.
        borders: int64 [n + 1], where each text's rows start, and where the last one's stop.

    Returns:
        int64 [n, dim], below 2**26 in size: larger sums of a text are all divided by one power of two and rounded
        down. Zeros for a text without rows.
    """
    totals = np.zeros((len(borders) - 1, table.shape[1]), dtype=np.int64)
    for text, (start, stop) in enumerate(pairwise(borders.tolist())):
        for first in range(start, stop, _AT_ONCE):
            last = min(first + _AT_ONCE, stop)
            part = levels[first:last] @ table.take(rows[first:last], axis=0).astype(np.float32)
            totals[text] += part.astype(np.int64)
    return _shorten(totals)


def _shorten(totals: Sums) -> Sums:
    _, bits = np.frexp(np.abs(totals).max(axis=1, initial=0).astype(np.float64))
    shortened: Sums = totals >> np.maximum(bits - _BITS, 0)[:, None]
    return shortened
