"""Turn texts into 64-bit feature keys, many texts at a time, with numpy only.

A text is folded (case, width, accents), cut into units (one Chinese character, or one run of
letters, or one run of digits), and described by two families of features:

* unit n-grams, n = 1-8, never across punctuation: characters, words, phrases;
* character n-grams inside runs of letters, n = 3-5, which know whether they begin or end the word.

A key is a polynomial hash of the folded characters, finished with a bit mixer. All arithmetic is on
unsigned 64-bit integers modulo 2**64, so keys are the same on every machine. Two features share a key
with probability 2**-64; the vocabulary of 10**5 rows makes that negligible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

HARD, SOFT, CJK, LETTER, DIGIT, DROP = range(6)
"""Kinds of characters: HARD ends a phrase, SOFT parts words, DROP is removed (combining marks)."""

MAX_UNITS = 8  # the longest phrase that is one feature; 99 % of the lexicon's Chinese forms are no longer
WORD_NGRAMS = (3, 4, 5)  # lengths of character n-grams inside words
FAMILIES = MAX_UNITS + len(WORD_NGRAMS)

_U64 = np.uint64
_BASE = _U64(0x9E3779B97F4A7C15)  # odd: 2**64 divided by the golden ratio
_MIX_1, _MIX_2 = _U64(0xFF51AFD7ED558CCD), _U64(0xC4CEB9FE1A85EC53)  # MurmurHash3 finaliser
_SHIFT = _U64(33)
_FULL_STOP = ord(".")
_POWERS = np.cumprod(np.full(4096, _BASE, dtype=_U64))

Keys: TypeAlias = NDArray[np.uint64]
Rows: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CharacterTable:
    """What each character of the basic plane folds to, and of which kind it is then.

    Attributes:
        fold: uint16 [65536], the folded character of each character.
        kind: uint8 [65536], the kind of each folded character.
    """

    fold: NDArray[np.uint16]
    kind: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of n texts, in no order that means anything.

    Attributes:
        keys: uint64 [m], the key of each feature occurrence.
        texts: int64 [m], the number of the text it occurs in.
        families: uint8 [m], unit n-grams as n - 1, word n-grams after them.
    """

    keys: Keys
    texts: Rows
    families: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Stream:
    """The characters of all texts in one row, each text followed by a hard end."""

    codes: NDArray[np.uint16]
    kinds: NDArray[np.uint8]
    texts: Rows


def extract_features(texts: Sequence[str], characters: CharacterTable) -> Features:
    """Find every feature occurrence of every text.

    Args:
        texts: Any strings; lone surrogates and characters outside the basic plane count as one letter.
        characters: How characters fold.

    Returns:
        The occurrences, with repetitions; none for a text of punctuation only.
    """
    stream = _read_stream(texts, characters)
    parts = [*_unit_ngrams(stream), *_word_ngrams(stream)]
    return Features(
        keys=np.concatenate([keys for keys, _, _ in parts]),
        texts=np.concatenate([rows for _, rows, _ in parts]),
        families=np.concatenate([np.full(len(keys), family, np.uint8) for keys, _, family in parts]),
    )


def _read_stream(texts: Sequence[str], characters: CharacterTable) -> _Stream:
    joined = "\n".join(texts) + "\n"
    wide = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    rows = np.repeat(np.arange(len(texts)), lengths)
    codes = characters.fold[np.where(wide > 0xFFFF, 0xFFFD, wide)]
    kinds = characters.kind[codes]
    kinds = np.where(_is_decimal_point(codes, kinds), np.uint8(SOFT), kinds)
    if (kinds == DROP).any():
        kept = kinds != DROP
        codes, kinds, rows = codes[kept], kinds[kept], rows[kept]
    return _Stream(codes=codes, kinds=kinds, texts=rows)


def _is_decimal_point(codes: NDArray[np.uint16], kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Find full stops between digits: 38.2 is one phrase of two units, not the end of one."""
    found: NDArray[np.bool_] = codes == _FULL_STOP
    digits = kinds == DIGIT
    found[0] = found[-1] = False
    found[1:-1] &= digits[:-2] & digits[2:]
    return found


def _mixed(hashes: Keys, family: int) -> Keys:
    """Spread polynomial hashes over all 64 bits, differently for each family."""
    keys = hashes + _U64((family + 1) * 0x632BE59BD9B4E019 & 0xFFFFFFFFFFFFFFFF)
    keys ^= keys >> _SHIFT
    keys *= _MIX_1
    keys ^= keys >> _SHIFT
    keys *= _MIX_2
    keys ^= keys >> _SHIFT
    return keys


def _unit_bounds(kinds: NDArray[np.uint8]) -> tuple[Rows, Rows]:
    """Find where units start and end (exclusive)."""
    inside = (kinds >= CJK) & (kinds <= DIGIT)
    border = np.empty(len(kinds) + 1, dtype=bool)
    border[0] = border[-1] = True
    np.not_equal(kinds[1:], kinds[:-1], out=border[1:-1])
    single = kinds == CJK
    starts = inside & (border[:-1] | single)
    ends = inside & (border[1:] | single)
    return np.flatnonzero(starts), np.flatnonzero(ends) + 1


def _unit_hashes(codes: NDArray[np.uint16], starts: Rows, ends: Rows) -> Keys:
    """Hash each unit by its characters and their places inside it."""
    lengths = ends - starts
    if int(lengths.max()) == 1:
        single: Keys = (codes[starts].astype(_U64) + _U64(1)) * _BASE
        return single
    places = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    positions = np.repeat(starts, lengths) + places
    terms = (codes[positions].astype(_U64) + _U64(1)) * _POWERS[places % len(_POWERS)]
    total = np.concatenate([np.zeros(1, _U64), np.cumsum(terms)])
    stops = np.cumsum(lengths)
    hashes: Keys = total[stops] - total[stops - lengths]
    return hashes


def _unit_ngrams(stream: _Stream) -> list[tuple[Keys, Rows, int]]:
    starts, ends = _unit_bounds(stream.kinds)
    if not len(starts):
        return [(np.zeros(0, _U64), np.zeros(0, np.int64), 0)]
    units = _mixed(_unit_hashes(stream.codes, starts, ends), 99)
    phrases = np.cumsum(stream.kinds == HARD)[starts]
    rows = stream.texts[starts]
    found = [(_mixed(units, 0), rows, 0)]
    rolling = units
    for n in range(2, MAX_UNITS + 1):
        if len(units) < n:
            break
        rolling = rolling[:-1] * _BASE + units[n - 1 :]
        whole = phrases[n - 1 :] == phrases[: -(n - 1)]
        found.append((_mixed(rolling[whole], n - 1), rows[: -(n - 1)][whole], n - 1))
    return found


def _word_ngrams(stream: _Stream) -> list[tuple[Keys, Rows, int]]:
    letters = stream.kinds == LETTER
    if not letters.any():
        return []
    before = np.concatenate([[False], letters[:-1]])
    after = np.concatenate([letters[1:], [False]])
    codes = stream.codes.astype(_U64) + _U64(1)
    run = np.cumsum(~letters)
    found: list[tuple[Keys, Rows, int]] = []
    rolling = codes
    for n in range(2, max(WORD_NGRAMS) + 1):
        if len(codes) < n:
            break
        rolling = rolling[:-1] * _BASE + codes[n - 1 :]
        if n not in WORD_NGRAMS:
            continue
        places = np.flatnonzero(letters[: -(n - 1)] & (run[n - 1 :] == run[: -(n - 1)]))
        borders: Keys = (~before[places]).astype(_U64) * _U64(2) + (~after[places + n - 1]).astype(_U64)
        family = MAX_UNITS + WORD_NGRAMS.index(n)
        found.append((_mixed(rolling[places] * _BASE + borders, family), stream.texts[places], family))
    return found
