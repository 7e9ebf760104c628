"""Choosing the index for a number of vectors: a pure function, so that every choice can be read and tested."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from casefinder.errors import VectorIndexError

POINTS_PER_LIST: Final = 39  # below this FAISS warns that a k-means centroid is not determined (Clustering.h)
_TRAINING_POINTS_PER_LIST: Final = 64  # k-means gains nothing measurable beyond; FAISS itself caps at 256
_FEWEST_LISTS: Final = 32  # with fewer, nearly all of them would have to be searched
_LISTS_PER_ROOT: Final = 4  # nlist = 4 sqrt(n): coarse and fine scan cost the same (FAISS guidelines, Johnson 2019)
_MOST_LISTS: Final = 65_536
# Recall@10 of 0.99 takes about 40 lists from 3,000 to 100,000 generated cases, whatever their number of lists:
# scripts/bench/recall.py, results of 2026-11-22. The share leaves room where lists are many.
_FEWEST_PROBES: Final = 48
_PROBED_SHARE: Final = 0.04


class IndexKind(StrEnum):
    """How vectors are searched."""

    EXACT = "exact"
    IVF = "ivf"


class RowCode(StrEnum):
    """The form in which a vector is kept."""

    FLOAT16 = "float16"  # as case bases store it: nothing is lost
    INT8 = "int8"  # 256 steps over the range of each component: a cosine moves in the fourth digit

    @property
    def component_bytes(self) -> int:
        """Bytes of one component."""
        return 2 if self is RowCode.FLOAT16 else 1


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How to index n vectors.

    Attributes:
        kind: Exact scan, or inverted file.
        reasons: Why, a sentence for each choice, as ``casefinder info`` shows them.
        n_lists: Lists of the inverted file (nlist); 0 for an exact index.
        n_probes: Lists searched per query (nprobe); 0 for an exact index.
        n_training: Vectors that k-means is trained on; 0 for an exact index.
        row_code: The form in which an inverted file keeps vectors.
        n_parts: Parts of a vector with a fast code each; 0 without fast codes.
        n_compared: With fast codes, vectors compared by their rows for each neighbour wanted.
    """

    kind: IndexKind
    reasons: tuple[str, ...]
    n_lists: int = 0
    n_probes: int = 0
    n_training: int = 0
    row_code: RowCode = RowCode.FLOAT16
    n_parts: int = 0
    n_compared: int = 1

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> IndexPlan:
        """Return the plan whose fields were written as JSON."""
        kinds = {"kind": IndexKind(fields["kind"]), "row_code": RowCode(fields["row_code"])}
        return cls(**{**fields, **kinds, "reasons": tuple(fields["reasons"])})


def plan_index(n_vectors: int) -> IndexPlan:
    """Choose index kind, nlist, nprobe and training size for a number of vectors.

    Raises:
        VectorIndexError: The number is negative.

    Source: FAISS wiki "Guidelines to choose an index"; Jégou et al. 2011, doi:10.1109/TPAMI.2010.57.
    """
    if n_vectors < 0:
        raise VectorIndexError(f"{n_vectors} vectors cannot be indexed; give their number, 0 or more")
    smallest = POINTS_PER_LIST * _FEWEST_LISTS
    if n_vectors < smallest:
        reason = f"{n_vectors} vectors are fewer than the {smallest} that train an inverted file"
        return IndexPlan(IndexKind.EXACT, (reason,))
    n_lists = min(int(_LISTS_PER_ROOT * math.sqrt(n_vectors)), n_vectors // POINTS_PER_LIST, _MOST_LISTS)
    n_probes = min(n_lists, max(_FEWEST_PROBES, math.ceil(n_lists * _PROBED_SHARE)))
    reason = f"{n_vectors} vectors in {n_lists} lists, {n_probes} of them searched per query"
    n_training = min(n_vectors, n_lists * _TRAINING_POINTS_PER_LIST)
    return IndexPlan(IndexKind.IVF, (reason,), n_lists, n_probes, n_training)
