"""Finding vectors that may be near by the signs of their components: a thirty-second of the bytes to read.

Two vectors at an angle differ in the signs of about that share of the components that the angle has of a half circle: a
wording and its paraphrase in a fifth, two unrelated ones in two fifths and more. Signs choose what is compared in full.

Source: Charikar 2002, doi:10.1145/509907.509965.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_WORD_BITS: Final = 64


def n_sign_words(dim: int) -> int:
    """Return how many 64-bit words hold the signs of a vector."""
    return -(-dim // _WORD_BITS)


def signs_of(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the signs of vectors, [n, dim]: uint64 [n, words]."""
    padded = np.zeros((len(vectors), n_sign_words(vectors.shape[1]) * _WORD_BITS), dtype=bool)
    padded[:, : vectors.shape[1]] = vectors > 0
    return np.packbits(padded, axis=1).view("<u8")


def most_alike(signs: NDArray[np.uint64], query: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Return the places of the n vectors whose signs are most like those of a query, rising: int64 [n]."""
    n_differing = np.bitwise_count(signs ^ signs_of(query[None])).sum(axis=1, dtype=np.uint16)
    return np.sort(np.argpartition(n_differing, n - 1)[:n]).astype(np.int64)
