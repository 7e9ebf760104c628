"""Texts as bags of rows: which rows of the table a text adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import CharacterTable, extract_features
from casefinder.encoders.bundled.summing import thin_out
from scripts.train_encoder.vocabulary import Vocabulary

_BATCH = 512
_BUCKETED = 2  # single units and pairs of units without a row of their own share hashed rows


@dataclass(frozen=True, slots=True)
class Bags:
    """The rows of n texts; a row stands several times where a feature is repeated.

    Attributes:
        rows: int32 [m].
        starts: int64 [n + 1], where each text's rows start.
    """

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]

    def take(self, texts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Copy the rows of some texts, one after the other, and where each starts."""
        lengths = self.starts[texts + 1] - self.starts[texts]
        stops = np.cumsum(lengths)
        places = np.arange(stops[-1]) + np.repeat(self.starts[texts] - (stops - lengths), lengths)
        return self.rows[places].astype(np.int64), stops - lengths


def make_bags(
    texts: Sequence[str], vocabulary: Vocabulary, characters: CharacterTable, *, n_buckets: int
) -> Bags:
    """Look up the rows of every text.

    Args:
        texts: Texts.
        vocabulary: Keys with a row of their own.
        characters: How characters fold.
        n_buckets: Hashed rows behind the vocabulary's rows, for rare characters, words and pairs.
    """
    rows, counts = [np.zeros(0, np.int32)], [np.zeros(1, np.int64)]
    for first in range(0, len(texts), _BATCH):
        batch = texts[first : first + _BATCH]
        features = extract_features(batch, characters)
        found = vocabulary.find(features.keys)
        hashed = (features.keys >> np.uint64(40)).astype(np.int64) % n_buckets + len(vocabulary.keys)
        found = np.where((found < 0) & (features.families < _BUCKETED), hashed, found)
        known = found >= 0
        unique = thin_out(features.texts[known] << 32 | found[known])
        rows.append((unique & 0xFFFFFFFF).astype(np.int32))
        counts.append(np.bincount(unique >> 32, minlength=len(batch)))
    return Bags(np.concatenate(rows), np.cumsum(np.concatenate(counts)))
