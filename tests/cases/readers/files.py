"""Files to read, written as hospitals write them."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from casefinder.cases import AgeUnit, Case
from casefinder.cases.readers import CaseSource
from casefinder.cases.reading import ReadCase, Reject

Cells = Sequence[object]


def csv_bytes(rows: Sequence[Cells], *, encoding: str = "utf-8", delimiter: str = ",", end: str = "\r\n") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(sheets: Mapping[str, Sequence[Cells]]) -> bytes:
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def parquet_bytes(rows: Sequence[Mapping[str, object]]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows]), file)
    return file.getvalue()


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def read(
    path: Path, *, column_map: Mapping[str, str] | None = None, age_unit: AgeUnit | None = None
) -> tuple[list[Case], list[tuple[str, int, str, str]]]:
    """Return the cases of a file, and its rejects as (file name, line, field, reason)."""
    rows = list(CaseSource(path, column_map=column_map, age_unit=age_unit))
    cases = [row.case for row in rows if isinstance(row, ReadCase)]
    rejects = [
        (Path(row.origin.file).name, row.origin.line, row.field, row.reason) for row in rows if isinstance(row, Reject)
    ]
    return cases, rejects


def read_table(path: Path, rows: Sequence[Cells]) -> tuple[list[Case], list[tuple[str, int, str, str]]]:
    """Write a CSV file and read it."""
    return read(write(path / "cases.csv", csv_bytes(rows)))
