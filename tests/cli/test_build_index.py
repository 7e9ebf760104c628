"""`casefinder build-index`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casefinder.cases import Case, Sections, case_to_json
from tests.cli.conftest import Run
from tests.material import made_case, made_cases
from tests.vector_index.milvus_lite import needs_milvus


def test_summary_counts_everything(run: Run, tmp_path: Path) -> None:
    lines = [*map(case_to_json, made_cases(5)), "{broken", case_to_json(made_case(0)), '{"id": "X"}']
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ran = run("build-index", tmp_path / "cases.jsonl", "--index", tmp_path / "base")
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.splitlines()[0] == f"5 cases in {tmp_path / 'base'}"
    assert "skipped   1 rows that repeat a case word for word" in ran.stdout
    assert f"rejected  2 rows, see {tmp_path / 'base' / 'rejects.jsonl'}" in ran.stdout
    assert ran.stderr == f"Building the case base {tmp_path / 'base'} from {tmp_path / 'cases.jsonl'}\n"


def test_column_map_and_age_unit_are_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("号码,症状,年龄\n1,胸痛,63\n2,咳嗽,8\n", encoding="gb18030")
    ran = run(
        "build-index", tmp_path / "cases.csv", "--index", tmp_path / "base",
        "--map", "号码=id,症状=chief_complaint", "--age-unit", "years",
    )  # fmt: skip
    assert ran.stdout.startswith("2 cases in"), ran.stderr
    assert "63岁" in run("show", "1", "--index", tmp_path / "base").stdout


def test_strict_build_names_file_and_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("id,主诉,年龄\n1,胸痛,63岁\n2,咳嗽,63\n", encoding="utf-8")
    ran = run("build-index", tmp_path / "cases.csv", "--index", tmp_path / "base", "--strict")
    assert ran.exit_code == 1
    assert f"Error: {tmp_path / 'cases.csv'}:3: patient.age: '63' has no unit" in ran.stderr
    assert not (tmp_path / "base" / "casebase.json").exists()


def test_later_case_replaces_on_request(run: Run, tmp_path: Path) -> None:
    cases = [Case("1", Sections("胸痛")), Case("1", Sections("咳嗽"))]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(case_to_json, cases)), encoding="utf-8")
    ran = run("build-index", tmp_path / "cases.jsonl", "--index", tmp_path / "base", "--on-duplicate", "replace")
    assert "replaced  1 cases by later rows of the same id" in ran.stdout
    assert "咳嗽" in run("show", "1", "--index", tmp_path / "base").stdout


def test_cases_are_read_from_standard_input(run: Run, tmp_path: Path) -> None:
    text = "".join(f"{case_to_json(case)}\n" for case in made_cases(4))
    ran = run("build-index", "-", "--index", tmp_path / "base", stdin=text.encode())
    assert ran.stdout.startswith(f"4 cases in {tmp_path / 'base'}"), ran.stderr


def test_source_is_the_sample_cases_of_the_checkout_by_default(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASEFINDER_INDEX", raising=False)
    ran = run("build-index")
    assert ran.exit_code == 2
    assert "name a SOURCE to read: there is no index_data/sample_cases.jsonl.gz" in ran.stderr


BAD_SOURCES = [
    (["absent.jsonl"], "no file or folder"),
    (["cases.pdf"], "unknown kind; known are .jsonl"),
    (["cases.jsonl", "--map", "x=nothing"], "--map x=nothing: no field 'nothing'"),
    (["cases.jsonl", "--model", "some/absent-model"], "model 'some/absent-model' is not on this machine"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_SOURCES)
def test_source_that_cannot_be_used_is_reported(
    run: Run, source: Path, tmp_path: Path, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    (tmp_path / "cases.pdf").write_bytes(b"%PDF")
    (tmp_path / "cases.jsonl").write_bytes(source.read_bytes())
    ran = run("build-index", tmp_path / arguments[0], "--index", tmp_path / "base", *arguments[1:])
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_no_text_of_a_case_reaches_standard_error(run: Run, tmp_path: Path) -> None:
    secret = "独一无二的病史文字"
    (tmp_path / "cases.csv").write_text(f"id,主诉,年龄\n1,{secret},63\n,{secret},5岁\n", encoding="utf-8")
    ran = run("build-index", tmp_path / "cases.csv", "--index", tmp_path / "base", "--strict")
    assert secret not in ran.stderr + ran.stdout
    ran = run("build-index", tmp_path / "cases.csv", "--index", tmp_path / "base")
    assert secret not in ran.stderr + ran.stdout + (tmp_path / "base" / "rejects.jsonl").read_text("utf-8")


@needs_milvus
def test_vectors_may_be_kept_on_a_milvus_server(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("\n".join(map(case_to_json, made_cases(30))), encoding="utf-8")
    base = tmp_path / "base"
    ran = run(
        "build-index", tmp_path / "cases.jsonl", "--index", base, "--vector-index", f"milvus:{tmp_path / 'v.db'}"
    )  # fmt: skip
    assert ran.exit_code == 0, ran.stderr
    assert f"index     on the Milvus server {tmp_path / 'v.db'}, collection casefinder_" in ran.stdout
    assert "milvus" in run("info", "--index", base).stdout
    found = json.loads(run("query", "胸痛伴冷汗0天", "--index", base, "-k", "1", "--json").stdout)
    assert found["case"]["id"] == "C0000"


def test_an_address_with_a_password_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text(case_to_json(made_case(1)), encoding="utf-8")
    ran = run("build-index", tmp_path / "cases.jsonl", "--vector-index", "milvus:http://root:geheim@milvus.example")
    assert ran.exit_code == 1
    assert "CASEFINDER_MILVUS_TOKEN" in ran.stderr
    assert "geheim" not in ran.stdout + ran.stderr
