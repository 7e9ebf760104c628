"""K-means on the unit sphere, with numpy.

numpy multiplies matrices five times as fast as the library that FAISS's wheels carry: 122 against 24 GFlop/s on one
core with AVX-512 (faiss-cpu 1.15.1, numpy 2; 8,192 vectors against 1,024 centres of 1,024 dimensions).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.vector_index.protocol import Vectors

_ITERATIONS: Final = 10  # the FAISS default for inverted files; recall does not move beyond it
_SIDESTEP: Final = 1e-3  # of unit length: far enough to differ in float32, near enough to stay in the list
_MATRIX_BYTES: Final = 64 * 2**20  # of inner products at once


def spherical_kmeans(vectors: Vectors, n_centres: int, *, seed: int) -> Vectors:
    """Find centres of unit length, float32 [n_centres, dim], such that vectors are near to one of them.

    A centre that no vector is nearest to takes half of what another has. Begun anew at a vector that is far from all
    it would hold little else to the end, and crowded lists would stay so: of 200,000 vectors in 1,788 lists, 32 lists
    then held 98.9 % of the neighbours of questions among 6,630 vectors, and hold 99.2 % among 6,170 with this.

    Source: Dhillon and Modha 2001, doi:10.1023/A:1007612920971.
    """
    rng = np.random.default_rng(seed)
    centres = _unit(vectors[rng.choice(len(vectors), n_centres, replace=False)])
    for _ in range(_ITERATIONS):
        nearest, _ = nearest_centres(vectors, centres)
        centres = _halved(*_means(vectors, nearest, n_centres), rng)
    return centres


def nearest_centres(vectors: Vectors, centres: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    """Return the nearest centre of each vector, int64 [n], and its inner product, float32 [n]."""
    n_rows = max(1, _MATRIX_BYTES // (4 * len(centres)))
    nearest = np.empty(len(vectors), dtype=np.int64)
    nearness = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), n_rows):
        products = vectors[start : start + n_rows] @ centres.T
        best = products.argmax(axis=1)
        nearest[start : start + n_rows] = best
        nearness[start : start + n_rows] = np.take_along_axis(products, best[:, None], axis=1)[:, 0]
    return nearest, nearness


def _means(vectors: Vectors, nearest: NDArray[np.int64], n_centres: int) -> tuple[Vectors, NDArray[np.int64]]:
    """Return the direction of the mean of each list, zeros where it is empty, and how many vectors it holds."""
    order = np.argsort(nearest, kind="stable")
    counts = np.bincount(nearest, minlength=n_centres)
    is_used = counts > 0
    starts = (np.cumsum(counts) - counts)[is_used]
    centres = np.zeros((n_centres, vectors.shape[1]), dtype=np.float32)
    centres[is_used] = np.add.reduceat(vectors[order], starts, axis=0)
    return _unit(centres), counts


def _halved(centres: Vectors, counts: NDArray[np.int64], rng: np.random.Generator) -> Vectors:
    """Return centres of which the fullest are two, a little to either side, in place of those that hold nothing."""
    empty = np.flatnonzero(counts == 0)
    fullest = np.argsort(-counts, kind="stable")[: len(empty)]
    aside = _SIDESTEP * _unit(rng.normal(size=(len(empty), centres.shape[1])).astype(np.float32))
    centres[empty] = _unit(centres[fullest] + aside)
    centres[fullest] = _unit(centres[fullest] - aside)
    return centres


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit
