"""What every text encoder offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.calibration import Calibration

Vectors: TypeAlias = NDArray[np.float32]
Weighing: TypeAlias = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their similarity. Safe to share between threads."""

    @property
    def name(self) -> str:
        """How a user names this encoder: ``bundled``, a hub name, or a folder."""
        ...

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Identity of weights and preprocessing; vectors of two fingerprints must not be compared."""
        ...

    @property
    def calibration(self) -> Calibration | None:
        """What a cosine of this encoder means, or None where nobody has measured it."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts, in order.

        Returns:
            float32 [n_texts, dim]; rows have unit length, or are all zero for a text without anything
            to encode (empty, or punctuation only).
        """
        ...


@runtime_checkable
class WeighsTerms(Protocol):
    """What an encoder may offer beside vectors: it has learned which words of a text count."""

    def weigh_terms(self, text: str, terms: Sequence[str]) -> Weighing:
        """Tell how much each term counts in a text: float32 [n_terms], 0 and up, 1 on average."""
        ...
