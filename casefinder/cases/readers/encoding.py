"""Which encoding a text file is written in."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Final

# Longest first: the UTF-16 mark is the beginning of no other.
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def detect_encoding(lines: Iterable[bytes]) -> str:
    """Return ``utf-8``, ``utf-8-sig``, ``utf-16`` or ``gb18030``.

    Nearly every byte sequence is valid gb18030, so one broken byte in a UTF-8 file must not turn the whole of it
    into other characters: the encoding that more lines with non-ASCII characters are written in wins, and the
    broken lines are left for the reader to reject.
    """
    n_utf8 = n_other = 0
    for number, line in enumerate(lines):
        if number == 0 and (marked := next((name for mark, name in _MARKS if line.startswith(mark)), None)):
            return marked
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            n_utf8 += 1
        except UnicodeDecodeError:
            n_other += 1
    return "utf-8" if n_utf8 >= n_other else "gb18030"
