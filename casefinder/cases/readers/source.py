"""Where cases are read from: a file of any known kind, a folder of them, or standard input."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, cast

from casefinder.cases.model import AgeUnit
from casefinder.cases.readers.delimited import read_delimited
from casefinder.cases.readers.encoding import detect_encoding
from casefinder.cases.readers.flat import RowConverter
from casefinder.cases.readers.jsonl import read_jsonl
from casefinder.cases.readers.rows import Row, RowOrReject
from casefinder.cases.readers.tables import read_parquet, read_workbook
from casefinder.cases.reading import ReadRow
from casefinder.errors import SourceNotFoundError, UnreadableSourceError

STANDARD_INPUT: Final = Path("-")
_JSON_LINES: Final = (".jsonl", ".ndjson")
_DELIMITED: Final = (".csv", ".tsv", ".txt")
_KINDS: Final = (*_JSON_LINES, *_DELIMITED[:2], ".xlsx", ".parquet")
_PEEKED_BYTES: Final = 1 << 20  # enough lines to tell the encoding of a stream that can be read only once


class CaseSource:
    """Cases and rejects from a file, a folder or standard input; iterate over it once.

    A folder is read in the order of its file names, with its subfolders; files of other kinds are passed over.
    """

    def __init__(
        self,
        path: Path,
        *,
        column_map: Mapping[str, str] | None = None,
        age_unit: AgeUnit | None = None,
    ) -> None:
        """Name what is to be read.

        Args:
            path: A file (.jsonl, .csv, .tsv, .xlsx, .parquet, any of them with .gz), a folder, or ``-``.
            column_map: Field names by column name.
            age_unit: Unit of ages that are written as bare numbers.

        Raises:
            SourceNotFoundError: There is no such file, or nothing readable in the folder.
            UnreadableSourceError: The file is of another kind.
            ColumnMapError: The map names a field that does not exist.
        """
        self._converter = RowConverter(column_map=column_map, age_unit=age_unit)
        self._files = _files(path)
        self._bytes_total = sum(file.stat().st_size for file in self._files if file != STANDARD_INPUT)
        self._bytes_before = 0
        self._open: BinaryIO | None = None

    @property
    def share_read(self) -> float | None:
        """Share of the bytes read so far (0-1); None for standard input."""
        if not self._bytes_total:
            return None
        here = self._open.tell() if self._open is not None and not self._open.closed else 0
        return min(1.0, (self._bytes_before + here) / self._bytes_total)

    def __iter__(self) -> Iterator[ReadRow]:
        """Read everything, row by row.

        Raises:
            UnreadableSourceError: A file is not what its name promises, or is cut short.
            ColumnMapError: No column is known, or the map names a column that no row has.
        """
        for path in self._files:
            is_first = _kind(path) not in _JSON_LINES and path != STANDARD_INPUT
            for row in self._rows(path):
                if is_first and isinstance(row, Row):
                    self._converter.check_columns(row.cells)
                    is_first = False
                yield self._converter.convert(row) if isinstance(row, Row) else row
            self._bytes_before += path.stat().st_size if path != STANDARD_INPUT else 0
            self._open = None
        self._converter.check_map_used()

    def _rows(self, path: Path) -> Iterator[RowOrReject]:
        if path == STANDARD_INPUT:
            yield from _read_stream(sys.stdin.buffer)
            return
        try:
            with ExitStack() as stack:
                self._open = stack.enter_context(path.open("rb"))
                yield from _read_file(path, self._open, stack)
        except (gzip.BadGzipFile, zlib.error, EOFError) as exc:
            raise UnreadableSourceError(f"{path} is no gzip file, or is cut short; compress it again") from exc
        except OSError as exc:
            raise UnreadableSourceError(f"{path} cannot be read: {exc.strerror or exc}") from exc


def read_cases(path: Path, *, column_map: Mapping[str, str] | None = None) -> CaseSource:
    """Return the cases of a file, a folder or standard input (``-``); see ``CaseSource``."""
    return CaseSource(path, column_map=column_map)


def _files(path: Path) -> list[Path]:
    if path == STANDARD_INPUT:
        return [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and _kind(file) in _KINDS)
        if not files:
            raise SourceNotFoundError(
                f"{path} holds no file to read; known kinds are {', '.join(_KINDS)}, also with .gz"
            )
        return files
    if not path.exists():
        raise SourceNotFoundError(f"no file or folder {path}; check the path")
    if _kind(path) not in (*_KINDS, *_DELIMITED):
        raise UnreadableSourceError(f"{path}: unknown kind; known are {', '.join(_KINDS)}, also with .gz")
    return [path]


def _kind(path: Path) -> str:
    """Return the suffix that tells the kind of a file, looking through ``.gz``."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def _read_file(path: Path, raw: BinaryIO, stack: ExitStack) -> Iterator[RowOrReject]:
    kind, name, is_packed = _kind(path), str(path), path.name.lower().endswith(".gz")
    if kind in (".xlsx", ".parquet"):
        # Both are read from their end: a packed one has to be unpacked in memory first.
        file = io.BytesIO(gzip.decompress(raw.read())) if is_packed else raw
        yield from read_workbook(file, name) if kind == ".xlsx" else read_parquet(file, name)
        return
    stream = cast(BinaryIO, stack.enter_context(gzip.open(raw))) if is_packed else raw
    if kind in _JSON_LINES:
        yield from read_jsonl(stream, name)
        return
    encoding = detect_encoding(stream)
    stream.seek(0)
    yield from read_delimited(_text(stream, encoding), name)


def _read_stream(stream: BinaryIO) -> Iterator[RowOrReject]:
    """Read standard input: JSON lines when it begins with a brace, else a table."""
    peeked = stream.readlines(_PEEKED_BYTES)
    lines = chain(peeked, stream)
    if peeked and peeked[0].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield from read_jsonl(lines, str(STANDARD_INPUT))
        return
    encoding = detect_encoding(peeked)
    yield from read_delimited(_text(io.BufferedReader(_Lines(lines)), encoding), str(STANDARD_INPUT))


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


def _text(stream: BinaryIO | io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    # Broken bytes become lone surrogates, which the model refuses: the row is rejected, not the file.
    errors = "strict" if encoding == "utf-16" else "surrogateescape"
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
