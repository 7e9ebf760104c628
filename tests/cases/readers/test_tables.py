from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from casefinder.cases import Age, AgeUnit
from casefinder.errors import ColumnMapError, UnreadableSourceError
from tests.cases.readers.files import parquet_bytes, read, write, xlsx_bytes

WORKBOOK_ERROR = "is no Excel workbook (.xlsx), or is damaged; save it again, or as CSV"
PARQUET_ERROR = "is no Parquet file, or is damaged; write it again"


def test_a_workbook_as_hospitals_export_it(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["某某医院出院病历", None, None, None, None, None],
        [None],
        ["住院号", "主 诉", "年龄(岁)", "入院日期", "性别", None, None],
        [12345.0, "胸痛_x000D_\n冷汗", 63.0, datetime(2024, 3, 1, 8, 30), "男 "],
        ["00123", "发热", "63Y", 45352, "女", None],
        [None, None, None, None],
        ["A3", "咳嗽", None, date(2024, 3, 2)],
        ["A4", "头痛", 8, None, None, "多余"],
    ]
    cases, rejects = read(write(tmp_path / "cases.xlsx", xlsx_bytes({"Sheet1": rows})))
    assert [(case.id, case.sections.chief_complaint, case.patient.age, case.visit_date) for case in cases] == [
        ("12345", "胸痛\n冷汗", Age(63, AgeUnit.YEARS), date(2024, 3, 1)),
        ("00123", "发热", Age(63, AgeUnit.YEARS), date(2024, 3, 1)),
        ("A3", "咳嗽", None, date(2024, 3, 2)),
    ]
    assert rejects == [
        ("cases.xlsx[Sheet1]", 8, "row", "has 6 cells under 5 headings; check quotation marks and delimiters")
    ]


def test_every_sheet_is_read_and_one_about_something_else_is_named(tmp_path: Path) -> None:
    sheets: dict[str, list[list[str]]] = {
        "一月": [["id", "主诉"], ["A1", "胸痛"]],
        "空": [],
        "字典": [["代码", "名称"], ["1", "男"], ["2", "女"]],
        "二月": [["主诉", "id"], ["发热", "A2"]],
    }
    cases, rejects = read(write(tmp_path / "cases.xlsx", xlsx_bytes(sheets)))
    assert [(case.id, case.sections.chief_complaint) for case in cases] == [("A1", "胸痛"), ("A2", "发热")]
    assert rejects == [
        (
            "cases.xlsx[字典]",
            1,
            "row",
            "sheet passed over: no column is known to be the id; name it with --map COLUMN=id."
            " The columns are '代码', '名称'",
        )
    ]


def test_a_workbook_of_one_sheet_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnMapError, match=r"cases\.xlsx\[S\]:1: no column is known to be the id"):
        read(write(tmp_path / "cases.xlsx", xlsx_bytes({"S": [["a", "b"], [1, 2]]})))


def test_a_heading_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"cases\.xlsx\[S\]:1: column '主诉' is named twice"):
        read(write(tmp_path / "cases.xlsx", xlsx_bytes({"S": [["id", "主诉", "主诉"], [1, 2, 3]]})))


def test_a_declared_size_that_is_too_small_hides_nothing(tmp_path: Path) -> None:
    packed = io.BytesIO(xlsx_bytes({"S": [["id", "主诉"], ["A1", "胸痛"]]}))
    changed = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(changed, "w") as new:
        for item in old.namelist():
            content = old.read(item)
            new.writestr(item, content.replace(b'ref="A1:B2"', b'ref="A1"'))
    cases, rejects = read(write(tmp_path / "cases.xlsx", changed.getvalue()))
    assert ([case.id for case in cases], rejects) == (["A1"], [])


def broken_workbook() -> bytes:
    """A workbook whose sheet ends in the middle."""
    packed, changed = io.BytesIO(xlsx_bytes({"S": [["id", "主诉"], ["A1", "胸痛"]]})), io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(changed, "w") as new:
        for item in old.namelist():
            content = old.read(item)
            new.writestr(item, content[: len(content) // 2] if "sheet1" in item else content)
    return changed.getvalue()


def other_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,complaint\nA1,chest pain\n",
        b"\xd0\xcf\x11\xe0" + bytes(600),
        xlsx_bytes({"S": [["id", "主诉"], ["A1", "胸痛"]]})[:-200],
        other_zip(),
        broken_workbook(),
    ],
    ids=["empty", "CSV", "old or encrypted workbook", "cut short", "another zip", "half a sheet"],
)
def test_what_is_no_whole_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "cases.xlsx", content)
    with pytest.raises(UnreadableSourceError) as caught:
        read(path)
    assert str(caught.value) == f"{path} {WORKBOOK_ERROR}"


GOOD_PARQUET = parquet_bytes([{"id": f"A{n}", "主诉": "胸痛"} for n in range(2000)])


@pytest.mark.parametrize(
    "content",
    [b"", b"PAR1", b"id,complaint\nA1,x\n", GOOD_PARQUET[: len(GOOD_PARQUET) // 2], b"PAR1" + bytes(50) + b"PAR1"],
    ids=["empty", "only a mark", "CSV", "half", "nothing between marks"],
)
def test_what_is_no_whole_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "cases.parquet", content)
    with pytest.raises(UnreadableSourceError) as caught:
        read(path)
    assert str(caught.value) == f"{path} {PARQUET_ERROR}"


def test_a_parquet_file_whose_first_row_is_empty_is_understood_all_the_same(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": None, "主诉": None, "x": 1}, {"id": "A2", "主诉": "胸痛", "x": None}]
    cases, rejects = read(write(tmp_path / "cases.parquet", parquet_bytes(rows)))
    assert [(case.id, case.attributes) for case in cases] == [("A2", {})]
    assert rejects == [("cases.parquet", 1, "id", "is empty; every case needs an id of its own")]


def test_types_of_parquet_columns(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "id": pyarrow.array([17], pyarrow.int64()),
            "chief_complaint": pyarrow.array(["胸痛"]).dictionary_encode(),
            "visit_date": pyarrow.array([1_709_251_200_000_000_001], pyarrow.timestamp("ns")),
            "age": pyarrow.array([63.0]),
            "age_unit": ["岁"],
            "readmitted_30d": [True],
            "notes": pyarrow.array([b"bytes"]),
            "scores": pyarrow.array([[1.5, 2.0]]),
            "tags": pyarrow.array([[("ward", "3")]], pyarrow.map_(pyarrow.string(), pyarrow.string())),
        }
    )
    file = io.BytesIO()
    parquet.write_table(table, file)
    cases, rejects = read(write(tmp_path / "cases.parquet", file.getvalue()))
    case = cases[0]
    assert rejects == []
    assert (case.id, case.visit_date, case.patient.age) == ("17", date(2024, 3, 1), Age(63, AgeUnit.YEARS))
    assert (case.outcome.readmitted_30d, case.sections.notes) == (True, "bytes")
    assert case.attributes == {"scores": "1.5; 2", "tags": '{"ward": "3"}'}


def test_native_attributes_may_be_a_map(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "id": ["A1"],
            "sections": [{"exam": "腹软"}],
            "attributes": pyarrow.array([[("ward", "3")]], pyarrow.map_(pyarrow.string(), pyarrow.string())),
        }
    )
    file = io.BytesIO()
    parquet.write_table(table, file)
    cases, rejects = read(write(tmp_path / "cases.parquet", file.getvalue()))
    assert ([case.attributes for case in cases], rejects) == ([{"ward": "3"}], [])
