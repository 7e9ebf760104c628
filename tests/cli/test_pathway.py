from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from casefinder.casebase import build_case_base
from casefinder.pathways import STANDING_SENTENCE
from tests.cli.conftest import Run
from tests.material import HashEncoder, rows_of
from tests.pathways.material import heart_attacks


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pathway") / "casebase"
    cases = [hit.case for hit in heart_attacks()]
    build_case_base(rows_of(cases), directory, encoder=HashEncoder(), source="made cases")
    return directory


@pytest.fixture
def ask(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``casefinder pathway`` on the case base."""
    monkeypatch.setattr("casefinder.finder.load_encoder", lambda name: HashEncoder())
    return lambda *arguments: run("pathway", *arguments, "--index", directory)


def test_a_tree_with_bars_is_printed(ask: Run) -> None:
    result = ask("胸痛伴冷汗，黑便")
    assert result.exit_code == 0
    assert "26 例患者" in result.stdout
    assert "█" in result.stdout
    assert "经皮冠状动脉介入治疗" in result.stdout
    assert "⚠ “黑便”" in result.stdout
    assert "并非治疗建议" in result.stdout


def test_json_holds_variants_steps_and_the_standing_sentence(ask: Run) -> None:
    document = json.loads(ask("胸痛伴冷汗", "--json").stdout)
    assert document["note"] == STANDING_SENTENCE
    assert document["n"] == 26
    assert [(v["id"], len(v["case_ids"])) for v in document["variants"]] == [("A", 12), ("B", 8), ("C", 6)]
    assert "cases" not in document


def test_cases_adds_every_patient(ask: Run) -> None:
    assert len(json.loads(ask("胸痛", "--json", "--cases").stdout)["cases"]) == 26
    assert set(re.findall(r"H\d{4}", ask("胸痛", "--cases").stdout)) == {f"H{n:04d}" for n in range(26)}


def test_strata_are_printed_on_request(ask: Run) -> None:
    assert "性别 男 (n=13)" in ask("胸痛伴冷汗", "--by", "sex").stdout


def test_no_percentage_is_printed_where_few_stand_behind_it(ask: Run) -> None:
    text = ask("chest pain", "--small-cell", "30", "--cases", "--by", "sex").stdout
    assert "too few for a rate" in text.replace("\n", " ")
    assert re.findall(r"\d ?%", text) == []


def test_a_report_is_written(ask: Run, tmp_path: Path) -> None:
    result = ask("胸痛", "--html", str(tmp_path / "r.html"))
    assert result.stdout == ""
    assert "Report written to" in result.stderr
    assert "<svg" in (tmp_path / "r.html").read_text(encoding="utf-8")
