"""Verifying finds all damage; repairing makes whole what can be read and names what cannot."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import CaseBaseWriter, OnDuplicate, Verified, compact, read_manifest, repair, verify
from casefinder.encoders import Encoder
from casefinder.errors import CasefinderError
from tests.casebase.asking import answers_of
from tests.material import HashEncoder, made_case, made_cases, rows_of

STORE = Path("records-000001/cases.sqlite")
DERIVED = [Path("snapshot-000001/vectors.index"), Path("snapshot-000001/terms.index")]


def no_encoder(name: str) -> Encoder:
    raise AssertionError("nothing has to be encoded")


def change_row(base: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(base / STORE)) as connection, connection:
        connection.execute(statement, values)


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 0x10
    path.write_bytes(data)


def test_whole_case_base_has_no_problems(base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add(made_cases(70)[60:])
        finder.remove(["C0003", "C0061"])
    found = verify(base)
    assert (found.problems, found.n_cases) == ((), 68)


@pytest.mark.parametrize(
    "moment",
    [
        "casefinder.casebase.verifying.problems_of_database",
        "casefinder.case_store.checking.read_state",
        "casefinder.case_store.checking._altered_rows",
        "casefinder.casebase.verifying.check_acknowledged",
        "casefinder.casebase.verifying.stored_file",
        "casefinder.casebase.verifying.open_view",
    ],
)
def test_what_others_change_while_it_is_verified_is_no_damage(
    base: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, name = moment.rpartition(".")
    really, changes = getattr(import_module(module), name), iter([made_case(70), made_case(71)])

    def changed(*arguments: object, **named: object) -> object:
        """Change and compact the case base just before and just after something that verifying does."""
        for compacts in (True, False):
            if case := next(changes, None):
                with CaseBaseWriter(base) as writer:
                    writer.write(rows_of([case]), encoder=HashEncoder(), on_duplicate=OnDuplicate.REJECT)
                if compacts:
                    compact(base)
                    done = really(*arguments, **named)
            elif compacts:
                done = really(*arguments, **named)
        return done

    monkeypatch.setattr(moment, changed)
    assert verify(base) == Verified(n_cases=62)


@pytest.mark.parametrize("file", DERIVED, ids=lambda file: file.name)
def test_damaged_snapshot_is_found_and_made_anew_without_encoding(base: Path, file: Path) -> None:
    before = answers_of(base)
    flip(base / file, (base / file).stat().st_size // 2)
    assert [file.name in problem for problem in verify(base).snapshot] == [True]
    repaired = repair(base, load_encoder=no_encoder)
    assert (repaired.lost, repaired.n_cases) == ((), 60)
    assert verify(base).problems == ()
    assert answers_of(base) == before


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE cases SET document = REPLACE(document, '阿司匹林', '阿司匹宁') WHERE key = 8", "row 8 of cases"),
        ("UPDATE findings SET data = '[[],[],null]' WHERE case_key = 8", "row 8 of findings"),
        ("UPDATE vectors SET vector = zeroblob(64) WHERE key = 8", "row 8 of vectors"),
        ("UPDATE state SET n_cases = 61", "state of the records"),
        ("DELETE FROM cases WHERE key = 8", "59 cases instead of 60"),
        ("DELETE FROM findings WHERE case_key = 8", "1 cases have no findings"),
        ("DELETE FROM vectors WHERE digest = (SELECT digest FROM cases WHERE key = 8)", "1 cases have no vector"),
    ],
)
def test_every_altered_row_is_found(base: Path, statement: str, problem: str) -> None:
    change_row(base, statement)
    assert any(problem in found for found in verify(base).records)


def test_altered_record_is_lost_and_named_and_the_others_are_saved(base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        expected = {case_id: finder.case(case_id) for case_id in ("C0000", "C0059")}
    change_row(base, "UPDATE cases SET document = REPLACE(document, '阿司匹林', '阿司匹宁') WHERE id = 'C0007'")
    repaired = repair(base, load_encoder=no_encoder)
    assert (repaired.lost, repaired.n_cases) == (("C0007",), 59)
    assert verify(base).problems == ()
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        assert {case_id: finder.case(case_id) for case_id in expected} == expected
        finder.add([made_case(7)])
    assert sorted(path.name for path in base.glob("damaged-*")) == ["damaged-records-000001"]


def test_lost_vector_is_encoded_anew(base: Path) -> None:
    before = answers_of(base)
    change_row(base, "UPDATE vectors SET vector = zeroblob(64) WHERE key = 8")
    encoder = HashEncoder()
    repaired = repair(base, load_encoder=lambda name: encoder)
    assert (repaired.lost, repaired.n_cases) == ((), 60)
    assert 1 <= len(encoder.encoded) <= 3
    assert answers_of(base) == before


def test_damaged_pages_cost_only_their_records(base: Path) -> None:
    """Whatever page is zeroed, what is shown afterwards is what was written, and what is lost is named."""
    written = {case.id: case for case in made_cases(60)}
    intact = (base / STORE).read_bytes()
    n_pages = len(intact) // 4096
    for page in range(0, n_pages, max(1, n_pages // 12)):
        damaged = Path(shutil.copytree(base, base.parent / f"page{page}"))
        (damaged / STORE).write_bytes(intact[: page * 4096] + bytes(4096) + intact[(page + 1) * 4096 :])
        if not verify(damaged).problems:
            continue
        repaired = repair(damaged, load_encoder=lambda name: HashEncoder())
        with CaseFinder.open(damaged, encoder=HashEncoder()) as finder:
            left = {hit.case.id: hit.case for hit in finder.search("胸痛", k=1000)}
        assert left == {case_id: written[case_id] for case_id in left}
        assert len(left) == repaired.n_cases == 60 - len(repaired.lost), page


@pytest.mark.parametrize("in_journal", [False, True], ids=["in the file", "partly in the journal"])
def test_cases_are_saved_though_the_page_that_leads_to_all_of_them_is_gone(base: Path, in_journal: bool) -> None:
    written = {case.id: case for case in [*made_cases(60), made_case(70, note="长" * 6_000)]}
    with closing(sqlite3.connect(base / STORE)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'cases'").fetchone()
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add([written["C0070"]])
        if in_journal:
            finder.update([made_case(5, note="改")])
            finder.remove(["C0003"])
            journal = (base / STORE).with_name("cases.sqlite-wal").read_bytes()
    if in_journal:
        (base / STORE).with_name("cases.sqlite-wal").write_bytes(journal)
        written["C0005"] = made_case(5, note="改")
        del written["C0003"]
    data = (base / STORE).read_bytes()
    (base / STORE).write_bytes(data[: (root - 1) * 4096] + bytes(4096) + data[root * 4096 :])
    repaired = repair(base, load_encoder=lambda name: HashEncoder())
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        assert {hit.case.id: hit.case for hit in finder.search("胸痛", k=1000)} == written
    assert (repaired.lost, [path for path in base.glob("records-*/*") if path.is_dir()]) == ((), [])


def test_missing_acknowledgement_is_found_and_written_anew(base: Path) -> None:
    (base / "records-000001/acknowledged.json").unlink()
    assert ["acknowledged.json" in problem for problem in verify(base).records] == [True]
    assert repair(base, load_encoder=no_encoder).n_cases == 60
    assert read_manifest(base).records == "records-000001"


@pytest.mark.parametrize("content", [b"", b"{}", b"no json"])
def test_damaged_pointer_is_restored_from_its_copy(base: Path, content: bytes) -> None:
    before, manifest = answers_of(base), read_manifest(base)
    (base / "casebase.json").write_bytes(content)
    assert len(verify(base).pointer) == 1
    assert repair(base, load_encoder=no_encoder).n_cases == 60
    assert read_manifest(base) == manifest
    assert answers_of(base) == before


def test_lost_journal_is_repaired_to_what_is_left(base: Path, tmp_path: Path) -> None:
    shutil.copy(base / STORE, tmp_path / "earlier")
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add([made_case(70)])
    for name in ("cases.sqlite-wal", "cases.sqlite-shm"):
        (base / STORE).with_name(name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "earlier", base / STORE)
    assert any("change 2 was acknowledged" in problem for problem in verify(base).records)
    repaired = repair(base, load_encoder=no_encoder)
    assert repaired.n_cases == 60
    assert "the journal had lost the last 1 acknowledged changes: what they added is gone" in repaired.done[1]
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        assert finder.sequence > 2


def test_repairing_what_is_whole_changes_nothing(base: Path) -> None:
    before = read_manifest(base)
    assert repair(base, load_encoder=no_encoder).done == ()
    assert read_manifest(base) == before


def test_nothing_left_to_read_is_an_error(base: Path) -> None:
    (base / STORE).write_bytes(b"nothing of use" * 999)
    with pytest.raises(CasefinderError, match="restore a backup"):
        repair(base, load_encoder=no_encoder)
