"""Posting lists: for each term the rows that hold it, rising, each with a byte that says how much.

A posting is one number: the row, and in its lowest byte the part of the BM25 formula that does not depend on the
question. A term is known by 64 bits of a hash; two of a million terms share them once in 30 million bases.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.files import Values
from casefinder.term_index.sorted_keys import STRIDE, SortedKeys

Rows = NDArray[np.int64]

ROW_SHIFT: Final = 8  # bits of the impact
MOST_ROWS: Final = 2**24  # that are left for a row
K1: Final = 1.2  # the usual value (Robertson and Zaragoza 2009, doi:10.1561/1500000019)
_B: Final = 0.75
IMPACT_STEPS: Final = 255 / (K1 + 1)  # impacts lie between 0 and k1 + 1 and are kept as one byte
_TERM_SHIFT: Final = 32
_HIGHEST_IMPACT: Final = 2**ROW_SHIFT - 1


class ListsBuilder:
    """Collects the terms of rows."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._terms = array("i")
        self._rows = array("i")
        self._counts = array("i")
        self._weights = array("d")

    def add(self, row: int, terms: Sequence[str], weight: float = 1.0) -> None:
        """Add terms of a row, each of which counts for ``weight``."""
        self._terms.extend(map(self._numbers.__getitem__, terms))
        self._rows.append(row)
        self._counts.append(len(terms))
        self._weights.append(weight)

    def lengths(self, n_rows: int) -> NDArray[np.float64]:
        """Return the weighted number of terms of each row: float64 [n_rows]."""
        counts = np.frombuffer(self._counts, "i4") * np.frombuffer(self._weights, "f8")
        return np.bincount(np.frombuffer(self._rows, "i4"), counts, minlength=n_rows).astype(np.float64)

    def terms(self) -> list[str]:
        """Return the distinct terms in the order of their lists."""
        terms = list(self._numbers)
        return [terms[number] for number in np.argsort(term_keys(terms)).tolist()]

    def arrays(self, prefix: str, *, n_rows: int, reference: float | None = None) -> dict[str, NDArray[Any]]:
        """Return the posting lists as arrays whose names begin with a prefix.

        Args:
            prefix: Of their names.
            n_rows: Rows of the part, above every row that was added.
            reference: The length that counts as usual; None for lists that only say which rows there are.
        """
        keys = term_keys(list(self._numbers))
        by_key = np.argsort(keys)
        ranks = np.empty(len(keys), dtype=np.uint64)
        ranks[by_key] = np.arange(len(keys), dtype=np.uint64)
        counts = np.frombuffer(self._counts, "i4")
        rows = np.repeat(np.frombuffer(self._rows, "i4"), counts).astype(np.uint64)
        said, place = np.unique(
            (ranks[np.frombuffer(self._terms, "i4")] << np.uint64(_TERM_SHIFT)) | rows, return_inverse=True
        )
        postings = (said & np.uint64(MOST_ROWS - 1)) << np.uint64(ROW_SHIFT)
        if reference is not None:
            weights = np.bincount(place, np.repeat(np.frombuffer(self._weights, "f8"), counts), minlength=len(said))
            norms = K1 * (1 - _B + _B * self.lengths(n_rows) / reference)
            impacts = weights * (K1 + 1) / (weights + norms[said & np.uint64(MOST_ROWS - 1)])
            postings |= np.maximum(np.rint(impacts * IMPACT_STEPS), 1).astype(np.uint64)
        n_postings = np.bincount((said >> np.uint64(_TERM_SHIFT)).astype(np.int64), minlength=len(keys))
        return {**key_arrays(prefix, keys[by_key], n_postings), f"{prefix}_postings": postings.astype("<u4")}


class TermLists:
    """The posting lists of one field of one part of the cases."""

    def __init__(self, arrays: Mapping[str, Values], prefix: str) -> None:
        """Serve the arrays that ``ListsBuilder.arrays`` made."""
        self.keys = SortedKeys(arrays[f"{prefix}_keys"], arrays[f"{prefix}_samples"])
        self.starts = arrays[f"{prefix}_starts"]
        self.postings = arrays[f"{prefix}_postings"]

    def bounds(self, keys: NDArray[np.uint64]) -> tuple[Rows, Rows]:
        """Return where the postings of terms begin and end, equal for a term that no row holds: int64 [n] each."""
        places = self.keys.places(keys)
        is_known = places >= 0
        known = places[is_known]
        starts, ends = np.zeros((2, len(keys)), dtype=np.int64)
        starts[is_known], ends[is_known] = self.starts.take(known), self.starts.take(known + 1)
        return starts, ends

    def rows(self, place: int) -> Rows:
        """Return the rows of the list at a place, rising: int64 [n]."""
        start, end = self.starts[place : place + 2].tolist()
        return self.between(start, end)

    def between(self, start: int, end: int) -> Rows:
        """Return the rows of postings from start to end (exclusive): int64 [n]."""
        return split_postings(self.postings[start:end])[0]

    def contains(self, start: int, end: int, rows: Rows) -> NDArray[np.bool_]:
        """Return which rows the postings from start to end (exclusive) hold: bool [n_rows]."""
        return self._beyond(start, end, rows) <= _HIGHEST_IMPACT

    def impacts(self, start: int, end: int, rows: Rows) -> NDArray[np.float32]:
        """Return the impacts of the postings from start to end (exclusive) for some rows: float32 [n_rows]."""
        beyond = self._beyond(start, end, rows)
        return np.where(beyond <= _HIGHEST_IMPACT, beyond, 0).astype(np.float32)

    def _beyond(self, start: int, end: int, rows: Rows) -> NDArray[np.uint32]:
        """Return how far beyond each row the first posting is that is not before it: its impact where it is the row's.

        Above every impact where the row has none.
        """
        # In the type of the postings: another would make a copy of them. The difference wraps around where all are
        # before the row, which leaves it above every impact, as rows have only three of the four bytes.
        wanted = (rows << ROW_SHIFT).astype(np.uint32)
        if start == end:
            return ~np.zeros_like(wanted)
        postings = self.postings[start:end]
        return postings.take(postings.searchsorted(wanted), mode="clip") - wanted


def key_arrays(prefix: str, keys: NDArray[np.uint64], n_postings: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return the arrays in which posting lists are found: rising keys, and how many postings each has."""
    return {
        f"{prefix}_keys": keys,
        f"{prefix}_samples": keys[::STRIDE],
        f"{prefix}_starts": np.concatenate([[0], np.cumsum(n_postings)]).astype("<i8"),
    }


def are_in(rows: Rows, others: Rows) -> NDArray[np.bool_]:
    """Return which rows are among others, which rise: bool [n_rows]. Few are looked up in many at once."""
    if not len(others):
        return np.zeros(len(rows), dtype=bool)
    places = np.minimum(np.searchsorted(others, rows), len(others) - 1)
    return np.asarray(others[places] == rows)


def united(parts: Iterable[Rows]) -> Rows:
    """Return all rows of some parts, each once, rising: int64 [n]. Of few rows it takes a third of ``np.unique``."""
    rows = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
    is_first = np.concatenate([np.ones(min(len(rows), 1), dtype=bool), rows[1:] != rows[:-1]])
    return np.asarray(rows[is_first])


def split_postings(postings: NDArray[np.uint32]) -> tuple[Rows, NDArray[np.float32]]:
    """Return the rows and the impacts of postings: int64 [n], float32 [n]."""
    return (postings >> ROW_SHIFT).astype(np.int64), (postings & np.uint32(2**ROW_SHIFT - 1)).astype(np.float32)


def term_keys(terms: Iterable[str]) -> NDArray[np.uint64]:
    """Return 64 bits that stand for each term: uint64 [n]."""
    digests = b"".join(hashlib.blake2b(term.encode(), digest_size=8).digest() for term in terms)
    return np.frombuffer(digests, dtype="<u8")


def usual_impact(length: float) -> float:
    """Return the impact of a term that occurs once in a case, given its length over the reference length."""
    return (K1 + 1) / (1 + K1 * (1 - _B + _B * length))
