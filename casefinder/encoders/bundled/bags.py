"""Texts as bags of rows: which rows of the table a text adds up, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from casefinder.encoders.bundled.features import MAX_UNITS, CharacterTable, Features, Keys, Rows, extract_features
from casefinder.encoders.bundled.slots import make_slot_table

_BUCKETED_FAMILIES = 2  # single units and pairs of units without a row of their own share hashed rows
_BUCKET_SHIFT = np.uint64(40)
_TEXT_SHIFT, _ROW_MASK = 32, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Bags:
    """The rows of n texts; a row stands several times where its feature is repeated.

    Attributes:
        rows: int64 [m], one text after the other.
        borders: int64 [n + 1], where each text's rows start, and where the last one's stop.
    """

    rows: Rows
    borders: Rows


class BagMaker:
    """Finds the rows of texts. Nothing changes after it is made, so threads may share it."""

    def __init__(self, keys: Keys, characters: CharacterTable, *, n_buckets: int) -> None:
        """Take the keys that have a row of their own, in the order of the rows.

        Args:
            keys: uint64 [n_keys], different, none of them 0.
            characters: How characters fold.
            n_buckets: Rows behind those of the keys, for rare characters, words and pairs of them.
        """
        self._slots = make_slot_table(keys)
        self._characters = characters
        self._n_keys = len(keys)
        self._n_buckets = n_buckets

    def make(self, texts: Sequence[str]) -> Bags:
        """Find the rows of each text; none for a text with nothing but punctuation."""
        features = extract_features(texts, self._characters)
        rows = self._rows_of(features)
        known = rows >= 0
        found = thin_out(features.texts[known] << _TEXT_SHIFT | rows[known])
        borders = np.searchsorted(found >> _TEXT_SHIFT, np.arange(len(texts) + 1))
        return Bags(rows=found & _ROW_MASK, borders=borders)

    def find_whole(self, terms: Sequence[str]) -> Rows:
        """Find the row of each term as one phrase, -1 for a term that has none: int64 [n_terms]."""
        features = extract_features(terms, self._characters)
        phrases = np.flatnonzero(features.families < MAX_UNITS)
        phrases = phrases[np.argsort(features.families[phrases], kind="stable")]  # the whole term comes last, and stays
        found = np.full(len(terms), -1, dtype=np.int64)
        found[features.texts[phrases]] = self._rows_of(features)[phrases]
        return found

    def _rows_of(self, features: Features) -> Rows:
        """Return the row of each feature, -1 for those that have none."""
        rows = self._slots.find(features.keys)
        unknown = np.flatnonzero((rows < 0) & (features.families < _BUCKETED_FAMILIES))
        buckets = (features.keys[unknown] >> _BUCKET_SHIFT).astype(np.int64) % self._n_buckets
        rows[unknown] = self._n_keys + buckets
        return rows


def thin_out(values: Rows) -> Rows:
    """Sort values and keep of equal ones the 1st, 2nd, 4th, 8th and so on.

    So a feature that occurs n times counts 1 + floor(log2(n)) times: repetition matters, but ever less.
    The argument is overwritten.
    """
    values.sort()
    places = np.arange(len(values))
    fresh = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    before = places - np.maximum.accumulate(np.where(fresh, places, 0))
    kept: Rows = values[before & (before + 1) == 0]
    return kept
