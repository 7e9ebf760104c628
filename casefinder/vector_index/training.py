"""What an inverted file is trained to: the centroids of its lists and the codes of its vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import VectorIndexError
from casefinder.files import SectionWriter
from casefinder.vector_index.fast_codes import BITS
from casefinder.vector_index.plan import POINTS_PER_LIST, IndexKind, IndexPlan, RowCode
from casefinder.vector_index.protocol import Vectors, check_stored
from casefinder.vector_index.row_codes import faiss_kind
from casefinder.vector_index.threads import limit_threads

if TYPE_CHECKING:
    import faiss

_SEED: Final = 20_240_301  # any fixed number: the same vectors give the same lists
_ITERATIONS: Final = 10  # the FAISS default for IVF; recall does not move beyond it
_FAST_SAMPLE: Final = 65_536  # vectors that the 16 values of each part are learned from


@dataclass(frozen=True, slots=True)
class Trained:
    """The trained part of an inverted file.

    Attributes:
        centroids: float32 [n_lists, dim].
        row_code: The form in which vectors are kept.
        ranges: float32 [2 * dim], least value and width of each component; empty for float16.
        n_parts: Parts of a vector that have a fast code each; 0 without fast codes.
        fast_centroids: float32 [n_parts * 16 * dim / n_parts], the values of the parts.
    """

    centroids: Vectors
    row_code: RowCode
    ranges: Vectors
    n_parts: int
    fast_centroids: Vectors

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        return int(self.centroids.shape[1])

    @property
    def n_lists(self) -> int:
        """Number of lists."""
        return len(self.centroids)

    @property
    def row_bytes(self) -> int:
        """Bytes of the row code of a vector."""
        return self.dim * self.row_code.component_bytes

    def quantizer(self) -> faiss.IndexFlatIP:
        """Return the index that finds the list of a vector."""
        import faiss

        quantizer = faiss.IndexFlatIP(self.dim)
        quantizer.add(self.centroids)
        return quantizer

    def row_codes(self, vectors: Vectors) -> NDArray[np.uint8]:
        """Return the row codes of vectors: uint8 [n, row_bytes]."""
        codes: NDArray[np.uint8] = self._scalar().compute_codes(vectors)
        return codes

    def decoded(self, codes: NDArray[np.uint8]) -> Vectors:
        """Return the vectors that row codes stand for."""
        vectors: Vectors = self._scalar().decode(np.ascontiguousarray(codes))
        return vectors

    def fast_codes(self, vectors: Vectors) -> NDArray[np.uint8]:
        """Return the fast codes of vectors: uint8 [n, n_parts / 2]."""
        import faiss

        quantizer = faiss.ProductQuantizer(self.dim, self.n_parts, BITS)
        faiss.copy_array_to_vector(self.fast_centroids, quantizer.centroids)
        codes: NDArray[np.uint8] = quantizer.compute_codes(vectors)
        return codes

    def write(self, writer: SectionWriter) -> None:
        """Write everything that is trained."""
        writer.add("centroids", self.centroids)
        writer.add("ranges", self.ranges)
        writer.add("fast_centroids", self.fast_centroids)

    def _scalar(self) -> faiss.ScalarQuantizer:
        import faiss

        quantizer = faiss.ScalarQuantizer(self.dim, faiss_kind(self.row_code))
        faiss.copy_array_to_vector(self.ranges, quantizer.trained)
        return quantizer


def train(plan: IndexPlan, sample: Vectors) -> Trained:
    """Learn lists and codes from a sample of the vectors.

    Args:
        plan: What is to be learned.
        sample: float32 [n, dim], rows of unit length.

    Raises:
        VectorIndexError: The plan is not for an inverted file, or the sample is too small for it.
        VectorShapeError: The sample is not float32 [*, dim].
    """
    limit_threads()
    if plan.kind is not IndexKind.IVF:
        raise VectorIndexError(f"the plan is for an {plan.kind} index; an inverted file was asked for")
    dim = sample.shape[1] if sample.ndim == 2 else 0
    sample = check_stored(np.arange(len(sample), dtype=np.int64), sample, dim=dim)
    if len(sample) < POINTS_PER_LIST * plan.n_lists:
        raise VectorIndexError(
            f"{len(sample)} vectors cannot train {plan.n_lists} lists; give {POINTS_PER_LIST * plan.n_lists}"
        )
    return Trained(
        centroids=_centroids(sample, plan.n_lists),
        row_code=plan.row_code,
        ranges=_ranges(sample) if plan.row_code is RowCode.INT8 else np.zeros(0, dtype=np.float32),
        n_parts=plan.n_parts,
        fast_centroids=_part_values(sample, plan.n_parts) if plan.n_parts else np.zeros(0, dtype=np.float32),
    )


def _centroids(sample: Vectors, n_lists: int) -> Vectors:
    """Find the centres of lists by k-means on the unit sphere."""
    import faiss

    clustering = faiss.Clustering(sample.shape[1], n_lists)
    clustering.seed, clustering.niter, clustering.spherical = _SEED, _ITERATIONS, True
    clustering.max_points_per_centroid = len(sample)  # the plan has chosen the size of the sample
    clustering.train(sample, faiss.IndexFlatIP(sample.shape[1]))
    centroids: Vectors = faiss.vector_float_to_array(clustering.centroids).reshape(n_lists, -1)
    return centroids


def _ranges(sample: Vectors) -> Vectors:
    """Return least value and width of each component; values beyond those of the sample are cut off."""
    least, most = sample.min(axis=0), sample.max(axis=0)
    return np.concatenate([least, np.maximum(most - least, np.float32(1e-6))]).astype(np.float32)


def _part_values(sample: Vectors, n_parts: int) -> Vectors:
    """Learn the 16 values of each part of a vector."""
    import faiss

    quantizer = faiss.ProductQuantizer(sample.shape[1], n_parts, BITS)
    quantizer.cp.seed = _SEED
    quantizer.cp.min_points_per_centroid = 1  # the lists need more points than the 16 values; FAISS would warn
    quantizer.train(sample[:_FAST_SAMPLE])
    values: Vectors = faiss.vector_float_to_array(quantizer.centroids)
    return values
