from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path

import pytest

from casefinder.cases.readers import STANDARD_INPUT, CaseSource, read_cases
from casefinder.cases.reading import Origin, ReadCase, Reject
from casefinder.errors import SourceNotFoundError, UnreadableSourceError
from tests.cases.readers.files import csv_bytes, parquet_bytes, read, write, xlsx_bytes

LINE = '{"id": "A%d", "chief_complaint": "胸痛"}\n'


def lines(*numbers: int) -> bytes:
    return "".join(LINE % number for number in numbers).encode()


def ids(path: Path) -> list[str]:
    cases, rejects = read(path)
    assert rejects == []
    return [case.id for case in cases]


@pytest.fixture
def standard_input(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    return stream


def test_a_folder_is_read_in_order_with_its_subfolders(tmp_path: Path) -> None:
    write(tmp_path / "b.jsonl", lines(2))
    write(tmp_path / "a" / "z.csv.gz", csv_bytes([["id", "主诉"], ["A1", "胸痛"]]))
    write(tmp_path / "c" / "d" / "e.parquet", parquet_bytes([{"id": "A3", "主诉": "胸痛"}]))
    write(tmp_path / "readme.txt", b"passed over")
    write(tmp_path / "scan.pdf", b"passed over")
    assert ids(tmp_path) == ["A1", "A2", "A3"]


def test_hidden_files_and_leavings_of_editors_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", lines(1))
    for name in (".hidden.jsonl", "~$a.xlsx", "._a.jsonl", ".git/x.jsonl", "__MACOSX/a.jsonl"):
        write(tmp_path / name, b"broken")
    assert ids(tmp_path) == ["A1"]


def test_a_folder_may_be_named_like_a_file(tmp_path: Path) -> None:
    write(tmp_path / "cases.csv" / "a.jsonl", lines(1))
    assert ids(tmp_path / "cases.csv") == ["A1"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "notes.pdf", b"")
    with pytest.raises(SourceNotFoundError) as caught:
        CaseSource(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} holds no file to read; known kinds are .jsonl, .ndjson, .csv, .tsv, .xlsx, .parquet, also with .gz"
    )


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError) as caught:
        read_cases(tmp_path / "x.csv")
    assert str(caught.value) == f"no file or folder {tmp_path / 'x.csv'}; check the path"


@pytest.mark.parametrize(
    ("name", "hint"), [("a.pdf", ""), ("a", ""), ("a.gz", ""), ("a.xls", "; save it as .xlsx or .csv")]
)
def test_a_file_of_an_unknown_kind_is_refused(tmp_path: Path, name: str, hint: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    with pytest.raises(UnreadableSourceError) as caught:
        CaseSource(path)
    known = ".jsonl, .ndjson, .csv, .tsv, .xlsx, .parquet, also with .gz"
    assert str(caught.value) == f"{path}: unknown kind; known are {known}{hint}"


def test_a_link_to_nothing_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", lines(1))
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "gone.jsonl")
    with pytest.raises(UnreadableSourceError, match=r"b\.jsonl cannot be read: No such file or directory"):
        CaseSource(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", lines(1))
    path.chmod(0)
    with pytest.raises(UnreadableSourceError, match=r"a\.jsonl cannot be read: Permission denied"):
        read(path)


def test_an_error_of_the_disk_while_reading_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.jsonl", lines(1))

    def refuse(*_: object) -> io.BytesIO:
        raise PermissionError(13, "Permission denied")

    source = CaseSource(path)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableSourceError) as caught:
        list(source)
    assert str(caught.value) == f"{path} cannot be read: Permission denied; check it and its disk"


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz", "a.xlsx.gz", "a.parquet.gz"])
@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(lines(*range(5000)))[:-20],
        b"no gzip at all",
        gzip.compress(lines(1))[:-8] + b"\0" * 8,
        b"\x1f\x8b",
    ],
    ids=["cut short", "not packed", "wrong checksum", "two bytes"],
)
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableSourceError) as caught:
        read(path)
    assert str(caught.value) == f"{path} is no gzip file, or is cut short; compress it again"


def test_cases_before_the_damage_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(lines(*range(5000)))[:-20])
    rows = iter(CaseSource(path))
    first = next(rows)
    assert isinstance(first, ReadCase)
    assert (first.case.id, first.origin) == ("A0", Origin(str(path), 1))


def test_bad_rows_do_not_stop_the_files_behind_them(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", b"id,complaint\n,chest pain\n")
    write(tmp_path / "b.jsonl", b"nonsense\n" + lines(1))
    cases, rejects = read(tmp_path)
    assert [case.id for case in cases] == ["A1"]
    assert [reject[:3] for reject in rejects] == [("a.csv", 2, "id"), ("b.jsonl", 1, "row")]


@pytest.mark.parametrize(
    "content",
    [
        lines(1, 2),
        b"\n \n" + lines(1, 2),
        b"\xef\xbb\xbf" + lines(1, 2),
        csv_bytes([["id", "主诉"], ["A1", "胸痛"], ["A2", "发热"]]),
        csv_bytes([["id", "主诉"], ["A1", "胸痛"], ["A2", "发热"]], encoding="gb18030"),
        csv_bytes([["id", "主诉"], ["A1", "胸痛"], ["A2", "发热"]], encoding="utf-16"),
    ],
    ids=["JSON lines", "blank lines before", "mark", "CSV", "gb18030", "utf-16"],
)
def test_standard_input_tells_its_kind(standard_input: io.BytesIO, content: bytes) -> None:
    standard_input.write(content)
    standard_input.seek(0)
    source = CaseSource(STANDARD_INPUT)
    rows = list(source)
    assert [row.case.id for row in rows if isinstance(row, ReadCase)] == ["A1", "A2"]
    assert {row.origin.file for row in rows if isinstance(row, ReadCase)} == {"-"}
    assert source.share_read is None


def test_rejects_of_standard_input_have_their_line(standard_input: io.BytesIO) -> None:
    standard_input.write(b"\n" + lines(1) + b"nonsense\n")
    standard_input.seek(0)
    *_, last = CaseSource(STANDARD_INPUT)
    assert last == Reject(Origin("-", 3), "row", "is not valid JSON (Expecting value at character 1)")
    assert str(last) == "-:3: row: is not valid JSON (Expecting value at character 1)"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(gzip.compress(b"x", mtime=0), "a gzip file"), (b"PK\x03\x04", "a zip or Excel file")],
    ids=["gzip", "zip"],
)
def test_a_packed_standard_input_is_refused(standard_input: io.BytesIO, content: bytes, kind: str) -> None:
    standard_input.write(content)
    standard_input.seek(0)
    with pytest.raises(UnreadableSourceError, match=rf"^- is {kind}, not text"):
        list(CaseSource(STANDARD_INPUT))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", lines(*range(3000))),
        ("a.jsonl.gz", lines(*range(3000))),
        ("a.csv", csv_bytes([["id", "主诉"], *([f"A{n}", "胸痛"] for n in range(3000))])),
        ("a.parquet", parquet_bytes([{"id": f"A{n}", "主诉": "胸痛"} for n in range(3000)])),
        ("a.xlsx", xlsx_bytes({"S": [["id", "主诉"], *([f"A{n}", "胸痛"] for n in range(300))]})),
    ],
)
def test_the_share_that_is_read_rises_to_one(tmp_path: Path, name: str, content: bytes) -> None:
    write(tmp_path / name, content)
    write(tmp_path / "z.jsonl", lines(1))
    source = CaseSource(tmp_path)
    shares = [source.share_read]
    for _ in source:
        shares.append(source.share_read)
    shares.append(source.share_read)
    known = [share for share in shares if share is not None]
    assert known == sorted(known)
    assert (len(known), known[0], known[-1]) == (len(shares), 0.0, 1.0)


def test_a_source_may_be_read_again(tmp_path: Path) -> None:
    source = CaseSource(write(tmp_path / "a.jsonl", lines(1, 2)))
    assert list(source) == list(source)
    assert source.share_read == 1.0


def test_a_file_name_that_is_no_text_does_not_reach_the_rejects(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.jsonl")
    path.write_bytes(b"nonsense")
    (reject,) = CaseSource(path)
    assert reject.origin.file.endswith("\\udcff.jsonl")


def test_a_path_inside_a_locked_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(UnreadableSourceError) as caught:
        CaseSource(tmp_path / "a.csv")
    assert str(caught.value) == f"{tmp_path / 'a.csv'} cannot be read: Permission denied; check its permissions"
