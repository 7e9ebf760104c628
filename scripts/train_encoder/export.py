"""Round what was trained to the integers that casefinder ships."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.gate import KEY_UNIT, Gate

_LARGEST = 127
_CLIPPED_SHARE = 1e-5  # entries outside the scale: one outlier must not cost all others their precision
_LARGEST_KEY = 8191  # in KEY_UNIT: scores are cut off far below, and products stay exact in float32


def quantise(table: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round a table to bytes, with one scale for all rows, because rows are added up as they are.

    The scale itself is not kept: sums are scaled to unit length.
    """
    sample = np.abs(table.ravel()[:: max(1, table.size // 10_000_000)])
    step = float(np.quantile(sample, 1 - _CLIPPED_SHARE)) / _LARGEST
    rounded: NDArray[np.int8] = np.clip(np.rint(table / step), -_LARGEST, _LARGEST).astype(np.int8)
    return rounded


def quantise_gate(context: NDArray[np.float32], keys: NDArray[np.float32], biases: NDArray[np.float32]) -> Gate:
    """Round a gate; keys and biases keep their scale, for it says how sharply the gate decides."""
    return Gate(context=quantise(context), keys=_to_unit(keys), biases=_to_unit(biases))


def _to_unit(numbers: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.clip(np.rint(numbers * KEY_UNIT), -_LARGEST_KEY, _LARGEST_KEY).astype(np.int16)
