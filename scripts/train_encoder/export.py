"""Turn a trained table into the weights that casefinder ships."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LARGEST = 127
_BIAS = 128
_CLIPPED_SHARE = 1e-5  # entries outside the scale: one outlier must not cost all others their precision


def quantise(table: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Round a table to bytes, 128 added, with one scale for all rows, because rows are added up unweighted.

    The scale itself is not kept: vectors are scaled to unit length after adding.
    """
    sample = np.abs(table.ravel()[:: max(1, table.size // 10_000_000)])
    step = float(np.quantile(sample, 1 - _CLIPPED_SHARE)) / _LARGEST
    rounded: NDArray[np.uint8] = (np.clip(np.rint(table / step), -_LARGEST, _LARGEST) + _BIAS).astype(np.uint8)
    return rounded
