"""An interrupted build leaves the old base untouched and the new one absent; the next one goes on from it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from casefinder.case_store import CaseFindings
from casefinder.casebase import batch, build_case_base, open_case_base
from casefinder.cases import Case, Sections
from casefinder.cases.reading import ReadRow
from casefinder.errors import CaseBaseError, CaseBaseNotFoundError
from tests.casebase.asking import records_of
from tests.material import HashEncoder, made_cases, rows_of

N_CASES = 1200

# Ends the process, as a power cut would, at the n-th call of one function.
KILLED_BUILD = """
import os, sys
from pathlib import Path
from casefinder.casebase import build, build_case_base, snapshots
from casefinder.files import durable
from casefinder.case_store import CaseWriter
from tests.material import HashEncoder, made_cases, rows_of

owner, name, n_th = {owner}, {name!r}, {n_th}
real, calls = getattr(owner, name), 0

def dying(*args, **kwargs):
    global calls
    calls += 1
    if calls == n_th:
        os._exit(137)
    return real(*args, **kwargs)

setattr(owner, name, dying)
build_case_base(rows_of(made_cases({n_cases})), Path(sys.argv[1]), encoder=HashEncoder(), source="s")
"""
KILL_POINTS = [
    ("CaseWriter", "change", 1),
    ("CaseWriter", "change", 2),
    ("CaseWriter", "finish_build", 1),
    ("CaseWriter", "fold_journal", 1),
    ("build", "acknowledge", 1),
    ("snapshots", "write_index", 1),
    ("snapshots", "write_terms", 1),
    ("snapshots", "stored_file", 2),
    *(("durable", "rename", n) for n in range(1, 4)),
    *(("durable", "sync_path", n) for n in range(1, 9)),
    *(("durable", "remove_folder", n) for n in range(1, 4)),
]


def killed_build(directory: Path, owner: str, name: str, n_th: int) -> int:
    code = KILLED_BUILD.format(owner=owner, name=name, n_th=n_th, n_cases=N_CASES)
    return subprocess.run([sys.executable, "-c", code, str(directory)], check=False, timeout=120).returncode


def n_stored(directory: Path) -> int:
    with open_case_base(directory) as casebase:
        view = casebase.view()
        assert view.index.size == view.store.count() == view.n_cases
        return view.n_cases


@pytest.mark.parametrize(("owner", "name", "n_th"), KILL_POINTS, ids=lambda value: str(value))
def test_killed_build_leaves_the_old_base_or_the_new_one(tmp_path: Path, owner: str, name: str, n_th: int) -> None:
    build_case_base(rows_of(made_cases(7)), tmp_path, encoder=HashEncoder(), source="s")
    assert killed_build(tmp_path, owner, name, n_th) == 137
    assert n_stored(tmp_path) in (7, N_CASES)
    build_case_base(rows_of(made_cases(9)), tmp_path, encoder=HashEncoder(), source="s")
    assert n_stored(tmp_path) == 9
    assert [path.name for path in tmp_path.glob("building")] == []


def test_killed_first_build_is_absent_and_says_how_to_go_on(tmp_path: Path) -> None:
    assert killed_build(tmp_path, "CaseWriter", "finish_build", 1) == 137
    with pytest.raises(
        CaseBaseNotFoundError, match=r"is not finished; run `casefinder build-index` again to resume it"
    ):
        open_case_base(tmp_path)


def test_next_build_takes_over_what_the_killed_one_has_encoded(tmp_path: Path) -> None:
    assert killed_build(tmp_path, "CaseWriter", "finish_build", 1) == 137
    encoder = HashEncoder()
    report = build_case_base(rows_of(made_cases(N_CASES)), tmp_path, encoder=encoder, source="s")
    assert (report.n_cases, report.n_encoded, encoder.encoded) == (N_CASES, 0, [])


def _must_not_be_called(case: Case) -> CaseFindings:
    raise AssertionError(f"the findings of {case.id} were read again")


def test_next_build_reads_no_findings_again_that_the_killed_one_has_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert killed_build(tmp_path / "a", "CaseWriter", "finish_build", 1) == 137
    build_case_base(rows_of(made_cases(N_CASES)), tmp_path / "b", encoder=HashEncoder(), source="s")
    monkeypatch.setattr(batch, "read_findings", _must_not_be_called)
    build_case_base(rows_of(made_cases(N_CASES)), tmp_path / "a", encoder=HashEncoder(), source="s")
    assert records_of(tmp_path / "a") == records_of(tmp_path / "b")


def test_of_two_interrupted_builds_the_one_that_came_further_is_used(tmp_path: Path) -> None:
    assert killed_build(tmp_path, "CaseWriter", "finish_build", 1) == 137
    assert killed_build(tmp_path, "CaseWriter", "change", 2) == 137
    assert killed_build(tmp_path, "CaseWriter", "change", 2) == 137
    report = build_case_base(rows_of(made_cases(N_CASES)), tmp_path, encoder=HashEncoder(), source="s")
    assert (report.n_cases, report.n_encoded) == (N_CASES, 0)
    assert [path.name for path in tmp_path.iterdir() if path.name in ("building", "interrupted")] == []


def test_only_what_is_the_same_in_the_source_is_taken_over(tmp_path: Path) -> None:
    assert killed_build(tmp_path / "a", "CaseWriter", "finish_build", 1) == 137
    changed = [replace(case, sections=Sections("右下腹痛一天")) for case in made_cases(40)]
    for name in ("a", "b"):
        build_case_base(rows_of(changed), tmp_path / name, encoder=HashEncoder(), source="s")
    assert records_of(tmp_path / "a") == records_of(tmp_path / "b")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_damaged_remains_of_a_build_are_made_anew(tmp_path: Path, share: float) -> None:
    assert killed_build(tmp_path / "a", "CaseWriter", "finish_build", 1) == 137
    store = tmp_path / "a" / "building" / "cases.sqlite"
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with store.open("r+b") as file:
        file.seek(int(store.stat().st_size * share))
        file.write(b"\x55" * 4096)
    for name in ("a", "b"):
        build_case_base(rows_of(made_cases(N_CASES)), tmp_path / name, encoder=HashEncoder(), source="s")
    assert records_of(tmp_path / "a") == records_of(tmp_path / "b")


def test_vectors_of_an_interrupted_build_that_nothing_needs_are_dropped(tmp_path: Path) -> None:
    assert killed_build(tmp_path / "a", "CaseWriter", "finish_build", 1) == 137
    few = made_cases(3)
    for name in ("a", "b"):
        build_case_base(rows_of(few), tmp_path / name, encoder=HashEncoder(), source="s")
    resumed, fresh = (tmp_path / name / "records-000001" / "cases.sqlite" for name in ("a", "b"))
    assert resumed.stat().st_size == fresh.stat().st_size


def test_reader_that_fails_half_way_leaves_the_old_base(tmp_path: Path) -> None:
    build_case_base(rows_of(made_cases(7)), tmp_path, encoder=HashEncoder(), source="s")

    def failing() -> Iterator[ReadRow]:
        yield from rows_of(made_cases(600))
        raise OSError(28, "No space left on device")

    with pytest.raises(CaseBaseError, match="No space left on device; the previous one, if any, is unchanged"):
        build_case_base(failing(), tmp_path, encoder=HashEncoder(), source="s")
    assert n_stored(tmp_path) == 7


def test_unusable_remains_of_a_build_are_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "building").mkdir(parents=True)
    (tmp_path / "building" / "cases.sqlite").write_bytes(b"no database at all, but long enough to look at" * 99)
    assert build_case_base(rows_of(made_cases(7)), tmp_path, encoder=HashEncoder(), source="s").n_cases == 7
