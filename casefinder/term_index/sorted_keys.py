"""Finding keys in a long sorted array without reading much of it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.files import Values

# Of eight bytes each: the keys between two samples lie in at most two blocks of a file, and can be compared at once.
STRIDE: Final = 64


class SortedKeys:
    """Distinct 64-bit keys, rising, with every 64th of them in a small array of its own."""

    def __init__(self, keys: Values, samples: Values) -> None:
        """Hold keys, and ``keys[::64]``."""
        self._keys = keys
        self._samples = samples

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._keys)

    def places(self, wanted: NDArray[Any]) -> NDArray[np.int64]:
        """Return where keys of the same type are, -1 for those that are not there: int64 [n]."""
        if not len(self._keys):
            return np.full(len(wanted), -1, dtype=np.int64)
        first = np.maximum(np.searchsorted(self._samples[:], wanted, side="right") - 1, 0) * STRIDE
        windows = np.minimum(first[:, None] + np.arange(STRIDE), len(self._keys) - 1)
        is_found = self._keys.take(windows.ravel()).reshape(windows.shape) == wanted[:, None]
        places: NDArray[np.int64] = np.where(is_found.any(axis=1), first + is_found.argmax(axis=1), -1)
        return places
