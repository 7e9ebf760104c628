"""Excel workbooks and Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from zipfile import BadZipFile

from casefinder.cases.readers.rows import Row, RowOrReject
from casefinder.cases.reading import Origin
from casefinder.errors import UnreadableSourceError

_ROWS_PER_BATCH = 512


def read_workbook(file: BinaryIO, name: str) -> Iterator[RowOrReject]:
    """Read every sheet of an Excel workbook whose first row names columns; empty sheets are passed over.

    Raises:
        UnreadableSourceError: The file is no workbook.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as exc:
        raise UnreadableSourceError(f"{name} is no Excel workbook (.xlsx); save it as one, or as CSV") from exc
    try:
        for sheet in workbook.worksheets:
            rows = sheet.iter_rows(values_only=True)
            columns = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
            for number, cells in enumerate(rows, start=2):
                named = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
                if any(cell is not None and str(cell).strip() for cell in named.values()):
                    yield Row(Origin(f"{name}[{sheet.title}]", number), named)
    finally:
        workbook.close()


def read_parquet(file: BinaryIO, name: str) -> Iterator[RowOrReject]:
    """Read a Parquet file, a few hundred rows at a time.

    Raises:
        UnreadableSourceError: The file is no Parquet file.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(file)
        number = 0
        for batch in table.iter_batches(batch_size=_ROWS_PER_BATCH):
            for cells in batch.to_pylist():
                number += 1
                yield Row(Origin(name, number), _without_nulls(cells))
    except (pyarrow.ArrowException, OSError) as exc:
        raise UnreadableSourceError(f"{name} is no Parquet file, or is cut short; write it again") from exc


def _without_nulls(cells: dict[str, Any]) -> dict[str, Any]:
    """Drop the nulls that stand for absent fields, inside nested records as well; write nested dates as text."""
    return {name: _plain(value) for name, value in cells.items() if value is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, dict):
        return _without_nulls(value)
    return [_plain(item) for item in value if item is not None] if isinstance(value, list) else value
