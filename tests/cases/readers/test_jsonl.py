from __future__ import annotations

import json
from pathlib import Path

import pytest

from casefinder.cases import Language
from tests.cases.readers.files import read, write

GOOD = '{"id": "A1", "chief_complaint": "胸痛"}'


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b'{"id": "A2"', "row", "is not valid JSON (Expecting ',' delimiter at character 12)"),
        (b"nonsense", "row", "is not valid JSON (Expecting value at character 1)"),
        (b"[1]", "row", "is JSON, but no object"),
        (b'{"id": "A2", "chief_complaint": "\xff"}', "row", "is not UTF-8 (byte 34); convert the file to UTF-8"),
        (b"[" * 100_000, "row", "is nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b"}", "row", "holds a number of thousands of digits"),
        (b'{"id": "A2", "id": "A3"}', "row", "field 'id' is given twice; give every field once"),
        (b'{"chief_complaint": "x"}', "id", "is empty; every case needs an id of its own"),
        (
            b'{"id": "A2"}',
            "sections",
            "no presentation; give a chief complaint, present illness, past history or exam",
        ),
        (
            b'{"id": "A2", "chief_complaint": "\\ud800"}',
            "sections.chief_complaint",
            "holds a NUL or a lone surrogate; the file was written in a broken encoding",
        ),
        (
            b'{"id": "A2", "sections": {"exam": "x"}, "age": 3}',
            "case",
            "unknown field 'age'; known are id, sections, patient, department, visit_date, language, diagnoses,"
            " treatment_path, outcome, attributes, from_text",
        ),
        (b'{"id": "A2", "sections": "x"}', "sections", "is text; an object is wanted"),
        (
            b'{"id": "A2", "chief_complaint": "x", "age": 8}',
            "patient.age",
            "'8' has no unit; write 63\xe5\xb2\x81 or 63 years, name the column"
            " \xe5\xb9\xb4\xe9\xbe\x84(\xe5\xb2\x81), or use --age-unit years",
        ),
    ],
)  # fmt: skip
def test_a_bad_line_is_rejected_and_reading_goes_on(tmp_path: Path, line: bytes, field: str, reason: str) -> None:
    content = GOOD.encode() + b"\n\n" + line + b"\r\n" + GOOD.replace("A1", "A9").encode()
    cases, rejects = read(write(tmp_path / "cases.jsonl", content))
    reason = reason.encode("latin-1").decode() if "\xe5" in reason else reason
    assert [case.id for case in cases] == ["A1", "A9"]
    assert rejects == [("cases.jsonl", 3, field, reason)]


def test_marks_are_passed_over_wherever_files_were_joined(tmp_path: Path) -> None:
    line = GOOD.encode("utf-8-sig") + b"\n"
    cases, rejects = read(write(tmp_path / "cases.jsonl", line + line))
    assert ([case.id for case in cases], rejects) == (["A1", "A1"], [])


def test_numbers_lists_and_objects_in_flat_lines(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "主诉": "胸痛",
        "诊断": ["肺炎", "高血压"],
        "visit_date": 20240301,
        "vitals": {"bp": "120/80"},
        "n": None,
    }
    cases, rejects = read(write(tmp_path / "cases.jsonl", json.dumps(row).encode()))
    case = cases[0]
    assert rejects == []
    assert (case.id, str(case.visit_date), [diagnosis.text for diagnosis in case.diagnoses]) == (
        "7",
        "2024-03-01",
        ["肺炎", "高血压"],
    )
    assert case.attributes == {"vitals": '{"bp": "120/80"}'}


def test_the_language_of_a_native_line_is_told_from_its_text_unless_given(tmp_path: Path) -> None:
    rows = [
        {"id": "A1", "sections": {"exam": "chest pain"}},
        {"id": "A2", "sections": {"exam": "pain"}, "language": "zh"},
    ]
    cases, _ = read(write(tmp_path / "cases.jsonl", "\n".join(map(json.dumps, rows)).encode()))
    assert [case.language for case in cases] == [Language.EN, Language.ZH]


def test_an_empty_file_holds_no_cases(tmp_path: Path) -> None:
    assert read(write(tmp_path / "cases.jsonl", b"\n \n")) == ([], [])
