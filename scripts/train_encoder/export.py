"""Turn a trained table into the files that casefinder ships."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import CharacterTable
from casefinder.encoders.bundled.weights import Weights
from scripts.train_encoder.vocabulary import Vocabulary

_LARGEST = 127
_CLIPPED_SHARE = 1e-5  # the scale leaves this share of all entries outside, so that one outlier costs no precision


def quantise(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], float]:
    """Round a table to bytes with one scale for all rows, because rows are added up unweighted.

    Returns:
        The bytes, and the number that one step stands for.
    """
    sample = np.abs(table.ravel()[:: max(1, table.size // 10_000_000)])
    scale = float(np.quantile(sample, 1 - _CLIPPED_SHARE)) / _LARGEST
    return np.clip(np.rint(table / scale), -_LARGEST, _LARGEST).astype(np.int8), scale


def make_weights(table: NDArray[np.float32], vocabulary: Vocabulary, characters: CharacterTable) -> tuple[Weights, float]:
    """Quantise a trained table and put it beside the keys that it belongs to."""
    rows, scale = quantise(table)
    return Weights(table=rows, keys=vocabulary.keys, characters=characters), scale
