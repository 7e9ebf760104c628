"""Making a collection what the records say: rows that are missing, stand there without reason, or are outdated.

The records are the truth. Each row keeps a digest of what was written, so that comparing a million rows moves
16 bytes of each, not 4 KiB. An empty collection is filled in the same way, and an interrupted filling is taken up
where it stopped.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefinder.vector_index.milvus.collection import Collection, ScalarValue
from casefinder.vector_index.protocol import Ids, Vectors, check_stored


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as the records have them: int64 ids [n], unit float32 vectors [n, dim], and the fields beside them."""

    ids: Ids
    vectors: Vectors
    scalars: Sequence[Mapping[str, ScalarValue]]


@dataclass(frozen=True, slots=True)
class Differences:
    """What a collection had otherwise than the records: how many rows of each kind."""

    n_missing: int
    n_outdated: int
    n_extra: int

    @property
    def none(self) -> bool:
        """Whether there were none."""
        return not (self.n_missing or self.n_outdated or self.n_extra)


def reconcile(
    collection: Collection,
    truth: Iterable[Rows],
    *,
    spared: Ids | None = None,
    repair: bool = True,
    advance: Callable[[int], None] = lambda n_rows: None,
) -> Differences:
    """Compare a collection with the records, and write or delete what differs.

    Args:
        collection: One that exists.
        truth: All rows that it should hold, in batches, none twice.
        spared: Ids that may stand in the collection though the truth does not name them.
        repair: Set it right; otherwise only count.
        advance: Called with the number of rows compared, after each batch.

    Raises:
        VectorShapeError: The truth does not fit the collection.
        VectorIndexError: The server does not answer, or refuses.
    """
    comparison = _Comparison(collection, *collection.digests(), dim=collection.dim())
    for rows in truth:
        wrong, digests = comparison.wrong(rows)
        if repair and wrong.any():
            scalars = [rows.scalars[place] for place in np.flatnonzero(wrong).tolist()]
            collection.upsert(rows.ids[wrong], rows.vectors[wrong], digests[wrong], scalars)
        advance(len(rows.ids))
    extra = comparison.extra() if spared is None else np.setdiff1d(comparison.extra(), spared)
    if repair and len(extra):
        collection.delete(extra)
    found = Differences(comparison.n_missing, comparison.n_outdated, len(extra))
    if repair and not found.none:
        collection.finish()
    return found


@dataclass(slots=True)
class _Comparison:
    collection: Collection
    stored_ids: Ids  # rising
    stored_digests: Ids
    dim: int
    n_missing: int = 0
    n_outdated: int = 0
    seen: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.seen = np.zeros(len(self.stored_ids), dtype=bool)

    def wrong(self, rows: Rows) -> tuple[NDArray[np.bool_], Ids]:
        """Tell which rows must be written, and the digests of all."""
        vectors = check_stored(rows.ids, rows.vectors, dim=self.dim)
        digests = np.array([_digest(v, s) for v, s in zip(vectors, rows.scalars, strict=True)], dtype=np.int64)
        places = np.searchsorted(self.stored_ids, rows.ids)
        within = np.minimum(places, max(0, len(self.stored_ids) - 1))
        there = np.zeros(len(rows.ids), dtype=bool)
        if len(self.stored_ids):
            there = self.stored_ids[within] == rows.ids
        outdated = there.copy()
        outdated[there] = self.stored_digests[within[there]] != digests[there]
        self.seen[within[there]] = True
        self.n_missing += int((~there).sum())
        self.n_outdated += int(outdated.sum())
        return ~there | outdated, digests

    def extra(self) -> Ids:
        """Return the ids that no row of the truth has had."""
        return self.stored_ids[~self.seen]


def _digest(vector: NDArray[Any], scalars: Mapping[str, ScalarValue]) -> int:
    text = json.dumps(scalars, sort_keys=True, ensure_ascii=False, default=list)
    return zlib.crc32(text.encode("utf-8", "surrogatepass"), zlib.crc32(vector.tobytes()))
