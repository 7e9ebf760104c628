"""What an inverted file is trained to: a projection, the centres of its lists, and its fast codes.

Vectors of text encoders lie near a space of far fewer directions than they have components. Lists live in the 256
directions that hold most of it, fast codes in the first 128 of these, turned at random so that all parts carry the
same share. A code stands for what the centre of its list leaves of a vector: that varies half as much as the vector,
so the same four bits tell it twice as finely (docs/vector-index.md).

Source: Jégou and Chum 2012, doi:10.1007/978-3-642-33709-3_55 (projection with a random rotation); Jégou et al. 2011,
doi:10.1109/TPAMI.2010.57 (codes of residuals).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import VectorIndexError
from casefinder.files import SectionFile, SectionWriter
from casefinder.vector_index.clustering import nearest_centres, spherical_kmeans
from casefinder.vector_index.plan import POINTS_PER_LIST, IndexKind, IndexPlan, list_directions
from casefinder.vector_index.protocol import Vectors, check_stored
from casefinder.vector_index.threads import limit_threads

if TYPE_CHECKING:
    import faiss

BITS: Final = 4
_SEED: Final = 20_240_301  # any fixed number: the same vectors give the same lists
_PROJECTION_SAMPLE: Final = 32_768  # 32 vectors per direction of 1024
_CODE_SAMPLE: Final = 65_536  # vectors that the 16 values of each part are learned from
_ROWS_AT_ONCE: Final = 8_192


@dataclass(frozen=True, slots=True)
class Trained:
    """The trained part of an inverted file.

    Attributes:
        projection: float32 [dim, n_directions], orthonormal columns; the first ``n_parts`` have fast codes.
        centres: float32 [n_lists, n_directions], of the lists, unit length.
        values: float32 [n_parts * 16], what the fast codes of each part stand for.
        is_residual: Whether they stand for what its centre leaves of a vector, or for the vector, as they did in the
            first form of the file.
    """

    projection: Vectors
    centres: Vectors
    values: Vectors
    is_residual: bool = True

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        return len(self.projection)

    @property
    def n_parts(self) -> int:
        """Number of directions with a fast code of their own."""
        return len(self.values) // 2**BITS

    @property
    def n_lists(self) -> int:
        """Number of lists."""
        return len(self.centres)

    def projected(self, vectors: Vectors) -> Vectors:
        """Return vectors in the directions of the projection: float32 [n, n_directions]."""
        projected: Vectors = vectors @ self.projection
        return projected

    def lists_of(self, projected: Vectors) -> NDArray[np.int64]:
        """Return the list that each projected vector belongs to."""
        return nearest_centres(projected, self.centres)[0]

    def nearness(self, projected: Vectors) -> Vectors:
        """Return the inner products of projected queries with all centres: float32 [n_queries, n_lists]."""
        near: Vectors = projected @ self.centres.T
        return near

    def nearest_lists(self, projected: Vectors, *, n: int) -> tuple[NDArray[np.int64], Vectors]:
        """Return the n lists nearest to each projected query, in no order.

        Returns:
            int64 [n_queries, n], and the inner products with their centres, float32 [n_queries, n].
        """
        near = self.nearness(projected)
        if n >= self.n_lists:
            return np.broadcast_to(np.arange(self.n_lists), near.shape), near
        lists = np.argpartition(near, self.n_lists - n, axis=1)[:, self.n_lists - n :]
        return lists, np.take_along_axis(near, lists, axis=1)

    def fast_codes(self, projected: Vectors, lists: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the fast codes of projected vectors in their lists, int64 [n]: uint8 [n, n_parts / 2]."""
        limit_threads()
        left = projected[:, : self.n_parts]
        if self.is_residual:
            left = _left_by(self.centres, projected, lists, n_parts=self.n_parts)
        codes: NDArray[np.uint8] = self.coder().compute_codes(np.ascontiguousarray(left))
        return codes

    def coder(self) -> faiss.ProductQuantizer:
        """Return what makes fast codes."""
        import faiss

        coder = faiss.ProductQuantizer(self.n_parts, self.n_parts, BITS)
        faiss.copy_array_to_vector(self.values, coder.centroids)
        return coder

    def write(self, writer: SectionWriter) -> None:
        """Write everything that was trained."""
        writer.add("projection", self.projection)
        writer.add("centres", self.centres)
        writer.add("values", self.values)

    @classmethod
    def read(cls, file: SectionFile, *, dim: int, is_residual: bool) -> Trained:
        """Read what ``write`` wrote.

        Raises:
            IndexDamagedError: It was altered on disk.
        """
        projection = file.array("projection").reshape(dim, -1)
        centres = file.array("centres").reshape(-1, projection.shape[1])
        return cls(projection, centres, file.array("values"), is_residual)


def train(plan: IndexPlan, sample: Vectors | NDArray[np.float16]) -> Trained:
    """Learn projection, lists and codes from a sample of the vectors.

    Args:
        plan: What is to be learned.
        sample: [n, dim], rows of unit length; float16 takes half the memory and is as good.

    Raises:
        VectorIndexError: The plan is not for an inverted file, or the sample is too small for it.
        VectorShapeError: The sample is not [*, dim], or holds NaN.
    """
    limit_threads()
    if plan.kind is not IndexKind.IVF:
        raise VectorIndexError(f"the plan is for an {plan.kind} index; an inverted file was asked for")
    if len(sample) < POINTS_PER_LIST * plan.n_lists:
        raise VectorIndexError(
            f"{len(sample)} vectors cannot train {plan.n_lists} lists; give {POINTS_PER_LIST * plan.n_lists}"
        )
    first = _checked(sample[:_PROJECTION_SAMPLE])
    n_directions = list_directions(plan.n_lists, plan.n_parts, dim=first.shape[1])
    projection = _projection(first, n_directions, n_parts=plan.n_parts)
    parts = [
        _checked(sample[start : start + _ROWS_AT_ONCE]) @ projection for start in range(0, len(sample), _ROWS_AT_ONCE)
    ]
    projected = np.concatenate(parts)
    centres = spherical_kmeans(projected, plan.n_lists, seed=_SEED)
    coded = projected[:_CODE_SAMPLE]
    left = _left_by(centres, coded, nearest_centres(coded, centres)[0], n_parts=plan.n_parts)
    return Trained(projection=projection, centres=centres, values=_part_values(left))


def _left_by(centres: Vectors, projected: Vectors, lists: NDArray[np.int64], *, n_parts: int) -> Vectors:
    """Return what the centres of their lists leave of projected vectors, in the directions that have codes."""
    left: Vectors = projected[:, :n_parts] - centres[lists, :n_parts]
    return left


def _checked(rows: Vectors | NDArray[np.float16]) -> Vectors:
    wide: Any = rows.astype(np.float32) if rows.dtype == np.float16 else rows
    return check_stored(np.arange(len(wide)), wide, dim=wide.shape[1] if wide.ndim == 2 else 0)


def _projection(sample: Vectors, n_directions: int, *, n_parts: int) -> Vectors:
    """Return the directions that hold most of the vectors; the first ones are turned among themselves at random."""
    _, rising = np.linalg.eigh(sample.T @ sample)  # not centred, for it is inner products that count
    directions = rising[:, ::-1][:, :n_directions].astype(np.float32)
    turned = np.linalg.qr(np.random.default_rng(_SEED).normal(size=(n_parts, n_parts)))[0]
    directions[:, :n_parts] = directions[:, :n_parts] @ turned
    return np.ascontiguousarray(directions)


def _part_values(left: Vectors) -> Vectors:
    """Learn the 16 values of each part."""
    import faiss

    coder = faiss.ProductQuantizer(left.shape[1], left.shape[1], BITS)
    coder.cp.seed = _SEED
    coder.cp.min_points_per_centroid = 1  # the lists need more points than the 16 values; FAISS would warn
    coder.train(left)
    values: Vectors = faiss.vector_float_to_array(coder.centroids)
    return values
