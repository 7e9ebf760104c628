"""A long write fails before it begins where the disk has no room or the directory cannot be written to."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections import namedtuple
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import back_up, build_case_base, compact, erase, open_case_base, repair, verify
from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.space import require_space, size_of
from casefinder.errors import CaseBaseError
from tests.casebase.asking import answers_of
from tests.material import HashEncoder, made_case, made_cases, rows_of

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casefinder.casebase.space.shutil.disk_usage", lambda path: Usage(10**9, 10**9, 4096))


def test_message_names_what_is_needed_and_available(tmp_path: Path, full_disk: None) -> None:
    with pytest.raises(CaseBaseError, match=r"the backup needs about 2,148,576 bytes in .*, 4,096 are available; free"):
        require_space(tmp_path, 1_000_000, purpose="the backup")


def test_directory_that_cannot_be_written_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casefinder.casebase.space.os.access", lambda path, mode: False)
    with pytest.raises(CaseBaseError, match="cannot be written to; give this user write permission"):
        require_space(tmp_path, 1, purpose="the backup")


def test_nothing_is_begun_on_a_full_disk(base: Path, tmp_path: Path, full_disk: None) -> None:
    before = answers_of(base)
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        with pytest.raises(CaseBaseError, match="storing these cases needs about"):
            finder.add([made_case(70)])
    with pytest.raises(CaseBaseError, match="storing these cases needs about"):
        build_case_base(rows_of([made_case(70)]), base, encoder=HashEncoder(), source="made")
    for work in (lambda: compact(base), lambda: erase(base, ["C0001"]), lambda: back_up(base, tmp_path / "backup")):
        with pytest.raises(CaseBaseError, match="4,096 are available"):
            work()
    assert answers_of(base) == before


def test_a_build_without_room_for_its_snapshot_ends_before_it_is_begun_and_is_resumed(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, encoder = answers_of(base), HashEncoder()
    with monkeypatch.context() as full:
        usage = iter([Usage(10**9, 0, 10**9), Usage(10**9, 10**9, 4096)])
        full.setattr("casefinder.casebase.space.shutil.disk_usage", lambda path: next(usage))
        with pytest.raises(CaseBaseError, match="writing a snapshot needs about"):
            build_case_base(rows_of(made_cases(70)), base, encoder=encoder, source="made")
    assert answers_of(base) == before
    encoder.encoded.clear()
    assert build_case_base(rows_of(made_cases(70)), base, encoder=encoder, source="made").n_cases == 70
    assert encoder.encoded == []


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "x/lock"), "x/lock: Permission denied; .* Give this user"),
        (OSError(errno.ENOSPC, "No space left on device", "x/new"), "x/new: No space left on device; .* Free some"),
        (OSError(errno.EIO, "Input/output error"), r"the case base in base: \[Errno 5\] Input.* Look at permissions"),
        (sqlite3.OperationalError("database or disk is full"), "in base: database or disk is full; .* Free some space"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "readonly database; .* Give this user"),
    ],
)
def test_what_the_disk_refuses_is_told_with_what_can_be_done(refused: Exception, said: str) -> None:
    with (
        pytest.raises(CaseBaseError, match=rf"^cannot write to .*{said}.*, and run the same command again$"),
        telling_what_failed(Path("base")),
    ):
        raise refused


def test_records_that_may_not_be_read_are_no_damage(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("-wal") and really(path, mode))
    for work in (open_case_base, verify, lambda directory: repair(directory, load_encoder=lambda name: HashEncoder())):
        with pytest.raises(CaseBaseError, match=r"cases\.sqlite-wal cannot be read by this user; give it permission"):
            work(base)
    assert list(base.glob("damaged-*")) == []


def test_size_is_that_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"12345")
    (tmp_path / "c").write_bytes(b"123")
    assert (size_of(tmp_path), size_of(tmp_path / "c"), size_of(tmp_path / "none")) == (8, 3, 0)


def test_a_full_disk_is_no_matter_where_compacting_does_not_pay(base: Path, full_disk: None) -> None:
    assert compact(base, only_if_due=True).snapshot.sequence == 1
