"""Numbers written out in Chinese, as in 八十岁."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL: Final = re.compile(r"[零〇一二两三四五六七八九十百]+")
_WELL_FORMED: Final = re.compile(
    r"(?:(?P<hundreds>[一二两三四五六七八九])百(?P<gap>零)?)?(?:(?P<tens>[一二三四五六七八九])?(?P<ten>十))?"
    r"(?P<ones>[零〇一二两三四五六七八九])?"
)


def with_digits(text: str) -> str:
    """Return text with Chinese numerals up to 999 written in digits; what is no well-formed numeral is left."""
    return _NUMERAL.sub(_digits, text)


def _digits(numeral: re.Match[str]) -> str:
    match = _WELL_FORMED.fullmatch(numeral[0])
    if not match:
        return numeral[0]
    tens = _DIGITS[match["tens"]] if match["tens"] else int(match["ten"] is not None)
    hundreds, ones = (_DIGITS[match[name]] if match[name] else 0 for name in ("hundreds", "ones"))
    if match["hundreds"] and ones and not match["gap"] and not match["ten"]:
        return numeral[0]  # 一百二 is 120, but is also said for 102
    return str(hundreds * 100 + tens * 10 + ones)
