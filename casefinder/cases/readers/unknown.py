"""How tables write that a value is not known."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNKNOWN: Final = frozenset(
    {"", "未知", "不详", "不明", "未说明", "未记录", "未填", "未填写", "未知的性别", "未说明的性别", "空", "unknown"}
    | {"not recorded", "unspecified", "n/a", "na", "none", "null", "nan", "-", "--", "---", "—", "——", "/", "?"}
)


def fold(text: str) -> str:
    """Return text without the differences of width and letter case, and without spaces at its ends."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def is_unknown(text: str) -> bool:
    """Whether a cell says that nothing is known: empty, 不详, N/A, a dash."""
    return fold(text) in _UNKNOWN
