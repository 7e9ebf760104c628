"""Word-for-word search: BM25 over posting lists in arrays, built once and never changed.

A posting list holds the rows of the cases that a term occurs in, and for each the part of the BM25 formula
that does not depend on the question, as one byte. A question adds the lists of its terms up.

SQLite FTS5 was measured beside it, see ``scripts/bench/lexical.py``: at 200,000 cases an OR of the bigrams of
one sentence takes it ten to a hundred times as long.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]

_K1: Final = 1.2  # the usual value (Robertson and Zaragoza 2009, doi:10.1561/1500000019)
_B: Final = 0.75
_STEPS: Final = 255 / (_K1 + 1)  # impacts lie between 0 and k1 + 1 and are kept as one byte
# Postings added up per question, best terms first: 3 million take about 8 ms.
_MOST_POSTINGS: Final = 3_000_000


class PostingsBuilder:
    """Collects the terms of cases, row by row."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._terms = array("i")
        self._rows = array("i")
        self._weights = array("f")
        self._lengths = array("f")

    def add(self, weighted_terms: Iterable[tuple[Sequence[str], float]]) -> None:
        """Add the next row: the terms of its sections, each section with what a term in it counts for."""
        counts: Counter[str] = Counter()
        length = 0.0
        for terms, weight in weighted_terms:
            length += weight * len(terms)
            for term, n in Counter(terms).items():
                counts[term] += n * weight  # type: ignore[assignment]  # a Counter of floats
        row, ids = len(self._lengths), self._ids
        self._lengths.append(length)
        self._terms.extend([ids.setdefault(term, len(ids)) for term in counts])
        self._weights.extend(counts.values())
        self._rows.extend([row] * len(counts))

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the posting lists as arrays whose names begin with a prefix."""
        terms, rows = np.frombuffer(self._terms, "<i4"), np.frombuffer(self._rows, "<i4")
        keys = np.fromiter(map(_key, self._ids), dtype="<u8", count=len(self._ids))
        rank = np.empty(len(keys), dtype=np.int32)
        by_key = np.argsort(keys)
        rank[by_key] = np.arange(len(keys), dtype=np.int32)
        ranked = rank[terms] if len(terms) else terms
        order = np.argsort(ranked, kind="stable")
        counts = np.bincount(ranked, minlength=len(keys))
        return {
            f"{prefix}_keys": keys[by_key],
            f"{prefix}_starts": np.concatenate([[0], np.cumsum(counts)]).astype("<i8"),
            f"{prefix}_rows": rows[order],
            f"{prefix}_impacts": self._impacts(rows)[order],
        }

    def _impacts(self, rows: NDArray[np.int32]) -> NDArray[np.uint8]:
        weights, lengths = np.frombuffer(self._weights, "<f4"), np.frombuffer(self._lengths, "<f4")
        mean = max(float(lengths.mean()), 1e-9) if len(lengths) else 1.0
        norms = _K1 * (1 - _B + _B * lengths / mean)
        impacts = weights * (_K1 + 1) / (weights + norms[rows])
        return np.maximum(np.rint(impacts * _STEPS), 1).astype(np.uint8)


class Postings:
    """The posting lists of one field of all cases. Safe to share between threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], prefix: str, *, n_rows: int) -> None:
        """Serve the arrays that ``PostingsBuilder.arrays`` made."""
        self._keys = arrays[f"{prefix}_keys"]
        self._starts = arrays[f"{prefix}_starts"]
        self._rows = arrays[f"{prefix}_rows"]
        self._impacts = arrays[f"{prefix}_impacts"]
        self._n_rows = n_rows

    def scores(self, terms: Mapping[str, float]) -> NDArray[np.float32]:
        """Return the share of a question's information that each case covers: float32 [n_rows], 0 and up.

        A case of average length that holds every term once has 1; repetitions and short texts go beyond.

        Args:
            terms: The weight of each term in the question.
        """
        total = np.zeros(self._n_rows, dtype=np.float32)
        found = self._found(terms)
        if not found:
            return total
        n_left = _MOST_POSTINGS
        wanted = sum(weight for _, weight, _ in found)
        for place, weight, n in found:
            n_left -= n
            if n_left < 0:
                break  # what is left tells least: the most common terms
            if place >= 0:
                start = self._starts[place]
                rows, impacts = self._rows[start : start + n], self._impacts[start : start + n]
                total[rows] += impacts * np.float32(weight / _STEPS / wanted)
        return total

    def holding(self, terms: Sequence[str]) -> Rows:
        """Return the rows that hold every one of these terms, rising: int64 [n]."""
        places = self._places(list(dict.fromkeys(terms))).tolist()
        if not places or min(places) < 0:
            return np.zeros(0, dtype=np.int64)
        lists = sorted((self._list(place) for place in places), key=len)
        rows = lists[0]
        for other in lists[1:]:
            rows = rows[np.isin(rows, other, assume_unique=True)]
        return rows.astype(np.int64)

    def _found(self, terms: Mapping[str, float]) -> list[tuple[int, float, int]]:
        """Return place, weight and number of cases of each term, the most telling first; place -1 if unknown."""
        if not terms:
            return []
        places = self._places(list(terms))
        counts = np.where(places < 0, 0, self._starts[places + 1] - self._starts[places])
        information = np.log(1 + (self._n_rows - counts + 0.5) / (counts + 0.5))
        weights = information * np.fromiter(terms.values(), dtype=np.float64)
        order = np.argsort(-weights, kind="stable")
        return list(zip(places[order].tolist(), weights[order].tolist(), counts[order].tolist(), strict=True))

    def _list(self, place: int) -> NDArray[np.int32]:
        rows: NDArray[np.int32] = self._rows[self._starts[place] : self._starts[place + 1]]
        return rows

    def _places(self, terms: Sequence[str]) -> Rows:
        """Return where the lists of terms are, -1 for a term that no case holds: int64 [n]."""
        keys = np.fromiter(map(_key, terms), dtype="<u8", count=len(terms))
        if not len(self._keys):
            return np.full(len(terms), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[places] == keys, places, -1)


def _key(term: str) -> int:
    """Return 64 bits that stand for a term; two of a million terms share them once in 30 million bases."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")
