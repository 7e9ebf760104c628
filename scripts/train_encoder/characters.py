"""Make the character table that the encoder ships: what folds to what, and of which kind it is."""

from __future__ import annotations

import unicodedata

import numpy as np

from casefinder.encoders.bundled.features import CJK, DIGIT, DROP, HARD, LETTER, SOFT, CharacterTable

_SOFT_MARKS = frozenset(" \t\u00a0\u3000-‐‑‒–/'’·_")
_PLANE = 65536
_IDEOGRAPHIC = (
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
)


def make_character_table() -> CharacterTable:
    """Fold case, width, accents and compatibility forms of each character of the basic plane.

    Returns:
        The table; it depends on the Unicode version of this Python, which is why it is shipped
        with the weights instead of being made where the encoder runs.
    """
    fold = np.array([_folded(code) for code in range(_PLANE)], dtype=np.uint16)
    kind = np.array([_kind_of(code) for code in range(_PLANE)], dtype=np.uint8)
    return CharacterTable(fold=fold, kind=kind)


def _folded(code: int) -> int:
    """Fold one character to one character; those that would become several stay."""
    if 0xD800 <= code <= 0xDFFF:
        return 0xFFFD
    character = unicodedata.normalize("NFKC", chr(code)).casefold()
    decomposed = unicodedata.normalize("NFKD", character)
    bare = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    if len(bare) == 1 and ord(bare) < _PLANE:
        return ord(bare)
    return ord(chr(code).lower()) if len(chr(code).lower()) == 1 else code


def _kind_of(code: int) -> int:
    """Tell the kind of a folded character."""
    character = chr(code)
    if character in _SOFT_MARKS:
        return SOFT
    if code == 0xFFFD:
        return CJK  # a letter outside the basic plane: a unit of its own
    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf"}:
        return DROP
    if category == "Nd":
        return DIGIT
    if _is_ideographic(code):
        return CJK
    return LETTER if category[0] == "L" or category in {"Nl", "No"} else HARD


def _is_ideographic(code: int) -> bool:
    """Chinese characters, and Japanese and Korean ones, which are not parted by spaces either."""
    return any(first <= code <= last for first, last in _IDEOGRAPHIC)
