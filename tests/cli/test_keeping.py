"""The commands that change and keep a case base, from adding to restoring."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from casefinder.casebase import read_manifest
from casefinder.cases import Case, case_to_json
from casefinder.errors import IndexUnavailableError
from tests.cli.conftest import Run
from tests.material import made_case, made_cases


@pytest.fixture
def index(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "index"))


def written(cases: list[Case], path: Path) -> Path:
    path.write_text("".join(f"{case_to_json(case)}\n" for case in cases), encoding="utf-8")
    return path


def ids_found(run: Run, index: Path, question: str) -> list[str]:
    ran = run("query", question, "--index", index, "--json", "--all", "-k", 3)
    return [json.loads(line)["case"]["id"] for line in ran.stdout.splitlines()]


def test_add_update_and_remove_are_found_by_the_next_query(run: Run, index: Path, tmp_path: Path) -> None:
    source = written([made_case(70, complaint="反复呃逆不止三天"), made_case(1)], tmp_path / "more.jsonl")
    ran = run("add", source, "--index", index)
    assert ran.stdout == f"1 cases added, 0 replaced; 61 in {index}\n  encoded   1 texts\n  skipped   1 rows" + (
        " that repeat a case word for word\n"
    )
    assert ids_found(run, index, "反复呃逆不止三天")[0] == "C0070"
    ran = run("update", written([made_case(70, complaint="右膝关节肿痛")], tmp_path / "other.jsonl"), "--index", index)
    assert (ran.exit_code, ran.stdout.splitlines()[0]) == (0, f"0 cases added, 1 replaced; 61 in {index}")
    assert ids_found(run, index, "右膝关节肿痛")[0] == "C0070"
    ran = run("remove", "C0070", "nobody", "--index", index)
    assert (ran.stdout, ran.stderr) == (
        f"1 cases removed, 60 left in {index}\n",
        "No case has the id 'nobody'.\n",
    )
    assert "C0070" not in ids_found(run, index, "右膝关节肿痛")


def test_other_content_under_a_known_id_is_rejected_by_add(run: Run, index: Path, tmp_path: Path) -> None:
    ran = run("add", written([made_case(1, note="other")], tmp_path / "other.jsonl"), "--index", index)
    assert f"  rejected  1 rows, see {index / 'rejects.jsonl'}\n" in ran.stdout


def test_changes_are_stored_though_there_is_no_room_to_compact(
    run: Run, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(made_cases(60 + 251)[60:], tmp_path / "more.jsonl")
    monkeypatch.setattr("casefinder.casebase.compaction.size_of", lambda path: 2**60)
    ran = run("add", source, "--index", index)
    assert (ran.exit_code, ran.stdout.splitlines()[0]) == (0, f"251 cases added, 0 replaced; 311 in {index}")
    assert "All changes are stored, but they could not be made part of the index: writing a snapshot" in ran.stderr
    assert read_manifest(index).snapshot.name == "snapshot-000001"


def test_changes_are_stored_though_the_server_of_the_index_does_not_answer(
    run: Run, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(directory: Path, view: object) -> None:
        raise IndexUnavailableError("the Milvus server does not answer; start it")

    source = written(made_cases(60 + 251)[60:], tmp_path / "more.jsonl")
    monkeypatch.setattr("casefinder.casebase.compaction.merged_snapshot", unreachable)
    ran = run("add", source, "--index", index)
    assert (ran.exit_code, ran.stdout.splitlines()[0]) == (0, f"251 cases added, 0 replaced; 311 in {index}")
    assert "could not be made part of the index: the Milvus server does not answer; start it\n" in ran.stderr


def test_ids_are_read_from_standard_input(run: Run, index: Path) -> None:
    assert run("remove", "-", "--index", index, stdin="C0001\n\nC0002\n").stdout.startswith("2 cases removed")
    assert run("remove", "--index", index).exit_code == 2


def test_compact_and_info_tell_where_the_case_base_stands(run: Run, index: Path, tmp_path: Path) -> None:
    run("add", written(made_cases(63)[60:], tmp_path / "more.jsonl"), "--index", index)
    run("remove", "C0001", "--index", index)
    facts = json.loads(run("info", "--json", "--index", index).stdout)
    stands = ("cases", "sequence", "snapshot_sequence", "tail", "removed")
    assert [facts[name] for name in stands] == [62, 5, 1, 3, 1]
    assert run("compact", "--index", index).stdout == "62 cases in snapshot-000002, up to change 5\n"
    facts = json.loads(run("info", "--json", "--index", index).stdout)
    assert [facts[name] for name in stands] == [62, 5, 5, 0, 0]


def test_verify_finds_damage_and_repairs_it(run: Run, index: Path) -> None:
    assert run("verify", "--index", index).stdout == f"60 cases in {index}; nothing is damaged\n"
    damaged = read_manifest(index).terms_path(index)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    ran = run("verify", "--index", index)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"damaged: {damaged} is missing or was altered" in ran.stderr
    ran = run("verify", "--repair", "--index", index)
    assert ran.stdout == (
        f"repaired: the snapshot was made anew from the records\n60 cases in {index}; nothing is damaged any longer\n"
    )
    assert run("verify", "--index", index).exit_code == 0


def test_query_over_a_damaged_index_answers_and_tells(run: Run, index: Path) -> None:
    expected = ids_found(run, index, "胸痛伴冷汗")
    damaged = read_manifest(index).index_path(index)
    damaged.write_bytes(b"")
    ran = run("query", "胸痛伴冷汗", "--index", index, "--json", "--all", "-k", 3)
    assert [json.loads(line)["case"]["id"] for line in ran.stdout.splitlines()] == expected
    assert "making the snapshot anew from the records" in ran.stderr


def test_backup_and_restore(run: Run, index: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert run("backup", backup, "--index", index).stdout.startswith(f"60 cases up to change 1 in {backup}, ")
    run("remove", "C0001", "--index", index)
    assert run("restore", backup, "--index", index).exit_code == 0
    assert json.loads(run("info", "--json", "--index", index).stdout)["cases"] == 60
    assert run("backup", backup, "--index", index).exit_code == 1


def test_erase_says_what_it_cannot_reach(run: Run, index: Path) -> None:
    ran = run("erase", "C0001", "nobody", "--index", index)
    assert ran.stdout == f"1 cases erased, 59 left in {index}\n"
    assert "Backups made earlier" in ran.stderr
    assert "No case has the id 'nobody'" in ran.stderr


def test_migrate_and_reencode_leave_a_current_case_base_alone(run: Run, index: Path) -> None:
    before = read_manifest(index)
    assert run("migrate", "--index", index).stdout == f"60 cases in {index}, in the current format\n"
    assert run("reencode", "--model", "bundled", "--index", index).stdout.startswith(
        f"60 cases in {index} with bundled"
    )
    assert read_manifest(index) == before
