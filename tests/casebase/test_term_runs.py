"""Terms that other processes derive while the records are written are those that one process derives afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casefinder.case_store import CaseStore
from casefinder.casebase import OnDuplicate, build_case_base, term_runs
from casefinder.cases import Case, Diagnosis, Sections
from casefinder.cases.reading import Origin, ReadCase, ReadRow
from casefinder.errors import CaseBaseError
from casefinder.files import read_arrays
from tests.material import HashEncoder, made_cases, rows_of

N_CASES = 2_700  # more batches than are read before other processes are started
N_PER_RUN = 400


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_runs, "ENTRIES_PER_RUN", N_PER_RUN)


def _build(directory: Path, rows: list[ReadRow], *, n_workers: int) -> None:
    build_case_base(
        rows,
        directory,
        encoder=HashEncoder(),
        source="x",
        on_duplicate=OnDuplicate.REPLACE,
        n_workers=n_workers,
    )


def _terms(directory: Path) -> dict[str, bytes]:
    (path,) = directory.rglob("terms.index")
    arrays, _ = read_arrays(path)
    return {name: array[:].tobytes() for name, array in sorted(arrays.items())}


def _left_over(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*") if path.name.endswith(".run") or path.name == "terms")


def test_terms_are_the_same_with_and_without_further_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    merged = []
    merge_runs = term_runs.merge_runs

    def noted(folder: Path, store: CaseStore, path: Path) -> None:
        merged.append(folder.name)
        merge_runs(folder, store, path)

    monkeypatch.setattr("casefinder.casebase.snapshots.merge_runs", noted)
    rows = list(rows_of(made_cases(N_CASES)))
    for name, n_workers in (("alone", 0), ("together", 2)):
        _build(tmp_path / name, rows, n_workers=n_workers)
    assert merged == ["terms"]
    assert _terms(tmp_path / "together") == _terms(tmp_path / "alone")
    assert _left_over(tmp_path) == []


def test_cases_replaced_after_their_run_was_derived_are_left_out(tmp_path: Path) -> None:
    cases = list(made_cases(N_CASES))
    other = [Case(case.id, Sections("右下腹痛"), diagnoses=(Diagnosis("急性阑尾炎"),)) for case in cases[:3]]
    rows: list[ReadRow] = [ReadCase(case, Origin("x", n)) for n, case in enumerate([*cases, *other], start=1)]
    for name, n_workers in (("alone", 0), ("together", 2)):
        _build(tmp_path / name, rows, n_workers=n_workers)
    terms = _terms(tmp_path / "together")
    assert len(terms["keys"]) == N_CASES * 8
    assert terms == _terms(tmp_path / "alone")


def test_remains_of_runs_of_an_interrupted_build_are_not_used(tmp_path: Path) -> None:
    rows = list(rows_of(made_cases(N_CASES)))

    def failing() -> Iterator[ReadRow]:
        yield from rows
        raise OSError("disk is gone")

    with pytest.raises(CaseBaseError, match="disk is gone"):
        build_case_base(failing(), tmp_path / "base", encoder=HashEncoder(), source="x", n_workers=2)
    assert _left_over(tmp_path) != []
    _build(tmp_path / "base", rows[:5], n_workers=0)
    _build(tmp_path / "fresh", rows[:5], n_workers=0)
    assert _terms(tmp_path / "base") == _terms(tmp_path / "fresh")
    assert _left_over(tmp_path) == []
