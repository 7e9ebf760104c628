"""Building a case base: what is stored, what is rejected, what is encoded again."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from casefinder.casebase import BuildReport, OnDuplicate, Phase, build_case_base, open_case_base, read_manifest
from casefinder.cases import Case, Sections
from casefinder.cases.reading import Origin, ReadCase, ReadRow, Reject
from casefinder.errors import CaseBaseError, CaseBaseLockedError, CaseBaseNotFoundError, RejectedRowError
from casefinder.vector_index import IndexKind
from tests.material import HashEncoder, made_case, made_cases, rows_of

BAD = Reject(Origin("made.jsonl", 9), "patient.age", "'200岁' is not between 0 and 130 years")


def build(rows: Sequence[ReadRow | Case], directory: Path, **options: object) -> BuildReport:
    listed = [row if isinstance(row, ReadCase | Reject) else ReadCase(row, Origin("made.jsonl", 1)) for row in rows]
    options.setdefault("encoder", HashEncoder())
    return build_case_base(listed, directory, source="made.jsonl", **options)  # type: ignore[arg-type]


def stored(directory: Path) -> dict[str, Case]:
    with open_case_base(directory) as casebase:
        return {case.id: case for case in casebase.view().store.cases(range(1, 10_000)).values()}


def test_every_case_is_stored_as_it_was_read(tmp_path: Path) -> None:
    cases = made_cases(700)
    report = build(cases, tmp_path / "base")
    assert stored(tmp_path / "base") == {case.id: case for case in cases}
    assert (report.n_cases, report.n_rejected, report.n_duplicates, report.n_replaced) == (700, 0, 0, 0)
    assert report.rejects_path is None


def test_manifest_tells_how_the_base_was_made(tmp_path: Path) -> None:
    manifest = build(made_cases(30), tmp_path).manifest
    assert manifest == read_manifest(tmp_path)
    assert (manifest.snapshot.n_cases, manifest.source, manifest.dim) == (30, "made.jsonl", 32)
    assert (manifest.encoder_name, manifest.encoder_fingerprint) == ("hash-1", "hash-1-32")
    assert (manifest.snapshot.plan.kind, manifest.snapshot.recall_at_10) == (IndexKind.EXACT, 1.0)


def test_large_base_gets_an_inverted_file_that_keeps_its_promise(tmp_path: Path) -> None:
    snapshot = build(made_cases(1400), tmp_path).manifest.snapshot
    assert snapshot.plan.kind is IndexKind.IVF
    assert 0.99 <= snapshot.recall_at_10 <= 1.0
    assert snapshot.plan.reasons[-1].startswith(
        f"search: {snapshot.plan.n_probes} of {snapshot.plan.n_lists} lists, {snapshot.plan.n_compared} vectors"
    )
    assert snapshot.plan.reasons[-1].endswith("reaches 0.99")


def test_rejected_row_is_written_down_and_the_build_goes_on(tmp_path: Path) -> None:
    report = build([ReadCase(made_case(1), Origin("made.jsonl", 8)), BAD], tmp_path)
    assert (report.n_cases, report.n_rejected) == (1, 1)
    assert report.rejects_path == tmp_path / "rejects.jsonl"
    lines = [json.loads(line) for line in report.rejects_path.read_text("utf-8").splitlines()]
    assert lines == [{"file": "made.jsonl", "line": 9, "field": "patient.age", "reason": BAD.reason}]


def test_strict_build_fails_on_the_first_reject_and_changes_nothing(tmp_path: Path) -> None:
    build(made_cases(3), tmp_path)
    with pytest.raises(RejectedRowError, match=r"made\.jsonl:9: patient\.age: '200岁'"):
        build([BAD, *rows_of(made_cases(5))], tmp_path, strict=True)
    assert len(stored(tmp_path)) == 3


def test_base_without_any_valid_row_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(CaseBaseError, match=r"none of the 1 rows of made\.jsonl is a valid case, see .*rejects\.jsonl"):
        build([BAD], tmp_path)
    assert "200岁" in (tmp_path / "rejects.jsonl").read_text("utf-8")
    with pytest.raises(CaseBaseNotFoundError):
        open_case_base(tmp_path)


def test_empty_source_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(CaseBaseError, match=r"made\.jsonl holds no cases; nothing was built"):
        build([], tmp_path)


def test_case_without_words_is_rejected(tmp_path: Path) -> None:
    wordless = Case(id="W", sections=Sections(chief_complaint="？？……"))
    report = build([made_case(1), wordless], tmp_path)
    assert (report.n_cases, report.n_rejected) == (1, 1)
    assert "hold no words" in (tmp_path / "rejects.jsonl").read_text("utf-8")


@pytest.mark.parametrize("distance", [1, 600], ids=["same batch", "later batch"])
def test_repeated_case_is_skipped_and_counted(tmp_path: Path, distance: int) -> None:
    cases = made_cases(distance)
    report = build([*cases, cases[0]], tmp_path)
    assert (report.n_cases, report.n_duplicates, report.n_rejected) == (distance, 1, 0)


@pytest.mark.parametrize("distance", [1, 600], ids=["same batch", "later batch"])
def test_other_case_of_the_same_id_is_rejected(tmp_path: Path, distance: int) -> None:
    report = build([*made_cases(distance), made_case(0, note="changed")], tmp_path)
    assert (report.n_cases, report.n_rejected, report.n_replaced) == (distance, 1, 0)
    assert stored(tmp_path)["C0000"] == made_case(0)
    assert "'C0000' is there with other content" in (tmp_path / "rejects.jsonl").read_text("utf-8")


@pytest.mark.parametrize("distance", [1, 600], ids=["same batch", "later batch"])
def test_other_case_of_the_same_id_replaces_on_request(tmp_path: Path, distance: int) -> None:
    changed = made_case(0, note="changed", complaint="双下肢水肿")
    report = build([*made_cases(distance), changed], tmp_path, on_duplicate=OnDuplicate.REPLACE)
    assert (report.n_cases, report.n_rejected, report.n_replaced) == (distance, 0, 1)
    assert stored(tmp_path)["C0000"] == changed


def test_rebuild_encodes_only_what_changed(tmp_path: Path) -> None:
    build(made_cases(50), tmp_path)
    encoder = HashEncoder()
    report = build(
        [*made_cases(49), made_case(49, note="only the note differs"), made_case(50)], tmp_path, encoder=encoder
    )
    assert report.n_cases == 51
    assert report.n_encoded == 1
    assert set(encoder.encoded) == {"右下腹痛50天", "患者于50天前起病，第80床。".replace("，", ",")}


def test_rebuild_with_another_encoder_encodes_everything(tmp_path: Path) -> None:
    first = build(made_cases(20), tmp_path)
    second = build(made_cases(20), tmp_path, encoder=HashEncoder(version="2"))
    assert second.n_encoded == first.n_encoded
    assert second.manifest.encoder_fingerprint == "hash-2-32"


def test_same_cases_give_the_same_index(tmp_path: Path) -> None:
    first = build(made_cases(1400), tmp_path / "a").manifest.snapshot
    second = build(made_cases(1400), tmp_path / "b").manifest.snapshot
    assert replace(first, made_at=second.made_at) == second


def test_old_records_and_snapshot_are_removed_after_a_rebuild(tmp_path: Path) -> None:
    build(made_cases(5), tmp_path)
    build(made_cases(6), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "casebase.json",
        "lock",
        "records-000002",
        "snapshot-000002",
        "snapshot.lock",
    ]


def test_open_base_goes_on_with_the_one_that_replaces_it(tmp_path: Path) -> None:
    build(made_cases(5), tmp_path)
    with open_case_base(tmp_path) as casebase:
        before = casebase.view()
        build(made_cases(9), tmp_path)
        assert before.store.count() == 5  # a search that is being done reads on in what it began with
        assert before.store.case("C0004") == made_case(4)
        after = casebase.view()
        assert (after.n_cases, after.store.count()) == (9, 9)
        assert after.sequence > before.sequence


def test_second_writer_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    def rows() -> list[ReadRow]:
        with pytest.raises(CaseBaseLockedError, match=r"is being (written|compacted) by process \d+ on .* since 20"):
            build(made_cases(2), tmp_path)
        return list(rows_of(made_cases(3)))

    build_case_base((row for row in [None] for row in rows()), tmp_path, encoder=HashEncoder(), source="s")
    assert len(stored(tmp_path)) == 3


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "base"
    build([made_case(1), BAD], directory)
    for path in [directory, *directory.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_progress_counts_every_row_of_both_phases(tmp_path: Path) -> None:
    counted = {Phase.READING: 0, Phase.INDEXING: 0}

    def count(phase: Phase, n_rows: int) -> None:
        counted[phase] += n_rows

    build([*rows_of(made_cases(1400)), BAD], tmp_path, progress=count)
    assert counted == {Phase.READING: 1401, Phase.INDEXING: 1400}


def test_directory_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CaseBaseError, match=r"cannot write the case base in .*file.base: .*build again to resume"):
        build(made_cases(1), tmp_path / "file" / "base")
