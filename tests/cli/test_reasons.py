"""The line that says why a case was found."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from casefinder.casebase import build_case_base, open_case_base
from casefinder.cases import Case, Sections
from casefinder.cli.json_output import hit_line
from casefinder.cli.reasons import reason_line
from casefinder.encoders import load_encoder
from casefinder.search import Answer, Searcher
from tests.material import rows_of

CASES = [
    Case("swelling", Sections(chief_complaint="肿胀3天")),
    Case("hot", Sections(chief_complaint="头痛1天，T 39.5℃")),
    *(Case(f"other-{n}", Sections(chief_complaint="腰痛2年")) for n in range(3)),
]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    directory = tmp_path_factory.mktemp("reasons")
    build_case_base(rows_of(CASES), directory, encoder=load_encoder(), source="s")
    with open_case_base(directory) as casebase:
        yield Searcher(casebase, load_encoder())


def asked(searcher: Searcher, question: str, case_id: str) -> tuple[Answer, int]:
    answer = searcher.search(question, k=len(CASES))
    return answer, next(n for n, hit in enumerate(answer.hits) if hit.case.id == case_id)


def test_broader_finding_is_told_apart_from_a_match(searcher: Searcher) -> None:
    question = "毒蛇咬伤，手肿"
    answer, place = asked(searcher, question, "swelling")
    assert reason_line(answer.hits[place], question, zh=True).plain == "部分 手肿 / 缺 毒蛇咬伤"
    assert reason_line(answer.hits[place], question, zh=False).plain == "partly 手肿 / missing 毒蛇咬伤"
    matched = json.loads(hit_line(answer.hits[place], answer))["explanation"]["matched"]
    assert [(pair["concept"], pair["partly"], pair["case"]["concept"]) for pair in matched] == [
        ("hand-swelling", True, "swelling")
    ]


def test_differences_of_values_are_named(searcher: Searcher) -> None:
    question = "头痛，T 38.5℃"
    answer, place = asked(searcher, question, "hot")
    assert reason_line(answer.hits[place], question, zh=True).plain.endswith(" / 体温 39.5 vs 38.5 °C")
    assert reason_line(answer.hits[place], question, zh=False).plain.endswith(" / body temperature 39.5 vs 38.5 °C")
