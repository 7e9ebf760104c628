"""Add up rows of bytes exactly, eight numbers at a time, without anything but numpy.

The table is stored as bytes with 128 added, and read as 64-bit words. Masking a word gives its four even
bytes, shifting and masking its four odd ones, each in a lane of 16 bits; up to 257 words add up without a
lane overflowing. All sums are of integers, so they are the same in any order and on every machine.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.bags import Bags
from casefinder.encoders.bundled.features import Rows

_LANES = np.uint64(0x00FF00FF00FF00FF)
_ODD = np.uint64(8)
_AT_ONCE = 256  # 257 * 255 = 65535 is the most a 16-bit lane holds
_OFFSET = 128

Words: TypeAlias = NDArray[np.uint64]


def to_words(table: NDArray[np.uint8]) -> Words:
    """View a table uint8 [n_rows, dim], dim a multiple of eight, as words uint64 [n_rows, dim / 8]."""
    return table.view("<u8")


def sum_rows(words: Words, bags: Bags) -> NDArray[np.int64]:
    """Add up the table's rows of each text.

    Args:
        words: uint64 [n_rows, dim / 8], as `to_words` makes them.
        bags: The rows of each text.

    Returns:
        int64 [n_texts, dim]; zeros for a text without rows.
    """
    rows, borders = bags.rows, bags.borders.tolist()
    lanes = np.zeros((len(borders) - 1, 2, words.shape[1]), dtype="<u8")
    totals = np.zeros((len(borders) - 1, words.shape[1] * 8), dtype=np.int64)
    for text, (start, stop) in enumerate(pairwise(borders)):
        while stop - start > _AT_ONCE:
            part = np.zeros((1, 2, words.shape[1]), dtype="<u8")
            _add_lanes(words, rows[start : start + _AT_ONCE], part[0])
            totals[text] += _interleave(part)[0]
            start += _AT_ONCE
        _add_lanes(words, rows[start:stop], lanes[text])
    totals += _interleave(lanes)
    totals -= _OFFSET * np.diff(bags.borders)[:, None]
    return totals


def _add_lanes(words: Words, rows: Rows, lanes: Words) -> None:
    even = words.take(rows, axis=0)
    odd = even >> _ODD
    odd &= _LANES
    even &= _LANES
    np.add.reduce(even, axis=0, out=lanes[0])
    np.add.reduce(odd, axis=0, out=lanes[1])


def _interleave(lanes: Words) -> NDArray[np.int64]:
    """Bring the lanes [n, 2, words] into the order of the table's columns: [n, words * 8]."""
    return lanes.view("<u2").transpose(0, 2, 1).reshape(len(lanes), -1).astype(np.int64)
