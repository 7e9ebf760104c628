"""Lines of text from bytes whose encoding nobody has told."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final, cast

from casefinder.errors import UnreadableSourceError

_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PEEKED_BYTES: Final = 1 << 20  # from the first character beyond ASCII on: some 5,000 rows of Chinese notes
_PACKED: Final = {b"\x1f\x8b": "a gzip file", b"PK\x03\x04": "a zip or Excel file", b"PAR1": "a Parquet file"}
# So many characters in a row that are valid UTF-8 are no accident in a gb18030 file: one in some seven is.
_FEWEST_STRAY: Final = 4


def decoded_lines(lines: Iterable[bytes], file: str) -> Iterator[str]:
    r"""Decode lines that are written in UTF-8, UTF-16 (with its mark) or gb18030, however late that shows.

    Nothing is guessed where it matters: bytes that the encoding of the file does not have become lone surrogates,
    which the case model refuses, so that their row is rejected and no other.

    Args:
        lines: The file, cut behind each ``\n``.
        file: Its name, for messages.

    Returns:
        Lines cut behind ``\n``, ``\r\n`` or ``\r``.

    Raises:
        UnreadableSourceError: It is no text, or UTF-16 that has no mark or is cut short.
    """
    lines = iter(lines)
    first = next(lines, b"")
    _refuse_binary(first, file)
    if first.startswith(_UTF16_MARKS):
        yield from _utf16_lines(chain([first], lines), file)
        return
    lines = chain([first.removeprefix(codecs.BOM_UTF8)], lines)
    for line in lines:
        if not line.isascii():
            peeked = _peek(line, lines)
            decode = _as_utf8 if is_utf8(peeked) else _as_gb18030
            yield from _cut(decode(line) for line in chain(peeked, lines))
            return
        yield from _cut([line.decode("ascii")])


def is_utf8(lines: Iterable[bytes]) -> bool:
    """Tell UTF-8 from gb18030.

    Nearly every byte sequence is valid gb18030, so one broken byte in a UTF-8 file must not turn the whole of it
    into other characters: what most characters beyond ASCII speak for is the encoding.
    """
    n_good = n_bad = 0
    for line in lines:
        if line.isascii():
            continue
        try:
            n_good += _n_beyond_ascii(line.decode("utf-8"))
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
            n_replaced = text.count("\ufffd")
            n_bad += n_replaced
            n_good += _n_beyond_ascii(text) - n_replaced
    return n_good >= n_bad


def _refuse_binary(first: bytes, file: str) -> None:
    for mark, kind in _PACKED.items():
        if first.startswith(mark):
            raise UnreadableSourceError(f"{file} is {kind}, not text; unpack it, or name it by what it is")
    if b"\x00" in first[:8] and not first.startswith(_UTF16_MARKS):
        raise UnreadableSourceError(f"{file} is no text, or UTF-16 without its mark; save it as UTF-8")


def _peek(line: bytes, lines: Iterator[bytes]) -> list[bytes]:
    peeked, n_bytes = [line], len(line)
    while n_bytes < _PEEKED_BYTES and (line := next(lines, b"")):
        peeked.append(line)
        n_bytes += len(line)
    return peeked


def _as_utf8(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _as_gb18030(line: bytes) -> str:
    """Decode a line of a gb18030 file; a stray line of UTF-8 would become other characters, so it is broken."""
    try:
        is_stray = _n_beyond_ascii(line.decode("utf-8")) >= _FEWEST_STRAY
    except UnicodeDecodeError:
        is_stray = False
    return line.decode("ascii" if is_stray else "gb18030", "surrogateescape")


def _n_beyond_ascii(text: str) -> int:
    return sum(character > "\x7f" for character in text)


def _cut(lines: Iterable[str]) -> Iterator[str]:
    r"""Cut lines at ``\r`` as well, which ends the lines of old spreadsheets."""
    for line in lines:
        yield from io.StringIO(line, newline="") if "\r" in line.rstrip("\r\n") else (line,)


def _utf16_lines(lines: Iterator[bytes], file: str) -> Iterator[str]:
    stream = cast(BinaryIO, io.BufferedReader(_Lines(lines)))
    try:
        yield from io.TextIOWrapper(stream, encoding="utf-16", errors="surrogatepass", newline="")
    except UnicodeDecodeError as exc:
        raise UnreadableSourceError(f"{file} is cut short, or no UTF-16 as its mark says; save it as UTF-8") from exc


class _Lines(io.RawIOBase):
    """An iterator of byte strings as a stream."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # the stub asks for any buffer
        chunk = self._rest or next(self._lines, b"")
        taken, self._rest = chunk[: len(buffer)], chunk[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)
