"""Filters in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefinder import CaseFinder
from casefinder.cases import Age, AgeUnit, OutcomeStatus, Sex
from casefinder.cli.where import WhereExpression
from casefinder.term_index import (
    AgeBetween,
    AllOf,
    AnyOf,
    AttributeIs,
    DepartmentIs,
    DiagnosisIs,
    Not,
    OutcomeIs,
    SexIs,
    VisitedBetween,
    Where,
)
from tests.cli.conftest import Run


def read(text: str) -> Where:
    return WhereExpression().convert(text, None, None)


A, B, C = DepartmentIs("心内科"), DiagnosisIs("I21"), AttributeIs("ward", "3 East")
READ: list[tuple[str, Where]] = [
    ("department=心内科", A),
    ("sex=男", SexIs(Sex.MALE)),
    ("age=50-70", AgeBetween(Age(50, AgeUnit.YEARS), Age(70, AgeUnit.YEARS))),
    ("since=2024-01-31", VisitedBetween(since=date(2024, 1, 31))),
    ("until = 2024-01-31", VisitedBetween(until=date(2024, 1, 31))),
    ("outcome=好转", OutcomeIs(OutcomeStatus.IMPROVED)),
    ('ward="3 East"', C),
    ("病区='or'", AttributeIs("病区", "or")),
    ("department=心内科 and diagnosis=I21 or ward='3 East'", (A & B) | C),
    ("department=心内科 and (diagnosis=I21 OR ward='3 East')", A & (B | C)),
    ("not department=心内科 and not not diagnosis=I21", ~A & ~~B),
    ("not (department=心内科 or diagnosis=I21)", Not(A | B)),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_words_say_what_the_filters_of_the_library_say(text: str, wanted: Where) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize(("word", "joined"), [("and", AllOf), ("or", AnyOf)])
def test_any_number_of_conditions_is_joined_in_one(word: str, joined: type[AllOf | AnyOf]) -> None:
    wards = [str(number) for number in range(5_000)]  # more than could be nested in each other
    where = read(f" {word} ".join(f"ward={ward}" for ward in wards))
    assert where == joined(tuple(AttributeIs("ward", ward) for ward in wards))


REFUSED = [
    ("", "a name such as department is missing; write NAME=VALUE"),
    ("department", "= is missing after 'department'"),
    ("department=", "the value of 'department' is missing"),
    ("(department=a", "a parenthesis is not closed"),
    ("department=a diagnosis=b", "'diagnosis' is not expected there"),
    ("department=a and", "a name such as department is missing"),
    ('ward="3', "a quotation mark is not closed at '\"3'"),
    ("age=old", "'old' is no age range; write 50-70"),
    ("age=70-50", "is no range; put the lower one first"),
    ("since=yesterday", "'yesterday' is no date; write it as 2024-03-01"),
    ("sex=x", "'x' is not one of 'female', 'male', 'other'"),
    ("diagnosis=''", "the diagnosis to filter by is empty"),
    ("(" * 60 + "department=a" + ")" * 60, "more than 50 conditions are nested"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_is_no_filter_is_refused_with_what_to_write(text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        read(text)
    assert message in refused.value.message


@given(st.text(alphabet="ab =()'\"andort心", max_size=30))
def test_any_text_is_a_filter_or_is_refused(text: str) -> None:
    try:
        assert isinstance(read(text), Where)
    except click.BadParameter as exc:
        assert exc.message


def test_what_no_case_has_in_a_further_column_is_named(base: Path, run: Run) -> None:
    ran = run("query", "胸痛", "--index", base, "--where", "not (wrad=1 or ward=2 or department=心内课)")
    assert "No case has wrad=1. A name that is no field is a column of the source" in ran.stderr
    assert "No case has ward=2" not in ran.stderr
    assert "No case is of the department '心内课'. The departments are: " in ran.stderr


def test_what_no_case_has_is_named_once_for_a_file_of_questions(base: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("胸痛\n咳嗽\n", encoding="utf-8")
    ran = run("query", "--batch", file, "--index", base, "--where", "ward=none or ward=1", "--department", "无此科")
    assert ran.stderr.count("No case has ward=none.") == 1
    assert "No case is of the department '无此科'" in ran.stderr
    assert "No case has ward=1." not in ran.stderr


def test_matching_cases_are_counted(base: Path) -> None:
    with CaseFinder.open(base) as finder:
        n_cases = finder.n_cases
        wards = [finder.count(AttributeIs("ward", str(number))) for number in range(5)]
        assert sum(wards) == n_cases
        assert wards[4] == 0
        assert finder.count(~AttributeIs("ward", "1")) == n_cases - wards[1]
