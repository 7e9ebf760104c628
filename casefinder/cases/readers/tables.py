"""Excel workbooks and Parquet files."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final
from zipfile import BadZipFile

from casefinder.cases.readers.rows import Headings, Row, RowOrReject, is_title, name_columns, row_of_cells
from casefinder.cases.reading import Origin
from casefinder.errors import UnreadableSourceError

_ROWS_PER_BATCH: Final = 512


def read_workbook(file: BinaryIO, name: str) -> Iterator[RowOrReject]:
    """Read every sheet of an Excel workbook; the first row with more than one cell names its columns.

    Empty sheets are passed over.

    Raises:
        UnreadableSourceError: The file is no workbook or damaged, or a sheet names a column twice.
    """
    from xml.etree.ElementTree import ParseError

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing styles and the like: exports of hospital systems have none
            workbook = load_workbook(file, read_only=True, data_only=True)
        try:
            yield from _read_sheets(workbook, name)
        finally:
            workbook.close()
    except (
        BadZipFile,
        InvalidFileException,
        ParseError,
        zlib.error,
        EOFError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
    ) as exc:
        raise UnreadableSourceError(
            f"{name} is no Excel workbook (.xlsx), or is damaged; save it again, or as CSV"
        ) from exc


def _read_sheets(workbook: Any, name: str) -> Iterator[RowOrReject]:  # noqa: ANN401 - openpyxl has no types
    sheets = workbook.worksheets
    n_rows = sum(sheet.max_row or 0 for sheet in sheets)
    for sheet in sheets:
        sheet.reset_dimensions()  # some exporters declare a single cell, and no more would be read
        columns: tuple[str, ...] | None = None
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            origin = Origin(f"{name}[{sheet.title}]", number)
            if columns is not None:
                yield from _read_row(cells, columns, origin, workbook.epoch)
            elif not is_title(cells):
                columns = _columns(cells, origin)
                yield Headings(origin, columns, n_rows=n_rows, has_siblings=len(sheets) > 1)


def _columns(cells: tuple[Any, ...], origin: Origin) -> tuple[str, ...]:
    names = ["" if cell is None else str(cell) for cell in cells]
    while names and not names[-1].strip():
        names.pop()
    return name_columns(names, origin)


def _read_row(
    cells: tuple[Any, ...], columns: tuple[str, ...], origin: Origin, epoch: datetime
) -> Iterator[RowOrReject]:
    """Read one row; the file leaves out the empty cells at its end."""
    filled = [_plain_text(cell) if isinstance(cell, str) else cell for cell in cells]
    row = row_of_cells(filled + [None] * (len(columns) - len(filled)), columns, origin)
    if row is not None:
        yield Row(origin, row.cells, epoch) if isinstance(row, Row) else row


def _plain_text(cell: str) -> str:
    """Undo the escape that stands for a line break in a cell (ECMA-376 part 1, 22.9.2.19)."""
    return cell.replace("_x000D_\n", "\n").replace("_x000D_", "\n")


def read_parquet(file: BinaryIO, name: str) -> Iterator[RowOrReject]:
    """Read a Parquet file, a few hundred rows at a time.

    Raises:
        UnreadableSourceError: The file is no Parquet file or damaged, or names a column twice.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(file)
        columns = name_columns(table.schema_arrow.names, Origin(name, 0))
        yield Headings(Origin(name, 0), columns, n_rows=table.metadata.num_rows)
        number = 0
        for batch in table.iter_batches(batch_size=_ROWS_PER_BATCH):
            for cells in _whole_microseconds(batch).to_pylist():
                number += 1
                yield Row(Origin(name, number), _without_nulls(cells))
    except (pyarrow.ArrowException, OSError) as exc:
        raise UnreadableSourceError(f"{name} is no Parquet file, or is damaged; write it again") from exc


def _whole_microseconds(batch: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Round times to microseconds, the finest that Python has; pandas writes nanoseconds."""
    import pyarrow

    arrays = [
        column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)
        if pyarrow.types.is_timestamp(column.type)
        else column
        for column in batch.columns
    ]
    return pyarrow.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _without_nulls(cells: dict[str, Any]) -> dict[str, Any]:
    """Drop the nulls that stand for absent fields, inside nested records as well."""
    return {name: _plain(value) for name, value in cells.items() if value is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, dict):
        return _without_nulls(value)
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) for item in value):
            return _without_nulls(dict(value))  # a column of maps comes as pairs
        return [_plain(item) for item in value if item is not None]
    return value
