"""The encoder that ships with casefinder: a bag of features, added up in integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from casefinder.encoders.bundled.features import CharacterTable, extract_features
from casefinder.encoders.bundled.slots import SlotTable, make_slot_table
from casefinder.encoders.bundled.summing import Words, sum_rows, thin_out, to_words
from casefinder.encoders.bundled.weights import Metadata, Weights, read_metadata, read_weights
from casefinder.encoders.calibration import Calibration
from casefinder.encoders.protocol import Vectors

_PACKAGED = Path(__file__).parent / "weights"
_BATCH_CHARACTERS = 8192  # the arrays of one batch stay in the L2 cache; 1.5 times slower at 65,536
_BUCKETED_FAMILIES = 2  # single units and pairs of units without a row of their own share hashed rows
_BUCKET_SHIFT = np.uint64(40)
_ROW_BITS = 32


class BundledEncoder:
    """Encodes Chinese and English clinical text with the weights that ship with casefinder.

    A text is the set of its features (see `features.py`), each of which has a row of small integers; the
    rows add up to the text's vector, which is scaled to unit length. Sums and the squared length are exact
    integers and the last steps (square root, division, rounding) are exactly rounded by IEEE 754, so
    vectors are bit-identical on every machine, alone or in a batch. Nothing changes after loading: any
    number of threads may share one encoder.
    """

    name = "bundled"

    def __init__(self, weights: Weights, metadata: Metadata) -> None:
        """Prepare weights that were read with `read_weights`."""
        self._metadata = metadata
        self._words: Words = to_words(weights.table)
        self._slots: SlotTable = make_slot_table(weights.keys)
        self._characters: CharacterTable = weights.characters
        self._n_keys = len(weights.keys)
        self._n_buckets = weights.n_buckets

    @classmethod
    def load(cls, directory: Path | None = None) -> BundledEncoder:
        """Load the encoder.

        Args:
            directory: Holds `metadata.json` and `weights.npz`; the packaged weights when left out.

        Raises:
            EncoderNotFoundError: one of the two files is missing.
            EncoderDamagedError: one of them is not what was written.
        """
        where = _PACKAGED if directory is None else directory
        metadata = read_metadata(where)
        return cls(read_weights(where, metadata), metadata)

    @staticmethod
    def packaged_fingerprint() -> str:
        """Read the fingerprint of the packaged weights, without reading the weights."""
        return read_metadata(_PACKAGED).fingerprint

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        return self._metadata.dim

    @property
    def fingerprint(self) -> str:
        """Identity of weights and preprocessing."""
        return self._metadata.fingerprint

    @property
    def calibration(self) -> Calibration:
        """What cosines of this encoder mean."""
        return self._metadata.calibration

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts, in order.

        Args:
            texts: Any number of texts of any length.

        Returns:
            float32 [n_texts, dim]; rows have unit length, or are all zero for a text without anything to
            encode (empty, or punctuation only).
        """
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start, stop in _batches(texts):
            vectors[start:stop] = self._encode_batch(texts[start:stop])
        return vectors

    def _encode_batch(self, texts: Sequence[str]) -> Vectors:
        features = extract_features(texts, self._characters)
        rows = self._slots.find(features.keys)
        unknown = np.flatnonzero((rows < 0) & (features.families < _BUCKETED_FAMILIES))
        buckets = (features.keys[unknown] >> _BUCKET_SHIFT).astype(np.int64) % self._n_buckets
        rows[unknown] = self._n_keys + buckets
        known = rows >= 0
        bags = thin_out(features.texts[known] << _ROW_BITS | rows[known])
        borders = np.searchsorted(bags >> _ROW_BITS, np.arange(len(texts) + 1))
        return _unit(sum_rows(self._words, bags & 0xFFFFFFFF, borders[:-1], borders[1:]))


def _unit(sums: np.ndarray) -> Vectors:
    """Scale rows of integers to unit length; a row of zeros stays."""
    lengths = np.sqrt((sums * sums).sum(axis=1).astype(np.float64))
    lengths[lengths == 0.0] = 1.0
    vectors: Vectors = (sums / lengths[:, None]).astype(np.float32)
    return vectors


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Cut a sequence of texts into batches of about equal numbers of characters."""
    start, characters = 0, 0
    for place, text in enumerate(texts):
        characters += len(text) + 1
        if characters >= _BATCH_CHARACTERS:
            yield start, place + 1
            start, characters = place + 1, 0
    if start < len(texts):
        yield start, len(texts)
