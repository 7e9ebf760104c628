"""Two small integers in a byte: half the file for the same table."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

LARGEST_NIBBLE: Final = 7
"""Packed integers lie between -LARGEST_NIBBLE and LARGEST_NIBBLE."""

_ZERO: Final = 8  # the nibble of a 0
_BITS: Final = 4
_MASK: Final = 15


def pack(table: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Pack a table of small integers.

    Args:
        table: int8 [n_rows, dim], dim even, entries between -LARGEST_NIBBLE and LARGEST_NIBBLE.

    Returns:
        uint8 [n_rows, dim / 2]: the first half of a row in the lower four bits, the second half in the upper ones.

    Raises:
        ValueError: dim is odd, or an entry lies outside.
    """
    least, most = int(table.min(initial=0)), int(table.max(initial=0))
    if table.shape[1] % 2 or max(-least, most) > LARGEST_NIBBLE:
        raise ValueError(
            f"Only rows of even length with entries between -{LARGEST_NIBBLE} and {LARGEST_NIBBLE} can be packed,"
            f" not {table.shape[1]} entries between {least} and {most}."
        )
    shifted = (table + _ZERO).astype(np.uint8)
    first, second = np.split(shifted, 2, axis=1)
    return (first | second << np.uint8(_BITS)).astype(np.uint8, copy=False)


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Undo `pack`."""
    half = packed.shape[1]
    table = np.empty((len(packed), 2 * half), dtype=np.int8)
    np.bitwise_and(packed, _MASK, out=table[:, :half], casting="unsafe")
    np.right_shift(packed, _BITS, out=table[:, half:], casting="unsafe")
    table -= _ZERO
    return table
