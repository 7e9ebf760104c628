"""`casefinder query`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casefinder.cases import case_from_dict
from tests.cli.conftest import Run
from tests.material import made_case


def test_table_shows_complaint_diagnosis_path_and_outcome(run: Run, base: Path) -> None:
    ran = run("query", "胸痛伴冷汗", "--index", base, "-k", 6)
    assert ran.exit_code == 0
    for words in (
        "相似度",
        "治疗路径",
        "转归",
        "胸痛伴冷汗",
        "[I21.3]",
        "D0 心电图 → 阿司匹林",
        "好转",
        "并非治疗建议",
    ):
        assert words in ran.stdout, words
    assert "association in past cases, not a recommendation" in ran.stdout


def test_english_question_is_answered_under_english_headings(run: Run, base: Path) -> None:
    ran = run("query", "fever and cough", "--index", base)
    for words in ("similarity", "treatment path", "outcome", "improved", "days"):
        assert words in ran.stdout, words
    assert "相似度" not in ran.stdout


def test_which_case_base_answered_and_how_goes_to_standard_error(run: Run, base: Path) -> None:
    ran = run("query", "胸痛", "--index", base, "--json")
    assert ran.stderr == f"Case base {base}: 60 cases searched (exact)\n"


def test_json_lines_hold_rank_scores_and_the_whole_case(run: Run, base: Path) -> None:
    ran = run("query", "胸痛伴冷汗6天", "--index", base, "-k", 3, "--json")
    hits = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    assert case_from_dict(hits[0]["case"]) == made_case(6)
    assert hits[0]["note"] == "association in past cases, not a recommendation"
    assert hits[0]["similarity"] >= hits[1]["similarity"] >= hits[2]["similarity"]
    assert 0 <= hits[0]["percent"] <= 100


def test_every_field_of_the_json_is_documented(run: Run, base: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "json-output.md").read_text("utf-8")
    ran = run("query", "胸痛", "--index", base, "-k", 1, "--json")
    for field in json.loads(ran.stdout):
        assert f"`{field}`" in page, field


def test_question_is_read_from_standard_input(run: Run, base: Path) -> None:
    typed = run("query", "胸痛伴冷汗", "--index", base, "--json")
    piped = run("query", "-", "--index", base, "--json", stdin="胸痛伴冷汗\n")
    assert piped.stdout == typed.stdout != ""


FILTERS = [
    (["--department", "心内科"], lambda case: case["department"] == "心内科"),
    (["--sex", "male"], lambda case: case["patient"]["sex"] == "male"),
    (["--age", "50-70"], lambda case: 50 <= case["patient"]["age"]["value"] <= 70),
    (["--since", "2024-02-01"], lambda case: case["visit_date"] >= "2024-02-01"),
    (["--until", "2024-01-15"], lambda case: case["visit_date"] <= "2024-01-15"),
    (["--diagnosis", "I21"], lambda case: case["diagnoses"][0]["icd10"].startswith("I21")),
    (["--diagnosis", "阑尾"], lambda case: "阑尾" in case["diagnoses"][0]["text"]),
    (["--sex", "男"], lambda case: case["patient"]["sex"] == "male"),
    (["--sex", "F"], lambda case: case["patient"]["sex"] == "female"),
    (["--outcome", "好转"], lambda case: case["outcome"]["status"] == "improved"),
    (["--outcome", "improved"], lambda case: case["outcome"]["status"] == "improved"),
]


@pytest.mark.parametrize(("options", "holds"), FILTERS, ids=lambda value: str(value[0]) if value is list else "")
def test_filter_lets_only_matching_cases_through(run: Run, base: Path, options: list[str], holds: object) -> None:
    ran = run("query", "胸痛", "--index", base, "-k", 60, "--json", "--all", *options)
    cases = [json.loads(line)["case"] for line in ran.stdout.splitlines()]
    assert cases
    assert callable(holds)
    assert all(holds(case) for case in cases)


def test_filter_that_nothing_matches_says_so(run: Run, base: Path) -> None:
    ran = run("query", "胸痛", "--index", base, "--department", "骨科")
    assert ran.exit_code == 0
    assert "没有符合筛选条件的病例" in ran.stdout
    assert "No case is of the department '骨科'. The departments are: 呼吸科、心内科、普外科" in ran.stderr


USAGE = [
    (["--age", "old"], "'old' is no age range; write 50-70, 65-, 6m-24m or 0d-28d"),
    (["--age", "200-210"], "200 years is not between 0 and 130 years"),
    (["--since", "1.3.2024"], "'1.3.2024' is no date; write it as 2024-03-01"),
    (["-k", "0"], "0 is not in the range 1<=x<=1000"),
    (["--sex", "1"], "'1' is not one of 'female', 'male', 'other'"),
    (["--sex", "不详"], "'不详' is not one of 'female', 'male', 'other'"),
    (["--outcome", "差"], "'差' is not one of 'recovered', 'improved'"),
]


@pytest.mark.parametrize(("options", "message"), USAGE)
def test_option_that_makes_no_sense_is_a_usage_error(run: Run, base: Path, options: list[str], message: str) -> None:
    ran = run("query", "胸痛", "--index", base, *options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr


def test_errors_are_one_message_and_exit_code_1(run: Run, base: Path, tmp_path: Path) -> None:
    absent = run("query", "胸痛", "--index", tmp_path / "nowhere")
    assert (absent.exit_code, absent.stdout) == (1, "")
    assert absent.stderr.startswith("Error: no case base in ")
    empty = run("query", "？", "--index", base)
    assert (empty.exit_code, empty.stderr) == (
        1,
        "Error: the question holds no words; describe a complaint, such as 胸痛伴冷汗\n",
    )
    reversed_range = run("query", "胸痛", "--index", base, "--age", "70-50")
    assert reversed_range.stderr == "Error: age 70 years to 50 years is no range; put the lower one first\n"


def test_environment_names_the_case_base(run: Run, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEFINDER_INDEX", str(base))
    ran = run("query", "胸痛")
    assert ran.stderr.startswith(f"Case base {base}: ")


def test_question_never_reaches_standard_error(run: Run, base: Path, tmp_path: Path) -> None:
    for index in (base, tmp_path / "nowhere"):
        assert "胸痛" not in run("query", "胸痛伴冷汗", "--index", index).stderr
