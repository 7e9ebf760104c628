"""A long write fails before it begins where the disk has no room or the directory cannot be written to."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import back_up, compact, erase
from casefinder.casebase.space import require_space, size_of
from casefinder.errors import CaseBaseError
from tests.casebase.asking import answers_of
from tests.material import HashEncoder, made_case

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
    for work in (lambda: compact(base), lambda: erase(base, ["C0001"]), lambda: back_up(base, tmp_path / "backup")):
        with pytest.raises(CaseBaseError, match="4,096 are available"):
            work()
    assert answers_of(base) == before


def test_size_is_that_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"12345")
    (tmp_path / "c").write_bytes(b"123")
    assert (size_of(tmp_path), size_of(tmp_path / "c"), size_of(tmp_path / "none")) == (8, 3, 0)
