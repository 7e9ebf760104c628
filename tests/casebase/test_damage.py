"""Damaged, foreign and newer files are reported with the next step, never served."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casefinder.casebase import build_case_base, open_case_base, read_manifest
from casefinder.casebase.manifest import body_checksum
from casefinder.errors import (
    CaseBaseDamagedError,
    CaseBaseError,
    CaseBaseFormatError,
    CaseBaseNotFoundError,
    CaseNotFoundError,
    EncoderMismatchError,
    IndexDamagedError,
)
from casefinder.finder import CaseFinder
from tests.casebase.asking import answers
from tests.material import HashEncoder, made_cases, rows_of

STORE = Path("records-000001/cases.sqlite")
INDEX = Path("snapshot-000001/vectors.index")
TERMS = Path("snapshot-000001/terms.index")
MANIFEST = Path("casebase.json")
QUESTIONS = ("胸痛伴冷汗6天", "fever and cough", "急性阑尾炎", "阿司匹林")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [truncate, empty, remove])
def test_missing_or_cut_database_is_reported_on_opening(base: Path, damage: Callable[[Path], None]) -> None:
    damage(base / STORE)
    with pytest.raises(CaseBaseDamagedError, match=r"cases\.sqlite .*; run `casefinder verify --repair`"):
        open_case_base(base)


def found(directory: Path) -> list[list[str]]:
    with CaseFinder.open(directory, encoder=HashEncoder()) as finder:
        return [[hit.case.id for hit in finder.search(question, k=60)] for question in QUESTIONS]


@pytest.mark.parametrize("damage", [truncate, empty, remove, flip_bit])
@pytest.mark.parametrize("file", [INDEX, TERMS])
def test_damaged_derived_file_is_set_aside_and_made_anew(
    base: Path, file: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    before = found(base)
    damage(base / file)
    assert found(base) == before
    assert "making the snapshot anew from the records" in caplog.text
    assert (base / "damaged-snapshot-000001").is_dir()
    assert read_manifest(base).snapshot.name == "snapshot-000002"


@pytest.mark.parametrize("file", [INDEX, TERMS])
def test_no_byte_of_a_derived_file_can_be_altered_unseen(base: Path, file: Path, tmp_path: Path) -> None:
    """Every answer is the right one: damage is harmless, or found and mended."""
    before = found(base)
    size = (base / file).stat().st_size
    for position in range(0, size, size // 25):
        damaged = Path(shutil.copytree(base, tmp_path / str(position)))
        data = bytearray((damaged / file).read_bytes())
        data[position] ^= 0x10
        (damaged / file).write_bytes(data)
        assert found(damaged) == before, f"byte {position}"


def test_a_damaged_index_is_made_anew_while_warming_up(base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        before = answers(finder)
    flip_bit(base / TERMS)
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.warm_up()
        assert read_manifest(base).snapshot.name != TERMS.parent.name
        assert answers(finder) == before


def test_damage_that_cannot_be_mended_here_says_what_to_run(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flip_bit(base / INDEX)
    monkeypatch.setattr("os.access", lambda path, mode: mode == os.R_OK)
    with pytest.raises(IndexDamagedError, match=r"vectors\.index"):
        found(base)


@pytest.mark.parametrize("damage", [truncate, empty])
def test_cut_manifest_is_reported(base: Path, damage: Callable[[Path], None]) -> None:
    damage(base / MANIFEST)
    with pytest.raises(
        CaseBaseDamagedError, match=r"casebase\.json was altered or cut short; run `casefinder verify --repair"
    ):
        open_case_base(base)


def test_altered_record_is_never_shown(base: Path) -> None:
    connection = sqlite3.connect(base / STORE)
    connection.execute("UPDATE cases SET document = REPLACE(document, '阿司匹林', '阿司匹宁') WHERE id = 'C0007'")
    connection.commit()
    connection.close()
    with (
        open_case_base(base) as casebase,
        pytest.raises(CaseBaseDamagedError, match="the record under key 8 was altered on disk"),
    ):
        casebase.view().store.case("C0007")


def test_altered_index_of_ids_does_not_hide_a_case(base: Path) -> None:
    """SQLite would say that there is no such case; no row and no checksum of a row is altered."""
    data = (base / STORE).read_bytes()
    pages = [start for start in range(0, len(data), 4096) if data[start] == 0x0A and b"C0007" in data[start:][:4096]]
    damaged = bytearray(data)
    for start in pages:  # leaf pages of indexes
        place = data.index(b"C0007", start)
        damaged[place : place + 5] = b"C00z7"
    assert pages
    (base / STORE).write_bytes(damaged)
    with open_case_base(base) as casebase:
        with pytest.raises(CaseBaseDamagedError, match="the index of ids was altered"):
            casebase.view().case("C0007")
        with pytest.raises(CaseNotFoundError):
            casebase.view().case("C0700")


def test_no_byte_of_the_records_can_be_altered_unseen(base: Path) -> None:
    """Every record read back is what was written, or an error says that it is not."""
    written = {case.id: case for case in made_cases(60)}
    intact = (base / STORE).read_bytes()
    for position in range(0, len(intact), 997):
        damaged = bytearray(intact)
        damaged[position] ^= 0x10
        (base / STORE).write_bytes(damaged)
        try:
            with open_case_base(base) as casebase:
                read = {case_id: casebase.view().store.case(case_id) for case_id in written}
        except CaseBaseError:
            continue
        assert read == written, f"byte {position}"


def test_flipped_bit_of_the_manifest_is_reported(base: Path) -> None:
    flip_bit(base / MANIFEST)
    with pytest.raises((CaseBaseDamagedError, CaseBaseFormatError), match=r"altered|newer|reads"):
        open_case_base(base)


def test_directory_without_a_base_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(
        CaseBaseNotFoundError, match=r"no case base in .*nowhere; make one with `casefinder build-index"
    ):
        open_case_base(tmp_path / "nowhere")


def test_newer_format_is_refused(base: Path) -> None:
    body = json.loads((base / MANIFEST).read_text("utf-8"))
    (base / MANIFEST).write_text(json.dumps(body | {"format_version": 99}), "utf-8")
    with pytest.raises(CaseBaseFormatError, match="has format version 99, this casefinder reads 3; upgrade casefinder"):
        open_case_base(base)


def test_older_format_is_refused_with_what_to_do(base: Path) -> None:
    body = json.loads((base / MANIFEST).read_text("utf-8"))
    (base / MANIFEST).write_text(json.dumps(body | {"format_version": 2}), "utf-8")
    with pytest.raises(
        CaseBaseFormatError, match="has format version 2, this casefinder reads 3; run `casefinder migrate"
    ):
        open_case_base(base)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.pop("encoder_name"), r"\('encoder_name'\)"),
        (lambda body: body["snapshot"].update(surprise=1), r"\(.*'surprise'\)"),
        (lambda body: body["snapshot"]["plan"].update(kind="tree"), r"\('tree' is not a valid IndexKind\)"),
    ],
    ids=["lacks a field", "has one more", "knows another index"],
)
def test_manifest_of_another_casefinder_is_refused_with_what_to_do(
    base: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    body = json.loads((base / MANIFEST).read_text("utf-8"))
    change(body)
    del body["checksum"]
    (base / MANIFEST).write_text(json.dumps({"checksum": body_checksum(body), **body}), "utf-8")
    with pytest.raises(CaseBaseFormatError, match=rf"has format version 3, .*{said}: another casefinder wrote it"):
        open_case_base(base)


def test_other_encoder_is_refused_with_the_command_to_run(base: Path) -> None:
    with open_case_base(base) as casebase:
        casebase.check_encoder(HashEncoder())
        with pytest.raises(
            EncoderMismatchError, match=r"'hash-1' .*not of 'hash-2' .*casefinder reencode --model hash-2"
        ):
            casebase.check_encoder(HashEncoder(version="2"))


def test_damaged_base_can_be_built_again(base: Path) -> None:
    flip_bit(base / MANIFEST)
    build_case_base(rows_of(made_cases(4)), base, encoder=HashEncoder(), source="s")
    with open_case_base(base) as casebase:
        assert casebase.view().store.count() == 4
