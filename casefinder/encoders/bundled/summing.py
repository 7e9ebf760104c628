"""Add up rows of bytes exactly, eight numbers at a time, without anything but numpy.

The table is stored as bytes with 128 added, and read as 64-bit words. Masking a word gives its four even
bytes, shifting and masking its four odd ones, each in a lane of 16 bits; up to 257 words add up without a
lane overflowing. All sums are of integers, so they are the same in any order and on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import Rows

_LANES = np.uint64(0x00FF00FF00FF00FF)
_ODD = np.uint64(8)
_AT_ONCE = 256  # 257 * 255 = 65535 is the most a 16-bit lane holds
_OFFSET = 128

Words = NDArray[np.uint64]


def to_words(table: NDArray[np.int8]) -> Words:
    """Make the words from a table int8 [n_rows, dim], dim a multiple of eight: uint64 [n_rows, dim / 8]."""
    return (table.view(np.uint8) ^ np.uint8(_OFFSET)).view("<u8")


def thin_out(values: Rows) -> Rows:
    """Sort values and keep of equal ones the 1st, 2nd, 4th, 8th and so on.

    So a feature that occurs n times counts 1 + floor(log2(n)) times: repetition matters, but ever less.
    The argument is overwritten.
    """
    values.sort()
    places = np.arange(len(values))
    fresh = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    before = places - np.maximum.accumulate(np.where(fresh, places, 0))
    return values[before & (before + 1) == 0]


def sum_rows(words: Words, rows: Rows, starts: Rows, stops: Rows) -> NDArray[np.int64]:
    """Add up the table's rows of each text.

    Args:
        words: uint64 [n_rows, dim / 8], as `to_words` makes them.
        rows: int64 [m], the rows of all texts, one text after the other.
        starts: int64 [n_texts], where each text's rows start.
        stops: int64 [n_texts], where they stop.

    Returns:
        int64 [n_texts, dim]; zeros for a text without rows.
    """
    lanes = np.zeros((len(starts), 2, words.shape[1]), dtype="<u8")
    totals = np.zeros((len(starts), words.shape[1] * 8), dtype=np.int64)
    for text, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        while stop - start > _AT_ONCE:
            part = np.zeros((1, 2, words.shape[1]), dtype="<u8")
            _add_lanes(words, rows[start : start + _AT_ONCE], part[0])
            totals[text] += _interleave(part)[0]
            start += _AT_ONCE
        _add_lanes(words, rows[start:stop], lanes[text])
    totals += _interleave(lanes)
    return totals - _OFFSET * (stops - starts)[:, None]


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
