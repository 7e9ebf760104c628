"""Where cases are read from: a file of any known kind, a folder of them, or standard input."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, cast

from casefinder.cases.model import AgeUnit
from casefinder.cases.readers.delimited import read_delimited
from casefinder.cases.readers.encoding import decoded_lines
from casefinder.cases.readers.flat import RowConverter
from casefinder.cases.readers.jsonl import read_jsonl
from casefinder.cases.readers.rows import Headings, Row, RowOrReject
from casefinder.cases.readers.tables import read_parquet, read_workbook
from casefinder.cases.reading import ReadRow, Reject
from casefinder.errors import ColumnMapError, SourceNotFoundError, UnreadableSourceError

STANDARD_INPUT: Final = Path("-")
_JSON_LINES: Final = (".jsonl", ".ndjson")
_DELIMITED: Final = (".csv", ".tsv", ".txt")
_TABLES: Final = (".xlsx", ".parquet")
_KINDS: Final = (*_JSON_LINES, *_DELIMITED[:2], *_TABLES)
_PASSED_OVER: Final = (".", "~$", "__MACOSX")  # hidden files, locks of open workbooks, leavings of archives


class CaseSource:
    """Cases and rejects from a file, a folder or standard input; iterate over it once.

    A folder is read in the order of its file names, with its subfolders; hidden files and files of other kinds are
    passed over.
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
            UnreadableSourceError: The file is of another kind, or a file or folder may not be read.
            ColumnMapError: The map names a field that does not exist.
        """
        self._converter = RowConverter(column_map=column_map, age_unit=age_unit)
        try:
            self._sizes = {file: _size_bytes(file) for file in _files(path)}
        except PermissionError as exc:
            raise UnreadableSourceError(f"{path} cannot be read: {exc.strerror}; check its permissions") from exc
        self._bytes_total = sum(self._sizes.values())
        self._bytes_before = 0
        self._current: Path | None = None
        self._is_table = False
        self._n_rows: int | None = None
        self._n_rows_read = 0
        self._open: BinaryIO | None = None

    @property
    def share_read(self) -> float | None:
        """Share of the source read so far (0-1), by bytes; None for standard input."""
        if not self._bytes_total:
            return None
        return min(1.0, (self._bytes_before + self._bytes_here()) / self._bytes_total)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of the columns that were left out so far because they name a person (姓名, 身份证号)."""
        return tuple(self._converter.left_out)

    def __iter__(self) -> Iterator[ReadRow]:
        """Read everything, row by row.

        Raises:
            UnreadableSourceError: A file is not what its name promises, or is cut short.
            ColumnMapError: No column is known, or the map names a column that no row has.
        """
        self._bytes_before = 0
        for path, size_bytes in self._sizes.items():
            self._n_rows = None
            self._n_rows_read = 0
            yield from self._converted(self._rows(path))
            self._bytes_before += size_bytes
            self._open = None
        self._converter.check_map_used()

    def _converted(self, rows: Iterator[RowOrReject]) -> Iterator[ReadRow]:
        """Convert the rows of a file. A table about something else is passed over where the file holds others."""
        is_understood = True
        for row in rows:
            if isinstance(row, Headings):
                self._n_rows = row.n_rows
                try:
                    self._converter.check_columns(row)
                    is_understood = True
                except ColumnMapError as exc:
                    if not row.has_siblings:
                        raise
                    is_understood = False
                    yield Reject(row.origin, "row", f"sheet passed over: {str(exc).removeprefix(f'{row.origin}: ')}")
            else:
                self._n_rows_read += 1
                if is_understood:
                    yield self._converter.convert(row) if isinstance(row, Row) else row

    def _bytes_here(self) -> float:
        """Return how much of the current file is read: of tables that are read from their end, by rows."""
        if self._n_rows is not None and self._current is not None:
            return self._sizes[self._current] * min(1.0, self._n_rows_read / max(1, self._n_rows))
        if self._open is None or self._open.closed or self._is_table:
            return 0
        return self._open.tell()

    def _rows(self, path: Path) -> Iterator[RowOrReject]:
        self._current, self._is_table = path, _kind(path) in _TABLES
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
            raise UnreadableSourceError(f"{path} cannot be read: {exc.strerror or exc}; check it and its disk") from exc


def read_cases(path: Path, *, column_map: Mapping[str, str] | None = None) -> CaseSource:
    """Return the cases of a file, a folder or standard input (``-``); see ``CaseSource``."""
    return CaseSource(path, column_map=column_map)


def _files(path: Path) -> list[Path]:
    if path == STANDARD_INPUT:
        return [path]
    if path.is_dir():
        files = sorted(file for file in _walk(path) if _kind(file) in _KINDS)
        if not files:
            raise SourceNotFoundError(
                f"{path} holds no file to read; known kinds are {', '.join(_KINDS)}, also with .gz"
            )
        return files
    if not path.exists():
        raise SourceNotFoundError(f"no file or folder {path}; check the path")
    if _kind(path) not in (*_KINDS, *_DELIMITED):
        hint = "; save it as .xlsx or .csv" if _kind(path) == ".xls" else ""
        raise UnreadableSourceError(f"{path}: unknown kind; known are {', '.join(_KINDS)}, also with .gz{hint}")
    return [path]


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and its subfolders but hidden ones and those that editors leave behind.

    Raises:
        UnreadableSourceError: A subfolder may not be read.
    """
    for directory, subfolders, names in os.walk(folder, onerror=_refuse_folder):
        subfolders[:] = [name for name in subfolders if not name.startswith(_PASSED_OVER)]
        yield from (Path(directory, name) for name in names if not name.startswith(_PASSED_OVER))


def _refuse_folder(error: OSError) -> None:
    raise UnreadableSourceError(f"{error.filename} cannot be read: {error.strerror}; check its permissions") from error


def _size_bytes(path: Path) -> int:
    if path == STANDARD_INPUT:
        return 0
    try:
        return path.stat().st_size
    except OSError as exc:
        raise UnreadableSourceError(f"{path} cannot be read: {exc.strerror}; check it, or take it away") from exc


def _kind(path: Path) -> str:
    """Return the suffix that tells the kind of a file, looking through ``.gz``."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def _read_file(path: Path, raw: BinaryIO, stack: ExitStack) -> Iterator[RowOrReject]:
    kind, is_packed = _kind(path), path.name.lower().endswith(".gz")
    name = str(path).encode("utf-8", "backslashreplace").decode("utf-8")  # names on disk need not be text
    if kind in _TABLES:
        # Both are read from their end: a packed one has to be unpacked in memory first.
        file = io.BytesIO(gzip.decompress(raw.read())) if is_packed else raw
        yield from read_workbook(file, name) if kind == ".xlsx" else read_parquet(file, name)
        return
    stream = cast(BinaryIO, stack.enter_context(gzip.open(raw))) if is_packed else raw
    if kind in _JSON_LINES:
        yield from read_jsonl(stream, name)
    else:
        yield from read_delimited(decoded_lines(stream, name), name)


def _read_stream(stream: BinaryIO) -> Iterator[RowOrReject]:
    """Read standard input: JSON lines when it begins with a brace, else a table."""
    name = str(STANDARD_INPUT)
    head: list[bytes] = []
    for line in stream:
        head.append(line)
        if line.strip():
            break
    lines = chain(head, stream)
    if head and head[-1].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
        yield from read_jsonl(lines, name)
    else:
        yield from read_delimited(decoded_lines(lines, name), name)
