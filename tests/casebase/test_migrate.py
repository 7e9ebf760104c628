"""A case base of format 2 becomes one of the current format, without encoding."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import build_case_base, migrate, open_case_base, read_manifest, verify
from casefinder.errors import CaseBaseDamagedError, CaseBaseFormatError
from tests.casebase.asking import answers_of
from tests.casebase.format_two import write_format_two
from tests.material import HashEncoder, made_case, made_cases, rows_of


@pytest.fixture
def old(tmp_path: Path) -> Path:
    write_format_two(made_cases(40), tmp_path / "old", HashEncoder())
    return tmp_path / "old"


def test_older_format_is_refused_with_the_command_to_run(old: Path) -> None:
    with pytest.raises(CaseBaseFormatError, match=r"has format version 2, .*; run `casefinder migrate --index"):
        open_case_base(old)


def test_migrated_case_base_answers_like_one_built_now(old: Path, tmp_path: Path) -> None:
    migrate(old)
    build_case_base(rows_of(made_cases(40)), tmp_path / "new", encoder=HashEncoder(), source="s")
    assert answers_of(old) == answers_of(tmp_path / "new")
    assert verify(old).problems == ()
    assert sorted(path.name for path in old.iterdir() if path.is_dir()) == ["records-000001", "snapshot-000001"]


def test_migrating_keeps_where_it_came_from_and_can_go_on(old: Path) -> None:
    manifest = migrate(old)
    assert (manifest.source, manifest.built_at, manifest.dim) == ("old.jsonl", "2026-01-02T03:04:05+00:00", 32)
    encoder = HashEncoder()
    with CaseFinder.open(old, encoder=encoder) as finder:
        finder.update([made_case(3, note="later"), made_case(50)])
        assert (finder.n_cases, finder.case("C0003").sections.notes) == (41, "later")


def test_migrating_twice_changes_nothing(old: Path) -> None:
    assert migrate(old) == migrate(old) == read_manifest(old)


def test_damaged_record_stops_the_migration_and_changes_nothing(old: Path) -> None:
    with closing(sqlite3.connect(old / "generation-000001" / "cases.sqlite")) as connection, connection:
        connection.execute("UPDATE cases SET document = REPLACE(document, '阿司匹林', '阿司匹宁') WHERE key = 8")
    with pytest.raises(CaseBaseDamagedError, match="'C0007' was altered on disk"):
        migrate(old)
    with pytest.raises(CaseBaseFormatError):
        read_manifest(old)
