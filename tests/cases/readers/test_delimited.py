from __future__ import annotations

from pathlib import Path

import pytest

from casefinder.cases import Case, Sections
from casefinder.errors import ColumnMapError, UnreadableSourceError
from tests.cases.readers.files import csv_bytes, read, write


def complaints(cases: list[Case]) -> list[tuple[str, str]]:
    return [(case.id, case.sections.chief_complaint) for case in cases]


def read_text(path: Path, text: str) -> tuple[list[tuple[str, str]], list[tuple[str, int, str, str]]]:
    cases, rejects = read(write(path / "cases.csv", text.encode()))
    return complaints(cases), rejects


def test_line_numbers_count_lines_of_the_file_also_behind_cells_of_several_lines(tmp_path: Path) -> None:
    text = 'id,主诉\r\n\r\nA1,"胸痛\r\n三天"\r\nA2,发热,多余\r\nA3,"咳\n\n嗽"\n,头痛\n'
    assert read_text(tmp_path, text) == (
        [("A1", "胸痛\n三天"), ("A3", "咳\n\n嗽")],
        [
            ("cases.csv", 5, "row", "has 3 cells under 2 headings; check quotation marks and delimiters"),
            ("cases.csv", 9, "id", "is empty; every case needs an id of its own"),
        ],
    )


def test_a_quotation_mark_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    text = 'id,主诉\nA1,"胸痛\nA2,发热\nA3,咳嗽\n'
    assert read_text(tmp_path, text) == (
        [("A2", "发热"), ("A3", "咳嗽")],
        [("cases.csv", 2, "row", "is no valid CSV (unexpected end of data); check the quotation marks")],
    )


def test_a_broken_quotation_does_not_swallow_the_rows_up_to_the_next_one(tmp_path: Path) -> None:
    text = 'id,主诉\nA1,"胸痛\nA2,发热\nA3,"咳嗽, 痰"\nA4,"头"痛\nA5,呕吐\n'
    assert read_text(tmp_path, text) == (
        [("A2", "发热"), ("A3", "咳嗽, 痰"), ("A5", "呕吐")],
        [
            ("cases.csv", 2, "row", "is no valid CSV (',' expected after '\"'); check the quotation marks"),
            ("cases.csv", 5, "row", "is no valid CSV (',' expected after '\"'); check the quotation marks"),
        ],
    )


def test_a_cell_beyond_every_limit_is_rejected_alone(tmp_path: Path) -> None:
    text = f'id,主诉\nA1,{"长" * 200_001}\nA2,"{"长" * 800_001}"\nA3,发热\n'
    assert read_text(tmp_path, text) == (
        [("A3", "发热")],
        [
            ("cases.csv", 2, "sections.chief_complaint", "has 200001 characters; at most 200000 are allowed"),
            (
                "cases.csv",
                3,
                "row",
                "is no valid CSV (field larger than field limit (800000)); check the quotation marks",
            ),
        ],
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A1", "has 1 cells under 3 headings; check quotation marks and delimiters"),
        ("A1,胸痛", "has 2 cells under 3 headings; check quotation marks and delimiters"),
        ("A1,胸痛,x,y", "has 4 cells under 3 headings; check quotation marks and delimiters"),
    ],
)
def test_a_row_with_other_cells_than_headings_is_rejected(tmp_path: Path, row: str, reason: str) -> None:
    assert read_text(tmp_path, f"id,主诉,床号\n{row}\nA2,发热,3\n") == (
        [("A2", "发热")],
        [("cases.csv", 2, "row", reason)],
    )


def test_empty_cells_and_columns_at_the_end_do_not_matter(tmp_path: Path) -> None:
    assert read_text(tmp_path, "id,主诉,,\nA1,胸痛,,\nA2,发热,,,,\n,,,\n \n") == ([("A1", "胸痛"), ("A2", "发热")], [])


def test_what_stands_under_no_heading_is_kept_by_its_place(tmp_path: Path) -> None:
    cases, rejects = read(write(tmp_path / "cases.csv", "\ufeff,id,主诉\n0,A1,胸痛\n".encode()))
    assert (cases, rejects) == (
        [Case("A1", Sections("胸痛"), language=cases[0].language, attributes={"column 1": "0"})],
        [],
    )


@pytest.mark.parametrize(
    "top",
    [
        "某某医院病历导出\n",
        "某某医院病历导出,,\n\n",
        "sep=,\n",
        '"2024年，全院"\n共2例\n',
    ],
)
def test_titles_above_the_headings_are_passed_over(tmp_path: Path, top: str) -> None:
    assert read_text(tmp_path, f"{top}id,主诉,床号\nA1,胸痛,1\n") == ([("A1", "胸痛")], [])


def test_quoted_headings_with_spaces_and_delimiters(tmp_path: Path) -> None:
    text = '"住院号";" 主 诉 ";"备注, 其他"\n"001";"胸痛, 冷汗";"x"\n'
    cases, rejects = read(write(tmp_path / "cases.csv", text.encode()))
    assert (complaints(cases), cases[0].attributes, rejects) == ([("001", "胸痛, 冷汗")], {"备注, 其他": "x"}, [])


def test_files_that_were_joined_say_where(tmp_path: Path) -> None:
    text = "\ufeffid,主诉\nA1,胸痛\n\ufeffid,主诉\nA2,发热\n"
    assert read_text(tmp_path, text) == (
        [("A1", "胸痛"), ("A2", "发热")],
        [("cases.csv", 3, "row", "repeats the headings; two files were joined here")],
    )


def test_a_nul_or_a_byte_of_no_encoding_rejects_its_row_only(tmp_path: Path) -> None:
    content = "id,主诉\nA1,胸\x00痛\nA2,发热咳嗽".encode() + b"\xff" + "\nA3,咳嗽\n".encode()
    cases, rejects = read(write(tmp_path / "cases.csv", content))
    reason = "holds a NUL or a lone surrogate; the file was written in a broken encoding"
    assert complaints(cases) == [("A3", "咳嗽")]
    assert rejects == [
        ("cases.csv", 2, "sections.chief_complaint", reason),
        ("cases.csv", 3, "sections.chief_complaint", reason),
    ]


def test_lines_that_end_in_carriage_returns_only(tmp_path: Path) -> None:
    assert read_text(tmp_path, "id,主诉\rA1,胸痛\rA2\rA3,咳嗽") == (
        [("A1", "胸痛"), ("A3", "咳嗽")],
        [("cases.csv", 3, "row", "has 1 cells under 2 headings; check quotation marks and delimiters")],
    )


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"id\nA1\nA2\n", "病历导出\n".encode()])
def test_a_file_without_headings_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(
        UnreadableSourceError, match=r"cases\.csv: no heading row; the first line must name the columns"
    ):
        read(write(tmp_path / "cases.csv", content))


def test_headings_without_rows_hold_no_cases(tmp_path: Path) -> None:
    assert read_text(tmp_path, "id,主诉\n") == ([], [])


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"cases\.csv:1: column '主诉' is named twice; give every column"):
        read(write(tmp_path / "cases.csv", csv_bytes([["id", "主诉", "主诉 "], ["A1", "胸痛", "发热"]])))


def test_a_table_in_which_nothing_is_understood_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(ColumnMapError, match=r"cases\.csv:1: no column is known to be the id; .* are 'a', 'b'$"):
        read(write(tmp_path / "cases.csv", b"a,b\n1,2\n"))
    with pytest.raises(ColumnMapError, match=r"no column is known to hold a complaint or a history; .* 'id', 'b'$"):
        read(write(tmp_path / "cases.csv", b"id,b\n1,2\n"))


def test_a_heading_row_that_is_no_text_is_refused_without_repeating_it(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", "id,主诉,备".encode("gb18030") + b"\xff\xff\x81,x\nA1,b,c,d\n")
    with pytest.raises(UnreadableSourceError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}:1: the heading row is no text in UTF-8, UTF-16 or GB18030; save the file as UTF-8"
    )
