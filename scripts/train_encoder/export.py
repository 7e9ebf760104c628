"""Round what was trained to the integers that casefinder ships."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.gate import KEY_UNIT, Gate
from casefinder.encoders.bundled.nibbles import LARGEST_NIBBLE

_LARGEST = 127
_CLIPPED_SHARE = 1e-5  # entries outside the scale: one outlier must not cost all others their precision
_TRIED_STEPS = np.linspace(0.1, 1.0, 46)  # in standard deviations; 0.35 is best for normally distributed entries
_LARGEST_KEY = 8191  # in KEY_UNIT: scores are cut off far below, and products stay exact in float32


def quantise(table: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round a table to bytes, with one scale for all rows, because rows are added up as they are.

    The scale itself is not kept: sums are scaled to unit length.
    """
    sample = np.abs(table.ravel()[:: max(1, table.size // 10_000_000)])
    step = float(np.quantile(sample, 1 - _CLIPPED_SHARE)) / _LARGEST
    return _round_to(table, step, _LARGEST)


def quantise_to_nibbles(table: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round a table to integers between -7 and 7, with one scale for all rows: that of the least squared error."""
    sample = table.ravel()[:: max(1, table.size // 1_000_000)]
    steps = _TRIED_STEPS * float(sample.std())
    errors = [float(np.square(sample - step * _round_to(sample, step, LARGEST_NIBBLE)).sum()) for step in steps]
    return _round_to(table, float(steps[int(np.argmin(errors))]), LARGEST_NIBBLE)


def quantise_gate(context: NDArray[np.float32], keys: NDArray[np.float32], biases: NDArray[np.float32]) -> Gate:
    """Round a gate; keys and biases keep their scale, for it says how sharply the gate decides."""
    return Gate(context=quantise(context), keys=_to_unit(keys), biases=_to_unit(biases))


def _round_to(table: NDArray[np.float32], step: float, largest: int) -> NDArray[np.int8]:
    rounded: NDArray[np.int8] = np.clip(np.rint(table / step), -largest, largest).astype(np.int8)
    return rounded


def _to_unit(numbers: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.clip(np.rint(numbers * KEY_UNIT), -_LARGEST_KEY, _LARGEST_KEY).astype(np.int16)
