from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from casefinder.casebase import build_case_base
from casefinder.cases import Case, Diagnosis, Sections, case_to_json
from casefinder.pathways import STANDING_SENTENCE
from tests.cli.conftest import Run
from tests.material import HashEncoder, rows_of
from tests.pathways.material import heart_attacks

CASES = [
    replace(
        hit.case,
        department=("心内科", "急诊科", "重症医学科")[number % 3],
        visit_date=date(2024, 1, 1) + timedelta(days=2 * number),
        diagnoses=(Diagnosis("不稳定型心绞痛", "I20.0"),) if number % 4 == 0 else hit.case.diagnoses,
    )
    for number, hit in enumerate(heart_attacks())
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pathway") / "casebase"
    build_case_base(rows_of(CASES), directory, encoder=HashEncoder(), source="made cases")
    return directory


@pytest.fixture
def ask(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``casefinder pathway`` on the case base, whose encoder finds nothing similar to anything."""
    monkeypatch.setattr("casefinder.finder.load_encoder", lambda name: HashEncoder())
    return lambda *arguments: run("pathway", *arguments, "--all", "--index", directory)


def test_a_tree_with_bars_is_printed(ask: Run) -> None:
    result = ask("胸痛伴冷汗，黑便")
    assert result.exit_code == 0
    assert "26 例患者" in result.stdout
    assert "█" in result.stdout
    assert "经皮冠状动脉介入治疗" in result.stdout
    assert "⚠ “黑便”" in result.stdout
    assert "并非治疗建议" in result.stdout


def test_a_flag_on_a_rare_step_is_not_lost(ask: Run) -> None:
    text = ask("胸痛，黑便", "--small-cell", "30").stdout.replace("\n", "")
    assert "⚠ “黑便” — 活动性出血" in text
    assert "替奈普酶 (B)" in text


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
    assert "(no rate)" in text
    assert "No rate is given where fewer than 30 patients stand behind it" in text
    assert re.findall(r"\d ?%", text) == []


@pytest.mark.parametrize("by", ["age", "sex", "comorbidity"])
@pytest.mark.parametrize("question", ["胸痛伴冷汗", "crushing chest pain with cold sweats"])
def test_every_percentage_stands_beside_enough_patients(
    ask: Run, tmp_path: Path, question: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "r.html"
    ask(question, "--small-cell", "7", "--html", report, "--cases")
    page = re.sub(r'style="[^"]*"', "", report.read_text(encoding="utf-8").split("</style>")[1])
    monkeypatch.setattr("casefinder.cli.pathway_tree._WIDTH_UNKNOWN", 1000)  # no line is broken
    for text in (ask(question, "--small-cell", "7", "--by", by, "--cases").stdout, page):
        rates = re.findall(r"\d+% \[\d+%–\d+%\], \d+/(\d+)", text)
        assert rates
        assert min(map(int, rates)) >= 7
        assert len(re.findall(r"\d%", text)) == 3 * len(rates)


def test_cases_that_say_the_opposite_are_shown_apart_in_every_format(run: Run, tmp_path: Path) -> None:
    from casefinder import CaseFinder

    path = tmp_path / "cases.jsonl"
    denying = {"H0003", "H0014"}
    opposite = Sections("冷汗两小时，无胸痛")
    cases = [replace(case, sections=opposite) if case.id in denying else case for case in CASES]
    path.write_text("".join(f"{case_to_json(case)}\n" for case in cases), encoding="utf-8")
    CaseFinder.build(path, tmp_path / "base")
    ask = ("pathway", "胸痛伴冷汗", "--index", tmp_path / "base")
    document = json.loads(run(*ask, "--json").stdout)
    assert set(document["contradicting"]) == denying
    assert document["n"] == len(CASES) - 2
    assert denying.isdisjoint(i for part in document["variants"] + document["strata"] for i in part["case_ids"])
    assert [a["detail"] for a in document["set_aside"]] == [{"zh": "胸痛", "en": "chest pain"}] * 2
    run(*ask, "--html", tmp_path / "r.html")
    for text in (run(*ask).stdout, (tmp_path / "r.html").read_text(encoding="utf-8")):
        line = text[text.index("与主诉相矛盾，单列而不计入任何率（2 例）:") :]
        assert all(f"{case_id} (胸痛)" in line for case_id in denying)


def test_a_report_is_written(ask: Run, tmp_path: Path) -> None:
    result = ask("胸痛", "--html", str(tmp_path / "r.html"))
    assert result.stdout == ""
    assert "Report written to" in result.stderr
    assert "<svg" in (tmp_path / "r.html").read_text(encoding="utf-8")


CHOICES = [
    (["--sex", "男"], lambda case: case.patient.sex == "male"),
    (["--sex", "female"], lambda case: case.patient.sex == "female"),
    (["--age", "60-70"], lambda case: 60 <= case.patient.age.in_years <= 70),
    (["--since", "2024-02-01"], lambda case: case.visit_date >= date(2024, 2, 1)),
    (["--until", "2024-01-20"], lambda case: case.visit_date <= date(2024, 1, 20)),
    (["--diagnosis", "I21"], lambda case: case.diagnoses[0].icd10.startswith("I21")),
    (["--diagnosis", "心绞痛"], lambda case: "心绞痛" in case.diagnoses[0].text),
    (["--department", "急诊科", "--department", "心内科"], lambda case: case.department in ("急诊科", "心内科")),
]


@pytest.mark.parametrize(("options", "holds"), CHOICES)
def test_only_chosen_cases_are_merged(ask: Run, options: list[str], holds: Callable[[Case], bool]) -> None:
    document = json.loads(ask("胸痛伴冷汗", "--json", *options).stdout)
    counted = {case_id for variant in document["variants"] for case_id in variant["case_ids"]}
    assert counted == {case.id for case in CASES if holds(case)} != {case.id for case in CASES}


def test_cases_cannot_be_chosen_by_their_outcome(ask: Run) -> None:
    assert ask("胸痛", "--outcome", "improved").exit_code == 2
    refused = ask("胸痛", "--where", "sex=male and not (outcome=died)")
    assert refused.exit_code == 2
    assert "'outcome' cannot choose cases here: every rate of an outcome would be made by the choice" in " ".join(
        refused.stderr.replace("│", " ").split()
    )


def test_a_filter_in_words_chooses_the_cases_that_are_merged(ask: Run) -> None:
    document = json.loads(ask("胸痛伴冷汗", "--json", "--where", "sex=female or diagnosis=心绞痛").stdout)
    counted = {case_id for variant in document["variants"] for case_id in variant["case_ids"]}
    wanted = {case.id for case in CASES if case.patient.sex == "female" or "心绞痛" in case.diagnoses[0].text}
    assert counted == wanted != {case.id for case in CASES}


def test_an_unknown_department_is_named(ask: Run) -> None:
    result = ask("胸痛", "--department", "骨科")
    assert "相似病例中未记录治疗路径" in result.stdout
    assert "No case is of the department '骨科'. The departments are: " in result.stderr


def test_strangers_are_merged_on_request_only(run: Run, base: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.html"
    refused = run("pathway", "齿轮箱漏油", "--index", base, "--html", report)
    assert (refused.exit_code, refused.stdout, report.exists()) == (0, "", False)
    assert "The case base holds nothing similar; --all merges the nearest cases all the same." in refused.stderr
    assert "例患者" in run("pathway", "齿轮箱漏油", "--index", base, "--all").stdout
