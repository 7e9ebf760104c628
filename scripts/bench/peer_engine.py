"""What an engine is to ``peers.py``: it builds a folder of files, opens it, and searches it with an effort.

An effort is the engine's own knob between speed and recall, rising; an engine without one compares with everything.
Each engine is used as its documentation shows for local use, with an index that its documentation advises for
hundreds of thousands of vectors, and with the inner product (or a distance of the same order) on unit vectors.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from casefinder.vector_index import Ids, Vectors

HNSW_LINKS: Final = 16
HNSW_BUILD_EF: Final = 128
PROBES: Final = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
CANDIDATES: Final = (16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
BATCH: Final = 5_000


def lists_of(n_vectors: int) -> int:
    """Return the usual number of lists of an inverted file."""
    return int(4 * math.sqrt(n_vectors))


@dataclass(frozen=True, slots=True)
class Work:
    """What one query made an engine compare: the reason, where another engine is faster.

    Attributes:
        n_codes: Short codes.
        n_vectors: Whole vectors.
    """

    n_codes: int
    n_vectors: int


class Engine:
    """One engine over one folder."""

    name: ClassVar[str]
    index: ClassVar[str]  # in a few words
    package: ClassVar[str]  # whose version is reported
    efforts: ClassVar[tuple[int, ...]] = (0,)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, vectors: Vectors) -> None:
        """Build and write everything."""
        raise NotImplementedError

    def open(self) -> None:
        """Make ready to search."""
        raise NotImplementedError

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        """Return the ids found, int64 [n_queries, k]."""
        raise NotImplementedError

    def work(self, query: Vectors, *, k: int, effort: int) -> Work | None:
        """Return what a query, float32 [1, dim], is compared with; None where the engine does not tell."""
        return None

    def use_threads(self, n_threads: int) -> None:
        """Limit the engine's own threads, where it has a setting; the processors are limited anyway."""

    def process_ids(self) -> list[int]:
        """Return the processes whose memory counts."""
        return [os.getpid()]
