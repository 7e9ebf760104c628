"""The encoder that ships with casefinder: a weighted bag of features, added up in integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.bags import BagMaker
from casefinder.encoders.bundled.gate import weigh, weigh_beside
from casefinder.encoders.bundled.summing import sum_rows
from casefinder.encoders.bundled.weights import Metadata, Weights, read_metadata, read_weights
from casefinder.encoders.calibration import Calibration
from casefinder.encoders.protocol import Vectors, Weighing

PACKAGED = Path(__file__).parent / "weights"
_BATCH_CHARACTERS = 8192  # the arrays of one batch stay in the L2 cache; 1.5 times slower at 65,536


class BundledEncoder:
    """Encodes Chinese and English clinical text with the weights that ship with casefinder.

    A text is the set of its features (see `features.py`), each of which has a row of small integers. The rows
    add up to the text's vector, each as often as the text's other features make it count (see `gate.py`), and the
    sum is scaled to unit length. Sums are exact integers and the other steps (square root, division, rounding)
    are exactly rounded by IEEE 754, so vectors are bit-identical on every machine, alone or in a batch. Nothing
    changes after loading: any number of threads may share one encoder.
    """

    name = "bundled"

    def __init__(self, weights: Weights, metadata: Metadata) -> None:
        """Prepare weights that were read with `read_weights`."""
        self._metadata = metadata
        self._weights = weights
        self._bag_maker = BagMaker(weights.keys, weights.characters, n_buckets=weights.n_buckets)

    @classmethod
    def load(cls, directory: Path | None = None) -> BundledEncoder:
        """Load the encoder.

        Args:
            directory: Holds `metadata.json` and `weights.bin`; the packaged weights when left out.

        Raises:
            EncoderNotFoundError: one of the two files is missing.
            EncoderDamagedError: one of them is not what was written.
        """
        where = PACKAGED if directory is None else directory
        metadata = read_metadata(where)
        return cls(read_weights(where, metadata), metadata)

    @staticmethod
    def packaged_fingerprint() -> str:
        """Read the fingerprint of the packaged weights, without reading the weights."""
        return read_metadata(PACKAGED).fingerprint

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
            bags = self._bag_maker.make(texts[start:stop])
            levels = weigh(self._weights.gate, bags)
            vectors[start:stop] = _unit(sum_rows(self._weights.table, bags.rows, levels, bags.borders))
        return vectors

    def weigh_terms(self, text: str, terms: Sequence[str]) -> Weighing:
        """Tell how much each term counts in a text: by how far its row, alone, would move the text's vector.

        Training has found out which words bring texts together that belong together: names of diseases and complaints
        count much, greetings and 请问 little.

        Args:
            text: What the terms are from.
            terms: Words, or characters and pairs of them; also such as the text holds in another form.

        Returns:
            float32 [n_terms], 1 on average; 1 for a term that the encoder does not know.
        """
        rows = self._bag_maker.find_whole(terms)
        known = np.flatnonzero(rows >= 0)
        lengths = np.linalg.norm(self._weights.table.take(rows[known], axis=0).astype(np.float32), axis=1)
        moved = weigh_beside(self._weights.gate, self._bag_maker.make([text]), rows[known]) * lengths
        weights = np.ones(len(terms), dtype=np.float32)
        if moved.any():
            weights[known] = moved / moved.mean()
        return weights


def _unit(sums: NDArray[np.int64]) -> Vectors:
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
