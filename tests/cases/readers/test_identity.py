from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casefinder.cases import Case, case_to_dict, case_to_json
from tests.cases.readers.files import csv_bytes, parquet_bytes, read, write, xlsx_bytes
from tests.cases.strategies import as_flat, flat_cases

some_cases = st.lists(flat_cases, min_size=1, max_size=4)
# Writing and reading files is slow to shrink: minutes for a workbook. A failing example is small enough as it is.
few = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def rows_of(cases: Sequence[Case]) -> list[list[str]]:
    flat = [as_flat(case) for case in cases]
    headings = list(dict.fromkeys(name for cells in flat for name in cells))
    return [headings, *([cells.get(name, "") for name in headings] for cells in flat)]


@pytest.mark.parametrize("name", ["cases.jsonl", "cases.ndjson.gz"])
@few
@given(cases=some_cases)
def test_native_json_lines(tmp_path: Path, name: str, cases: list[Case]) -> None:
    content = "".join(case_to_json(case) + "\n" for case in cases).encode()
    assert read(write(tmp_path / name, content)) == (cases, [])


@few
@given(cases=some_cases)
def test_flat_json_lines(tmp_path: Path, cases: list[Case]) -> None:
    content = "".join(json.dumps(as_flat(case)) + "\r\n" for case in cases).encode()
    assert read(write(tmp_path / "cases.jsonl", content)) == (cases, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["cases.csv", "cases.csv.gz"])
@few
@given(cases=some_cases, end=st.sampled_from(["\n", "\r\n"]))
def test_csv(tmp_path: Path, name: str, encoding: str, cases: list[Case], end: str) -> None:
    content = csv_bytes(rows_of(cases), encoding=encoding, end=end)
    assert read(write(tmp_path / name, content)) == (cases, [])


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
@few
@given(cases=some_cases)
def test_other_delimiters(tmp_path: Path, delimiter: str, cases: list[Case]) -> None:
    assert read(write(tmp_path / "cases.tsv", csv_bytes(rows_of(cases), delimiter=delimiter))) == (cases, [])


@pytest.mark.parametrize("name", ["cases.xlsx", "cases.xlsx.gz"])
@few
@given(cases=some_cases)
def test_workbook(tmp_path: Path, name: str, cases: list[Case]) -> None:
    assert read(write(tmp_path / name, xlsx_bytes({"病例": rows_of(cases)}))) == (cases, [])


@pytest.mark.parametrize("name", ["cases.parquet", "cases.parquet.gz"])
@few
@given(cases=some_cases)
def test_parquet_of_flat_rows(tmp_path: Path, name: str, cases: list[Case]) -> None:
    headings, *rows = rows_of(cases)
    content = parquet_bytes([dict(zip(headings, cells, strict=True)) for cells in rows])
    assert read(write(tmp_path / name, content)) == (cases, [])


@few
@given(cases=some_cases)
def test_parquet_of_nested_records(tmp_path: Path, cases: list[Case]) -> None:
    columns = ["id", "patient", "department", "visit_date", "language", "sections", "diagnoses", "treatment_path"]
    rows = []
    for case in cases:
        document = case_to_dict(case)
        rows.append({name: document.get(name) for name in [*columns, "outcome", "attributes"]})
        rows[-1]["visit_date"] = case.visit_date
    assert read(write(tmp_path / "cases.parquet", parquet_bytes(rows))) == (cases, [])
