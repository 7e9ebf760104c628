"""A case base that changes: what is added, replaced and removed, and what every reader finds afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casefinder import CaseFinder
from casefinder.casebase import CaseBaseWriter, OnDuplicate, build_case_base, compact, open_case_base, read_manifest
from casefinder.cases import Case
from casefinder.cases.reading import Origin, Reject
from casefinder.errors import (
    CaseBaseDamagedError,
    CaseBaseLockedError,
    CaseBaseNotFoundError,
    CaseNotFoundError,
    EncoderMismatchError,
    RejectedRowError,
)
from tests.casebase.asking import answers, answers_of
from tests.material import HashEncoder, made_case, made_cases, rows_of


@pytest.fixture
def finder(base: Path) -> Iterator[CaseFinder]:
    with CaseFinder.open(base, encoder=HashEncoder()) as opened:
        yield opened


def built(cases: list[Case], directory: Path) -> Path:
    build_case_base(rows_of(cases), directory, encoder=HashEncoder(), source="made")
    return directory


def test_added_case_is_found_at_once_here_and_in_every_other_reader(finder: CaseFinder, base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as other:
        assert other.n_cases == 60
        report = finder.add([made_case(60, complaint="反复呃逆不止三天")])
        assert (report.n_added, report.n_cases, report.sequence) == (1, 61, 2)
        for reader in (finder, other):
            assert (reader.search("反复呃逆不止三天", k=1)[0].case.id, reader.n_cases) == ("C0060", 61)
            assert reader.case("C0060").sections.chief_complaint == "反复呃逆不止三天"


def test_removed_case_is_never_found(finder: CaseFinder, base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as other:
        assert finder.remove(["C0006", "C0007"]).n_removed == 2
        for reader in (finder, other):
            assert {"C0006", "C0007"}.isdisjoint(id_ for found in answers(reader) for id_, _ in found)
            with pytest.raises(CaseNotFoundError):
                reader.case("C0006")


def test_updated_case_is_found_in_its_new_form_only(finder: CaseFinder) -> None:
    report = finder.update([made_case(6, complaint="反复呃逆不止三天")])
    assert (report.n_added, report.n_replaced, report.n_cases) == (0, 1, 60)
    hits = finder.search("反复呃逆不止三天", k=60)
    assert hits[0].case.id == "C0006"
    assert [hit.case.id for hit in hits].count("C0006") == 1
    assert {hit.case.sections.chief_complaint for hit in hits if hit.case.id == "C0006"} == {"反复呃逆不止三天"}


def test_update_adds_what_is_not_there(finder: CaseFinder) -> None:
    report = finder.update([made_case(6, note="corrected"), made_case(99)])
    assert (report.n_added, report.n_replaced, report.n_cases) == (1, 1, 61)


def test_editing_another_field_encodes_nothing_again(base: Path) -> None:
    encoder = HashEncoder()
    with CaseFinder.open(base, encoder=encoder) as finder:
        assert finder.update([made_case(6, note="corrected")]).n_encoded == 0
    assert encoder.encoded == []


def test_case_that_is_there_is_skipped_and_another_of_its_id_rejected(finder: CaseFinder) -> None:
    report = finder.add([made_case(1), made_case(2, note="other"), made_case(70)])
    assert (report.n_added, report.n_duplicates, report.n_rejected) == (1, 1, 1)
    assert report.rejects_path is not None
    assert "casefinder update" in json.loads(report.rejects_path.read_text("utf-8"))["reason"]
    assert finder.case("C0002") == made_case(2)


def test_strict_stores_nothing_of_the_batch_that_fails(finder: CaseFinder, base: Path) -> None:
    with pytest.raises(RejectedRowError, match="is odd"):
        finder.add([made_case(70), Reject(Origin("f", 1), "patient.age", "is odd")], strict=True)
    assert finder.n_cases == 60
    assert list(base.glob("rejects*")) == []


def test_unknown_ids_are_named(finder: CaseFinder) -> None:
    report = finder.remove(["C0001", "nobody", "C0001"])
    assert (report.n_removed, report.unknown_ids, finder.n_cases) == (1, ("nobody",), 59)


def test_every_answer_tells_its_sequence(finder: CaseFinder) -> None:
    assert finder.answer("胸痛").sequence == finder.sequence == 1
    finder.add(made_cases(63)[60:])
    answer = finder.answer("胸痛")
    assert (answer.sequence, answer.n_cases) == (4, 63)


def test_everything_can_be_removed_and_added_again(finder: CaseFinder) -> None:
    before = answers(finder)
    finder.remove([case.id for case in made_cases(60)])
    assert (finder.n_cases, finder.search("胸痛")) == (0, ())
    finder.compact()
    assert (finder.n_cases, finder.search("胸痛")) == (0, ())
    finder.add(made_cases(60))
    assert answers(finder) == before


def test_compaction_changes_no_answer(finder: CaseFinder, base: Path) -> None:
    finder.add(made_cases(80)[60:])
    finder.remove(["C0003", "C0061"])
    before, sequence = answers(finder), finder.sequence
    manifest = finder.compact()
    assert (manifest.snapshot.sequence, manifest.snapshot.n_cases) == (sequence, 78)
    assert manifest.snapshot.plan.reasons[0].startswith("exact: 78 vectors are fewer than")
    assert answers(finder) == before == answers_of(base)
    assert [path.name for path in base.glob("snapshot-*")] == ["snapshot-000002"]


def test_keys_are_never_used_again(finder: CaseFinder, base: Path) -> None:
    finder.add([made_case(60)])
    finder.remove(["C0060"])
    finder.compact()
    finder.add([made_case(61)])
    with open_case_base(base) as casebase:
        assert casebase.view().tail.keys.tolist() == [62]


@given(
    n_first=st.integers(1, 12),
    n_more=st.integers(0, 8),
    compacts=st.booleans(),
    removed=st.sets(st.integers(0, 19), max_size=6),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_building_in_one_go_and_adding_later_come_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, n_first: int, n_more: int, compacts: bool, removed: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    cases = made_cases(n_first + n_more)
    kept = [case for number, case in enumerate(cases) if number not in removed] or [made_case(99)]
    whole = built(kept, folder / "whole")
    grown = built(cases[:n_first], folder / "grown")
    with CaseFinder.open(grown, encoder=HashEncoder()) as finder:
        finder.add(cases[n_first:])
        if compacts:
            finder.compact()
        finder.add(kept)
        finder.remove([f"C{number:04d}" for number in removed])
        assert answers(finder) == answers_of(whole) == answers_of(grown)
        finder.compact()
        assert answers(finder) == answers_of(whole)


def test_adding_and_removing_is_nothing(finder: CaseFinder) -> None:
    before = answers(finder)
    finder.add(made_cases(75)[60:])
    finder.remove([case.id for case in made_cases(75)[60:]])
    assert answers(finder) == before
    finder.compact()
    assert answers(finder) == before


def test_updating_is_removing_and_adding(base: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(base, tmp_path / "other"))
    changed = [made_case(number, complaint=f"反复呃逆{number}天") for number in range(5, 9)]
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.update(changed)
    with CaseFinder.open(other, encoder=HashEncoder()) as finder:
        finder.remove([case.id for case in changed])
        finder.add(changed)
    assert answers_of(base) == answers_of(other)


def test_second_writer_is_refused_naming_the_holder(base: Path) -> None:
    with (
        CaseBaseWriter(base),
        pytest.raises(CaseBaseLockedError, match=r"is being written by process \d+ on \S+ since 20\d\d-.*; wait"),
    ):
        CaseBaseWriter(base)


def test_lock_of_a_dead_holder_is_taken_over(base: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom casefinder.casebase import CaseBaseWriter\n"
        "writer = CaseBaseWriter(Path(sys.argv[1]))\nos._exit(137)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(base)], check=False).returncode == 137
    assert '"process"' in (base / "lock").read_text()
    with CaseBaseWriter(base) as writer:
        assert writer.state.n_cases == 60


def test_case_base_that_is_not_there_gets_no_lock(tmp_path: Path) -> None:
    with pytest.raises(CaseBaseNotFoundError):
        CaseBaseWriter(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_encoder_is_refused(base: Path) -> None:
    with (
        CaseBaseWriter(base) as writer,
        pytest.raises(EncoderMismatchError, match="casefinder reencode --model hash-2"),
    ):
        writer.write(rows_of([made_case(70)]), encoder=HashEncoder(version="2"), on_duplicate=OnDuplicate.REJECT)


def test_lost_acknowledged_change_is_reported(base: Path, tmp_path: Path) -> None:
    records = base / "records-000001"
    shutil.copy(records / "cases.sqlite", tmp_path / "earlier")
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add([made_case(70)])
    for name in ("cases.sqlite-wal", "cases.sqlite-shm"):
        (records / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "earlier", records / "cases.sqlite")
    with pytest.raises(CaseBaseDamagedError, match="records end at change 1, but change 2 was acknowledged"):
        open_case_base(base)


def test_view_never_changes(base: Path, finder: CaseFinder) -> None:
    with open_case_base(base) as casebase:
        view = casebase.view()
        finder.add(made_cases(70)[60:])
        finder.remove(["C0001"])
        finder.compact()
        assert (view.n_cases, view.sequence, view.index.size) == (60, 1, 60)
        assert (casebase.view().n_cases, casebase.view().index.size) == (69, 69)


def test_live_index_finds_what_brute_force_finds(base: Path, finder: CaseFinder) -> None:
    finder.add(made_cases(90)[60:])
    finder.remove([f"C{number:04d}" for number in range(0, 90, 4)])
    with open_case_base(base) as casebase:
        view = casebase.view()
        keys, vectors = (np.concatenate(parts) for parts in zip(*view.store.vectors(), strict=True))
        query = HashEncoder().encode(["胸痛伴冷汗6天"])
        for k, among in ((10, None), (200, None), (5, keys[::3])):
            allowed = np.ones(len(keys), bool) if among is None else np.isin(keys, among)
            best = np.sort(vectors[allowed] @ query[0])[::-1][:k]
            found = view.index.search(query, k=k, among=among).row(0)
            assert [score for _, score in found] == pytest.approx(best.tolist(), abs=1e-5)
            assert {key for key, _ in found} <= set(keys[allowed].tolist())


def test_readers_never_see_half_a_change(base: Path) -> None:
    """Pairs of cases are added and removed together; whoever searches finds both or neither."""
    pair = [made_case(900, complaint="反复呃逆不止甲"), made_case(901, complaint="反复呃逆不止甲")]
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        with CaseFinder.open(base, encoder=HashEncoder()) as reader:
            while not stop.is_set():
                hits = reader.search("反复呃逆不止甲", k=1000)
                seen.append(sum(hit.case.id in ("C0900", "C0901") for hit in hits))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    with CaseFinder.open(base, encoder=HashEncoder()) as writer:
        for turn in range(8):
            writer.add(pair)
            if turn % 3 == 0:
                writer.compact()
            writer.remove([case.id for case in pair])
    stop.set()
    for thread in threads:
        thread.join()
    assert set(seen) <= {0, 2}


def test_compaction_starts_by_itself_and_changes_go_on(base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add(made_cases(311)[60:])
        finder.add(made_cases(316)[311:])
        assert finder.n_cases == 316
    assert read_manifest(base).snapshot.sequence >= 1 + 251
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        assert finder.n_cases == 316


def test_dead_writer_between_commit_and_acknowledgement_loses_nothing(base: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom casefinder.casebase import writing\n"
        "from casefinder import CaseFinder\nfrom tests.material import HashEncoder, made_case\n"
        "writing.acknowledge = lambda *_: os._exit(137)\n"
        "CaseFinder.open(sys.argv[1], encoder=HashEncoder()).add([made_case(70)])"
    )
    assert subprocess.run([sys.executable, "-c", code, str(base)], check=False).returncode == 137
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        assert finder.n_cases in (60, 61)
        finder.add([made_case(70), made_case(71)])
        assert finder.n_cases == 62


def test_compact_is_refused_while_another_compacts(base: Path) -> None:
    from casefinder.casebase.lock import snapshot_lock

    with snapshot_lock(base), pytest.raises(CaseBaseLockedError, match=r"is being compacted by process \d+"):
        compact(base)
    assert compact(base) == read_manifest(base)


def test_a_snapshot_that_waits_for_a_writer_says_for_whom(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said, is_said = list[str](), threading.Event()

    def warning(message: str, *details: object) -> None:
        said.append(message % details)
        is_said.set()

    monkeypatch.setattr("casefinder.casebase.snapshots._LOG.warning", warning)
    with ThreadPoolExecutor(1) as threads:
        with CaseBaseWriter(base):
            compacted = threads.submit(compact, base)
            assert is_said.wait(60)
            assert read_manifest(base).snapshot.name == "snapshot-000001"
        assert compacted.result() == read_manifest(base)
    assert read_manifest(base).snapshot.name == "snapshot-000002"
    (message,) = said
    assert "becomes current when the writer has finished: " in message
    assert f"is being written by process {os.getpid()} on " in message
