"""Whole records in one text: told apart by the headings of their parts.

主诉：右下腹痛3小时。
体格检查
体温37.8℃，……
"""

from __future__ import annotations

import re
from typing import Final

from casefinder.cases.readers.headings import Field, field_of

# A heading stands at the start of a line, perhaps numbered or in brackets, and is followed by a colon or a line break.
_HEADING: Final = re.compile(
    r"^[ \t　]*(?:[（(]?\d{1,2}[)）.、]|[一二三四五六七八九十]{1,2}、|[【\[#*]+)?[ \t　]*"
    r"(?P<heading>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z /]{1,28}?)[ \t　]*[】\]#*]*[ \t　]*(?:[:：]|$)",
    re.MULTILINE,
)


def split_document(text: str) -> list[tuple[Field, str]]:
    """Split a record at its known headings.

    Returns:
        The parts with their fields, in order. Text before the first heading, and all of a text without known
        headings, is the present illness.
    """
    parts: list[tuple[Field, str]] = []
    field, start = Field.PRESENT_ILLNESS, 0
    for match in _HEADING.finditer(text):
        named = field_of(match["heading"])
        if named is not None and named is not Field.DOCUMENT:
            parts.append((field, text[start : match.start()]))
            field, start = named, match.end()
    parts.append((field, text[start:]))
    return [(field, part.strip()) for field, part in parts if part.strip()]
