"""CSV and other delimited tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final, TextIO

from casefinder.cases.model import MAX_TEXT_CHARACTERS
from casefinder.cases.readers.rows import Row, RowOrReject
from casefinder.cases.reading import Origin, Reject
from casefinder.errors import UnreadableSourceError

_DELIMITERS: Final = (",", "\t", ";", "|")


def read_delimited(text: TextIO, file: str) -> Iterator[RowOrReject]:
    """Read a table whose first row names its columns.

    Args:
        text: The open file, with ``newline=""``.
        file: Its name, for origins.

    Raises:
        UnreadableSourceError: There is no heading row, or it names a column twice.
    """
    csv.field_size_limit(MAX_TEXT_CHARACTERS * 4)
    first = text.readline()
    if not first.strip():
        raise UnreadableSourceError(f"{file}:1: no heading row; the first line must name the columns")
    delimiter = max(_DELIMITERS, key=first.count)
    columns = _columns(next(csv.reader([first], delimiter=delimiter)), file)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 2
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            yield Reject(Origin(file, line), "row", f"is no valid CSV ({exc}); check the quotation marks")
        else:
            if any(cell.strip() for cell in cells):
                yield _row(cells, columns, Origin(file, line))
        line = reader.line_num + 2


def _columns(names: list[str], file: str) -> list[str]:
    columns = [name.strip() for name in names]
    for name in columns:
        if columns.count(name) > 1:
            raise UnreadableSourceError(
                f"{file}:1: column {name!r} is named twice; give every column a name of its own"
            )
    return columns


def _row(cells: list[str], columns: list[str], origin: Origin) -> RowOrReject:
    if len(cells) != len(columns):
        reason = f"has {len(cells)} cells under {len(columns)} headings; check quotation marks and delimiters"
        return Reject(origin, "row", reason)
    return Row(origin, dict(zip(columns, cells, strict=True)))
