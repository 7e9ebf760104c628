"""Fold a text so that forms can be looked up in it, without moving any character."""

from __future__ import annotations

from typing import Final

# Full-width ASCII (U+FF01-FF5E), the ideographic space, and the quotes and dashes that word processors put in.
_ONE_FOR_ONE: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0x3000, 0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x0009), 0x20),
    **dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x2032), ord("'")),
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212), ord("-")),
    ord("\r"): 0x0A,
}


def fold_text(text: str) -> str:
    """Return text in lower case and half width, every character at the place where it stood.

    Spans found in the result are spans of the original text, which full Unicode folding would not allow
    (``℃`` becomes two characters there).
    """
    narrow = text if text.isascii() and "\t" not in text and "\r" not in text else text.translate(_ONE_FOR_ONE)
    lower = narrow.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in narrow)
