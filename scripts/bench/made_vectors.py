"""Made vectors that stand in for those of a large text encoder: unit length, clustered, repeatable by seed.

Texts gather in topics of very different size, and an encoder spreads them over far fewer directions than it has
components, along a spectrum that falls off slowly. So a vector is made of a common mean, the centre of its topic and
its own deviation, all in 256 latent directions whose weight falls with the square root of their rank, turned into the
full space at random, plus a little noise in every component. Queries are fresh draws from the same topics.

The vectors of a seed are made in blocks of their own random state: any range of them can be made alone, and the first
n of a longer series are the shorter series.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from casefinder.vector_index import Vectors

BLOCK: Final = 4096
_QUERIES: Final = 2**40  # block number of the queries: no series of vectors is so long
_N_LATENT: Final = 256
_DECAY: Final = 0.5  # the weight of latent direction r is r ** -0.5
_N_TOPICS: Final = 2000
_TOPIC_SKEW: Final = 0.7  # the share of topic r falls with r ** -0.7
_MEAN: Final = 0.8  # encoders give unrelated texts a cosine well above 0; here about 0.3
_WITHIN: Final = 0.6  # spread within a topic against that between topics
_NOISE: Final = 0.25


@dataclass(frozen=True)
class MadeVectors:
    """A repeatable series of unit vectors, float32 [*, dim]."""

    dim: int = 1024
    seed: int = 20_261_122
    _basis: Vectors = field(init=False, repr=False, compare=False)
    _centres: Vectors = field(init=False, repr=False, compare=False)
    _shares: np.ndarray[tuple[int], np.dtype[np.float64]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Draw the topics and the directions that the latent space takes in the full one."""
        rng = np.random.default_rng(self.seed)
        turned = np.linalg.qr(rng.normal(size=(self.dim, min(_N_LATENT, self.dim))))[0].T
        weights = np.arange(1, len(turned) + 1) ** -_DECAY
        basis = turned * (weights / np.linalg.norm(weights))[:, None]
        centres = rng.normal(size=(_N_TOPICS, len(turned))) + _MEAN * rng.normal(size=len(turned))
        shares = np.arange(1, _N_TOPICS + 1) ** -_TOPIC_SKEW
        object.__setattr__(self, "_basis", basis.astype(np.float32))
        object.__setattr__(self, "_centres", centres.astype(np.float32))
        object.__setattr__(self, "_shares", shares / shares.sum())

    def blocks(self, n_vectors: int) -> Iterator[Vectors]:
        """Make the first vectors of the series, in blocks of at most ``BLOCK`` rows."""
        for number in range(-(-n_vectors // BLOCK)):
            yield self._block(number, BLOCK)[: n_vectors - number * BLOCK]

    def first(self, n_vectors: int) -> Vectors:
        """Make the first vectors of the series as one array, float32 [n_vectors, dim]."""
        vectors = np.empty((n_vectors, self.dim), dtype=np.float32)
        for number, block in enumerate(self.blocks(n_vectors)):
            vectors[number * BLOCK : number * BLOCK + len(block)] = block
        return vectors

    def queries(self, n_queries: int) -> Vectors:
        """Make queries, float32 [n_queries, dim], none of which is in the series."""
        return self._block(_QUERIES, n_queries)

    def _block(self, number: int, n_rows: int) -> Vectors:
        rng = np.random.default_rng([self.seed, number])
        topics = rng.choice(_N_TOPICS, n_rows, p=self._shares)
        latent = rng.standard_normal((n_rows, len(self._basis)), dtype=np.float32) * np.float32(_WITHIN)
        vectors = (latent + self._centres[topics]) @ self._basis
        vectors += rng.standard_normal(vectors.shape, dtype=np.float32) * np.float32(_NOISE / self.dim**0.5)
        rows: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32, copy=False)
        return rows
