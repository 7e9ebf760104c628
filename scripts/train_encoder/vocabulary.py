"""Choose the features that get a row of their own, by how many texts they occur in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import (
    FAMILIES,
    MAX_UNITS,
    CharacterTable,
    Keys,
    extract_features,
)

_BATCH = 512
_MINIMUM = (2, 3, 4, 6, 8, 8, 8, 8, 4, 4, 5)  # texts a feature of each family must occur in
_FORM_MINIMUM = 3  # texts a lexicon form must occur in to get a row of its own
_SPREAD = np.uint64(0xD6E8FEB86659FD93)  # odd; parts equal keys of different texts


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Keys with a row of their own, and how telling each is.

    Attributes:
        keys: uint64 [n], sorted.
        families: uint8 [n].
        idf: float32 [n], log((1 + texts) / (1 + texts with the feature)).
        n_texts: Texts that were counted.
    """

    keys: Keys
    families: NDArray[np.uint8]
    idf: NDArray[np.float32]
    n_texts: int

    def find(self, keys: Keys) -> NDArray[np.int64]:
        """Find the row of each key, -1 where it has none."""
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        return np.where(self.keys[places] == keys, places, -1)


def choose_vocabulary(
    texts: Sequence[str], forms: Iterable[str], characters: CharacterTable, *, n_rows: int
) -> Vocabulary:
    """Choose the most frequent features, and every lexicon form as a whole.

    Args:
        texts: What to count, every text once.
        forms: Lexicon forms of at most eight units; those in three texts or more get a row before others.
        characters: How characters fold.
        n_rows: Rows to choose.

    Returns:
        At most `n_rows` features; fewer when the texts hold fewer that are frequent enough.
    """
    keys, counts, families = _document_frequencies(texts, characters)
    wanted = np.isin(keys, _whole_forms(list(forms), characters)) & (counts >= _FORM_MINIMUM)
    frequent = counts >= np.array(_MINIMUM)[families]
    # A longer n-gram must be more frequent to displace a shorter one: it mostly repeats what its parts say.
    rank = counts / (1.0 + 0.5 * np.where(families < MAX_UNITS, np.maximum(families.astype(int) - 1, 0), 1))
    rank[wanted] = np.inf
    rank[~(frequent | wanted)] = 0
    best = np.argsort(-rank, kind="stable")[:n_rows]
    best = np.sort(best[rank[best] > 0])
    idf = np.log((1 + len(texts)) / (1 + counts[best])).astype(np.float32)
    return Vocabulary(keys[best], families[best], idf, len(texts))


def _document_frequencies(
    texts: Sequence[str], characters: CharacterTable
) -> tuple[Keys, NDArray[np.int64], NDArray[np.uint8]]:
    """Count in how many texts each key occurs; keys sorted."""
    keys = np.zeros(0, np.uint64)
    counts = np.zeros(0, np.int64)
    families = np.zeros(0, np.uint8)
    for start in range(0, len(texts), _BATCH * 16):
        found_keys, found_families = [keys], [families]
        found_counts = [counts]
        for first in range(start, min(start + _BATCH * 16, len(texts)), _BATCH):
            features = extract_features(texts[first : first + _BATCH], characters)
            once = features.keys + features.texts.astype(np.uint64) * _SPREAD
            _, places = np.unique(once, return_index=True)
            found_keys.append(features.keys[places])
            found_families.append(features.families[places])
            found_counts.append(np.ones(len(places), np.int64))
        keys, first_place, place = np.unique(np.concatenate(found_keys), return_index=True, return_inverse=True)
        families = np.concatenate(found_families)[first_place]
        counts = np.bincount(place, weights=np.concatenate(found_counts)).astype(np.int64)
    return keys, counts, families


def _whole_forms(forms: list[str], characters: CharacterTable) -> Keys:
    """Find the key that stands for each form as a whole: its longest unit n-gram."""
    if not forms:
        return np.zeros(0, np.uint64)
    features = extract_features(forms, characters)
    units = features.families < MAX_UNITS
    longest = np.full(len(forms), -1)
    np.maximum.at(longest, features.texts[units], features.families[units])
    whole = units & (features.families == longest[features.texts])
    lone = np.bincount(features.texts[whole], minlength=len(forms)) == 1
    return np.unique(features.keys[whole & lone[features.texts]])


def describe(vocabulary: Vocabulary) -> str:
    """Tell how many features of each family were chosen."""
    return " ".join(map(str, np.bincount(vocabulary.families, minlength=FAMILIES)))
