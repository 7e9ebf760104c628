"""CSV and other delimited tables."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from casefinder.cases.model import MAX_TEXT_CHARACTERS
from casefinder.cases.readers.rows import Headings, RowOrReject, is_title, name_columns, row_of_cells
from casefinder.cases.reading import Origin, Reject
from casefinder.errors import UnreadableSourceError

_DELIMITERS: Final = (",", "\t", ";", "|")
_MOST_TITLE_LINES: Final = 20  # title, hospital, period, who exported: never more than a few


def read_delimited(lines: Iterable[str], file: str) -> Iterator[RowOrReject]:
    r"""Read a table whose first row with more than one cell names its columns.

    Args:
        lines: The lines of the file with their ends (``\n``, ``\r\n`` or ``\r``).
        file: Its name, for origins.

    Raises:
        UnreadableSourceError: There is no heading row, or it names a column twice.
    """
    records = _Records(lines)
    columns: tuple[str, ...] | None = None
    for line, cells in records:
        origin = Origin(file, line)
        if isinstance(cells, csv.Error):
            yield Reject(origin, "row", f"is no valid CSV ({cells}); check the quotation marks")
        elif columns is None:
            if line > _MOST_TITLE_LINES:
                break
            if not is_title(cells):
                _check_text(cells, origin)
                columns = name_columns(cells, origin)
                yield Headings(origin, columns)
        elif tuple(cell.strip().strip("\ufeff") for cell in cells) == columns:
            yield Reject(origin, "row", "repeats the headings; two files were joined here")
        elif (row := row_of_cells(cells, columns, origin)) is not None:
            yield row
    if columns is None:
        raise UnreadableSourceError(f"{file}: no heading row; the first line must name the columns")


class _Records:
    """The records of a CSV file with the line that each begins on.

    A quotation mark that is never closed would swallow the rest of the file. So when a record turns out to be
    broken, only its first line is given up, and reading goes on with the line after it.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        csv.field_size_limit(MAX_TEXT_CHARACTERS * 4)  # so that the model, not csv, says that a text is too long
        self._lines = iter(lines)
        self._again: deque[str] = deque(islice(self._lines, _MOST_TITLE_LINES))
        self._taken: list[str] = []
        self._delimiter = _delimiter(self._again)

    def __iter__(self) -> Iterator[tuple[int, list[str] | csv.Error]]:
        line = 1
        reader = csv.reader(self._take(), delimiter=self._delimiter, strict=True)
        while True:
            self._taken.clear()
            try:
                cells: list[str] | csv.Error = next(reader)
            except StopIteration:
                return
            except csv.Error as exc:
                cells = exc
                self._again.extendleft(reversed(self._taken[1:]))
                del self._taken[1:]
                reader = csv.reader(self._take(), delimiter=self._delimiter, strict=True)
            yield line, cells
            line += len(self._taken)

    def _take(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, "")
            if not line:
                return
            self._taken.append(line)
            yield line


def _check_text(cells: Iterable[str], origin: Origin) -> None:
    """Refuse headings with bytes that no encoding explained (lone surrogates): binary files, mostly.

    Raises:
        UnreadableSourceError: There are such bytes; what they are is not repeated.
    """
    if any("\ud800" <= character <= "\udfff" for cell in cells for character in cell):
        raise UnreadableSourceError(
            f"{origin}: the heading row is no text in UTF-8, UTF-16 or GB18030; save the file as UTF-8"
        )


def _delimiter(lines: Iterable[str]) -> str:
    """Return the delimiter of the first line that has one outside of quotation marks."""
    for line in lines:
        bare = "".join(line.split('"')[::2])
        delimiter = max(_DELIMITERS, key=bare.count)
        if delimiter in bare:
            return delimiter
    return _DELIMITERS[0]
