"""Choosing the index for a number of vectors: a pure function, so that every choice can be read and tested.

What the numbers rest on is in docs/vector-index.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from casefinder.errors import VectorIndexError

POINTS_PER_LIST: Final = 39  # fewer do not determine a k-means centre (FAISS warns below it: Clustering.h)
_TRAINING_POINTS_PER_LIST: Final = 64  # k-means gains nothing measurable beyond; FAISS itself caps at 256
_MOST_TRAINING_BYTES: Final = 2**30  # of float16: what a machine of 4 GB can hold beside the rest
_FEWEST_LISTS: Final = 32  # with fewer, nearly all of them would have to be searched
_LISTS_PER_ROOT: Final = 4  # nlist = 4 sqrt(n): coarse and fine scan cost the same (FAISS guidelines, Johnson 2019)
_MOST_LISTS: Final = 65_536
_MOST_PARTS: Final = 128
_FEWEST_PARTS: Final = 32
_LIST_DIRECTIONS: Final = 256
_MOST_CENTRE_BYTES: Final = 8 * 2**20  # 4 MB are gone through in 0.07 ms, 13 MB in 0.9: no cache holds them
_FIRST_PROBES: Final = 48  # a guess; building measures what the wanted recall really takes
_FIRST_COMPARED: Final = 20
_ID_BYTES: Final = 8
_FLOAT_BYTES: Final = 4
_ROW_COMPONENT_BYTES: Final = 2
_CHECKSUM_SHARE: Final = 1 / 1024  # four bytes per page
_FEW_BYTES: Final = 10**7
DEFAULT_MEMORY_BYTES: Final = 2 * 10**9


class IndexKind(StrEnum):
    """How vectors are searched."""

    EXACT = "exact"
    IVF = "ivf"
    MILVUS = "milvus"  # on a server, which has its own plan


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How to index n vectors.

    Attributes:
        kind: Exact scan, or inverted file.
        reasons: Why, a sentence for each choice, as ``casefinder info`` shows them.
        n_lists: Lists of the inverted file (nlist); 0 for an exact index, as is all that follows.
        n_probes: Lists searched per query (nprobe).
        n_training: Vectors that k-means is trained on.
        n_parts: Directions that have a fast code of four bits each; even.
        n_compared: Vectors compared in full for each neighbour wanted.
        memory_bytes: What the index holds in memory, estimated.
        disk_bytes: Size of its file, estimated.
    """

    kind: IndexKind
    reasons: tuple[str, ...]
    n_lists: int = 0
    n_probes: int = 0
    n_training: int = 0
    n_parts: int = 0
    n_compared: int = 0
    memory_bytes: int = 0
    disk_bytes: int = 0

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> IndexPlan:
        """Return the plan whose fields were written as JSON."""
        return cls(**{**fields, "kind": IndexKind(fields["kind"]), "reasons": tuple(fields["reasons"])})


def plan_index(n_vectors: int, *, dim: int, memory_bytes: int = DEFAULT_MEMORY_BYTES) -> IndexPlan:
    """Choose how to index a number of vectors.

    Args:
        n_vectors: How many there are.
        dim: Their components.
        memory_bytes: What the index may hold in memory. The vectors themselves stay in the file, of which the
            system keeps in memory what is read often.

    Raises:
        VectorIndexError: A number is out of range.

    Source: FAISS wiki "Guidelines to choose an index"; Jégou et al. 2011, doi:10.1109/TPAMI.2010.57.
    """
    if n_vectors < 0:
        raise VectorIndexError(f"{n_vectors} vectors cannot be indexed; give their number, 0 or more")
    if dim < 1:
        raise VectorIndexError(f"vectors of {dim} components cannot be indexed; give at least 1")
    smallest = POINTS_PER_LIST * _FEWEST_LISTS
    if n_vectors < smallest or dim == 1:
        return _exact_plan(n_vectors, dim, smallest)
    return _ivf_plan(n_vectors, dim, memory_bytes)


def _exact_plan(n_vectors: int, dim: int, smallest: int) -> IndexPlan:
    if n_vectors < smallest:
        reason = f"exact: {n_vectors} vectors are fewer than the {smallest} that train an inverted file"
    else:
        reason = f"exact: {n_vectors} vectors of one component have no directions to be indexed by"
    n_bytes = n_vectors * (dim * _FLOAT_BYTES + _ID_BYTES)
    return IndexPlan(IndexKind.EXACT, (reason,), memory_bytes=n_bytes, disk_bytes=_on_disk(n_bytes))


def _ivf_plan(n_vectors: int, dim: int, memory_bytes: int) -> IndexPlan:
    n_lists = min(int(_LISTS_PER_ROOT * math.sqrt(n_vectors)), n_vectors // POINTS_PER_LIST, _MOST_LISTS)
    n_parts = min(_MOST_PARTS, dim - dim % 2)
    while n_parts > _FEWEST_PARTS and _in_memory(n_vectors, dim, n_lists, n_parts) > memory_bytes:
        n_parts = max(_FEWEST_PARTS, n_parts // 4 * 2)
    needed = _in_memory(n_vectors, dim, n_lists, n_parts)
    n_affordable = max(POINTS_PER_LIST * n_lists, _MOST_TRAINING_BYTES // (dim * _ROW_COMPONENT_BYTES))
    n_training = min(n_vectors, n_lists * _TRAINING_POINTS_PER_LIST, n_affordable)
    n_directions = list_directions(n_lists, n_parts, dim=dim)
    row_bytes = dim * _ROW_COMPONENT_BYTES + 3 * _ID_BYTES + n_parts // 2
    return IndexPlan(
        IndexKind.IVF,
        (
            f"inverted file: {n_vectors} vectors of {dim} components in {n_lists} lists,"
            f" {_why_lists(n_vectors, n_lists)}",
            f"fast codes: {n_parts} directions, {n_parts // 2} bytes a vector; {_fit(needed, memory_bytes)}",
            "vectors: float16 in the mapped file, as the records hold them; bytes would lose 1.3 % of the nearest",
            f"training: spherical k-means on {n_training} vectors, {n_training // n_lists} for each list",
            f"lists are found by comparing all {n_lists} centres in {n_directions} directions:"
            " a graph over 12,649 would save 0.1 ms and lose some",
        ),
        n_lists=n_lists,
        n_probes=min(n_lists, _FIRST_PROBES),
        n_training=n_training,
        n_parts=n_parts,
        n_compared=_FIRST_COMPARED,
        memory_bytes=needed,
        disk_bytes=_on_disk(n_vectors * row_bytes + (n_lists + dim) * n_directions * _FLOAT_BYTES),
    )


def list_directions(n_lists: int, n_parts: int, *, dim: int) -> int:
    """Return how many directions the centres of lists live in: fewer where centres are many, never less than codes."""
    is_roomy = n_lists * _LIST_DIRECTIONS * _FLOAT_BYTES <= _MOST_CENTRE_BYTES
    return max(n_parts, min(dim, _LIST_DIRECTIONS if is_roomy else _MOST_PARTS))


def _why_lists(n_vectors: int, n_lists: int) -> str:
    if n_lists == int(_LISTS_PER_ROOT * math.sqrt(n_vectors)):
        return "four times the square root, so that finding lists and searching them cost alike"
    if n_lists == _MOST_LISTS:
        return "the most that an index may have"
    return f"one for every {POINTS_PER_LIST} vectors, the fewest that determine a centre"


def _in_memory(n_vectors: int, dim: int, n_lists: int, n_parts: int) -> int:
    """Estimate what an inverted file holds: codes with their places, the table of ids, centres and projection."""
    per_vector = n_parts // 2 + 3 * _ID_BYTES
    trained = (n_lists + dim) * list_directions(n_lists, n_parts, dim=dim) * _FLOAT_BYTES
    return n_vectors * per_vector + trained + n_vectors * dim // 512


def _fit(needed: int, memory_bytes: int) -> str:
    sizes = f"{megabytes(needed)} in memory of {megabytes(memory_bytes)} allowed"
    return sizes if needed <= memory_bytes else f"{sizes}: the least that is possible"


def megabytes(n_bytes: int) -> str:
    """Write a number of bytes in megabytes, with a digit after the point where there are few."""
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes < _FEW_BYTES else f"{n_bytes / 1e6:,.0f} MB"


def _on_disk(n_bytes: int) -> int:
    return int(n_bytes * (1 + _CHECKSUM_SHARE))
