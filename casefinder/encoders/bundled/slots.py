"""Find the rows of many keys at once: an open-addressing hash table in two numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import Keys, Rows

_SPARSENESS = 4  # slots a key: 9 of 10 searches end at the first slot, and both arrays fit the L3 cache
_EMPTY = np.uint64(0)


@dataclass(frozen=True, slots=True)
class SlotTable:
    """Keys in slots; a key lies in the first free slot at or after its home slot.

    Attributes:
        keys: uint64 [2**bits], 0 where the slot is empty.
        rows: int32 [2**bits], the row of the key in the slot.
        bits: The home slot of a key is its highest bits.
    """

    keys: Keys
    rows: NDArray[np.int32]
    bits: int

    def find(self, keys: Keys) -> Rows:
        """Find the row of each key, -1 for keys that are not in the table."""
        mask = len(self.keys) - 1
        slots = (keys >> np.uint64(64 - self.bits)).astype(np.int64)
        held = self.keys[slots]
        rows = np.where(held == keys, self.rows[slots], np.int32(-1)).astype(np.int64)
        open_places = np.flatnonzero((held != keys) & (held != _EMPTY))
        slots = slots[open_places]
        while len(open_places):
            slots = (slots + 1) & mask
            held, wanted = self.keys[slots], keys[open_places]
            hit = held == wanted
            rows[open_places[hit]] = self.rows[slots[hit]]
            going_on = ~hit & (held != _EMPTY)
            open_places, slots = open_places[going_on], slots[going_on]
        return rows


def make_slot_table(keys: Keys) -> SlotTable:
    """Put keys into slots; the row of a key is its place among `keys`.

    Args:
        keys: uint64 [n], different, none of them 0.
    """
    bits = max(4, int(len(keys) * _SPARSENESS - 1).bit_length())
    table = SlotTable(np.zeros(1 << bits, np.uint64), np.zeros(1 << bits, np.int32), bits)
    rows = np.arange(len(keys))
    slots = (keys >> np.uint64(64 - bits)).astype(np.int64)
    while len(rows):
        free = table.keys[slots] == _EMPTY
        wanted, first = np.unique(slots[free], return_index=True)
        placed = np.flatnonzero(free)[first]
        table.keys[wanted], table.rows[wanted] = keys[rows[placed]], rows[placed]
        waiting = np.ones(len(rows), dtype=bool)
        waiting[placed] = False
        rows, slots = rows[waiting], (slots[waiting] + 1) & (len(table.keys) - 1)
    return table
