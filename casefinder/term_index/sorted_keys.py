"""Finding keys in a long sorted array without reading much of it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.files import Values

STRIDE: Final = 512  # of eight bytes each: the keys between two samples lie in at most two blocks of a file
_ROUNDS: Final = 9  # halvings of 512


class SortedKeys:
    """Distinct 64-bit keys, rising, with every 512th of them in a small array of its own."""

    def __init__(self, keys: Values, samples: Values) -> None:
        """Hold keys, and ``keys[::512]``."""
        self._keys = keys
        self._samples = samples

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._keys)

    def places(self, wanted: NDArray[Any]) -> NDArray[np.int64]:
        """Return where keys of the same type are, -1 for those that are not there: int64 [n]."""
        if not len(self._keys):
            return np.full(len(wanted), -1, dtype=np.int64)
        first = (np.searchsorted(self._samples[:], wanted, side="right") - 1) * STRIDE
        low = np.maximum(first, 0)
        high = np.minimum(low + STRIDE, len(self._keys))
        for _ in range(_ROUNDS):
            middle = (low + high) // 2
            is_left = self._keys.take(middle) <= wanted
            low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
        places: NDArray[np.int64] = np.where(self._keys.take(low) == wanted, low, -1)
        return places
