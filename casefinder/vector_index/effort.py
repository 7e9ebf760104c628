"""How much work a search must do for the recall that was promised: measured, not estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.vector_index.ivf import IVFIndex
from casefinder.vector_index.protocol import Ids, VectorIndex, Vectors

MEASURED_K: Final = 10
DEFAULT_TARGET: Final = 0.99
_DIGITS: Final = 6
_STANDARD_ERRORS: Final = 1.64  # the recall of one base in twenty may lie below what is kept of it
_PROBES: Final = (4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096)
_COMPARED: Final = (3, 4, 5, 6, 8, 10, 14, 20, 28, 40, 56, 80)


class Probe:
    """Vectors of an index that are asked for as questions, and their true neighbours.

    A vector is no neighbour of its own: that it finds itself would count as a tenth of recall.
    """

    def __init__(self, ids: Ids, vectors: Vectors) -> None:
        """Ask for some stored vectors, float32 [n, dim], under their ids; the neighbours come by ``see``."""
        self.ids, self.vectors = ids, vectors
        shape = (len(ids), MEASURED_K)
        self._neighbours = np.full(shape, -1, dtype=np.int64)
        self._scores = np.full(shape, -np.inf, dtype=np.float32)

    def see(self, ids: Ids, vectors: Vectors) -> None:
        """Take further stored vectors into account; every vector of the index must be seen once."""
        scores = self.vectors @ vectors.T
        scores[self.ids[:, None] == ids] = -np.inf
        both = np.concatenate([self._scores, scores], axis=1)
        places = np.argpartition(-both, MEASURED_K - 1, axis=1)[:, :MEASURED_K]
        known = np.concatenate([self._neighbours, np.broadcast_to(ids, scores.shape)], axis=1)
        self._neighbours = np.take_along_axis(known, places, axis=1)
        self._scores = np.take_along_axis(both, places, axis=1)

    def recalls(self, index: VectorIndex) -> NDArray[np.float64]:
        """Return the share of its true neighbours that an index finds for each question: float64 [n]."""
        found = index.search(self.vectors, k=MEASURED_K + 1)
        return self.shares(np.where(found.ids == self.ids[:, None], -np.inf, found.scores))

    def shares(self, scores: Vectors) -> NDArray[np.float64]:
        """Return the share of true neighbours among what any index found for each question, by its scores."""
        # By score, for among equally near vectors either is right; sums are taken in another order.
        least = self._scores.min(axis=1, keepdims=True) - 1e-6
        shares: NDArray[np.float64] = np.minimum((scores >= least).sum(axis=1), MEASURED_K) / MEASURED_K
        return shares


@dataclass(frozen=True, slots=True)
class Effort:
    """What a search does, and the recall that was measured with it.

    Attributes:
        n_probes: Lists searched per query.
        n_compared: Vectors compared in full for each neighbour wanted.
        recall: Mean recall@10 against exact search, 0 to 1.
        margin: Half the width of its confidence interval.
    """

    n_probes: int
    n_compared: int
    recall: float
    margin: float

    @classmethod
    def of(cls, recalls: NDArray[np.float64], *, n_probes: int, n_compared: int) -> Effort:
        """Return an effort with what was measured of it, a recall for each question."""
        margin = _STANDARD_ERRORS * float(recalls.std()) / max(len(recalls), 1) ** 0.5
        recall = round(float(recalls.mean()), _DIGITS)  # a share of some thousand neighbours, not its binary tail
        return cls(n_probes, n_compared, recall, margin)

    def reaches(self, target: float) -> bool:
        """Whether the recall is the target even where the measurement flatters it."""
        return self.recall - self.margin >= target


def measured_effort(index: IVFIndex, probe: Probe, *, n_probes: int, n_compared: int) -> Effort:
    """Measure one effort."""
    recalls = probe.recalls(index.with_effort(n_probes=n_probes, n_compared=n_compared))
    return Effort.of(recalls, n_probes=n_probes, n_compared=n_compared)


def choose_effort(index: IVFIndex, probe: Probe, *, target: float) -> Effort:
    """Return the smallest effort whose measured recall reaches a target, or the best where none does.

    First the fewest lists are sought with which it can be reached at all, then the fewest comparisons with one size
    more of lists, so that neither has to make up for the other.
    """
    probes = [*(n for n in _PROBES if n < index.n_lists), index.n_lists]
    tried = Effort(0, 0, -1.0, 0.0)
    for place, n_probes in enumerate(probes):
        tried = measured_effort(index, probe, n_probes=n_probes, n_compared=_COMPARED[-1])
        if tried.reaches(target):
            roomier = probes[min(place + 1, len(probes) - 1)]
            return _fewest_compared(index, probe, tried, roomier, target=target)
    return tried


def _fewest_compared(index: IVFIndex, probe: Probe, reached: Effort, n_probes: int, *, target: float) -> Effort:
    for n_compared in _COMPARED:
        effort = measured_effort(index, probe, n_probes=n_probes, n_compared=n_compared)
        if effort.reaches(target):
            return effort
    return reached
