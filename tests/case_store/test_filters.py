"""Filters say the same in SQL as they say in words, however they are combined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefinder.case_store import (
    AgeBetween,
    AllOf,
    AnyOf,
    AttributeIs,
    CaseStore,
    DepartmentIs,
    DiagnosisIs,
    Not,
    OutcomeIs,
    SexIs,
    VisitedBetween,
    Where,
)
from casefinder.casebase import build_case_base, open_case_base
from casefinder.cases import Age, AgeUnit, Case, OutcomeStatus, Patient, Sections, Sex
from casefinder.errors import FilterError
from tests.material import HashEncoder, made_cases, rows_of

CASES = {case.id: case for case in made_cases(60)}


@pytest.fixture(scope="module")
def store(built_directory: Path) -> Iterator[CaseStore]:
    with open_case_base(built_directory) as casebase:
        yield casebase.store


def years(value: int) -> Age:
    return Age(value, AgeUnit.YEARS)


def found(store: CaseStore, where: Where) -> set[str]:
    return {case.id for case in store.cases(store.matching(where).tolist()).values()}


def says(where: Where, case: Case) -> bool:  # noqa: C901 - one line per kind of filter
    """The meaning of a filter in plain Python."""
    match where:
        case AllOf(conditions):
            return all(says(condition, case) for condition in conditions)
        case AnyOf(conditions):
            return any(says(condition, case) for condition in conditions)
        case Not(condition):
            return not says(condition, case)
        case DepartmentIs(name):
            return case.department is not None and case.department.lower() == name.lower()
        case SexIs(sex):
            return case.patient.sex is sex
        case AgeBetween(first, last):
            age = case.patient.age
            return age is not None and first.in_years <= age.in_years < last.end_in_years
        case VisitedBetween(since, until):
            day = case.visit_date
            return day is not None and (since or date.min) <= day <= (until or date.max)
        case DiagnosisIs(wanted):
            return any(wanted in d.text or str(d.icd10).startswith(wanted) for d in case.diagnoses)
        case OutcomeIs(status):
            return case.outcome.status is status
        case AttributeIs(name, value):
            return case.attributes.get(name) == value
    raise AssertionError(where)


SIMPLE: st.SearchStrategy[Where] = st.one_of(
    st.sampled_from([DepartmentIs("心内科"), DepartmentIs("呼吸科"), DepartmentIs("nowhere")]),
    st.sampled_from(list(Sex)).map(SexIs),
    st.tuples(st.integers(0, 90), st.integers(0, 40)).map(lambda t: AgeBetween(years(t[0]), years(t[0] + t[1]))),
    st.tuples(st.dates(date(2024, 1, 1), date(2024, 2, 1)), st.dates(date(2024, 2, 1), date(2024, 3, 1))).map(
        lambda t: VisitedBetween(*t)
    ),
    st.sampled_from(["I21", "I21.3", "J18.9", "阑尾", "acute MI", "K"]).map(DiagnosisIs),
    st.sampled_from(list(OutcomeStatus)).map(OutcomeIs),
    st.sampled_from("0123").map(lambda value: AttributeIs("ward", value)),
)
ANY_FILTER = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(where=ANY_FILTER)
def test_filter_finds_exactly_the_cases_that_it_describes(store: CaseStore, where: Where) -> None:
    assert found(store, where) == {case.id for case in CASES.values() if says(where, case)}


def test_operators_build_the_same_filters() -> None:
    a, b = DepartmentIs("心内科"), SexIs(Sex.MALE)
    assert a & b == AllOf((a, b))
    assert a | b == AnyOf((a, b))
    assert ~a == Not(a)


def test_last_year_of_an_age_range_is_whole(tmp_path: Path) -> None:
    ages = {
        "m23": Age(23, AgeUnit.MONTHS),
        "m24": Age(24, AgeUnit.MONTHS),
        "d0": Age(0, AgeUnit.DAYS),
        "y70": years(70),
    }
    cases = [Case(name, Sections("咳嗽"), Patient(age)) for name, age in ages.items()]
    build_case_base(rows_of(cases), tmp_path, encoder=HashEncoder(), source="s")
    with open_case_base(tmp_path) as casebase:
        assert found(casebase.store, AgeBetween(years(0), years(1))) == {"m23", "d0"}
        assert found(casebase.store, AgeBetween(years(2), years(70))) == {"m24", "y70"}
        assert found(casebase.store, AgeBetween(Age(6, AgeUnit.MONTHS), Age(24, AgeUnit.MONTHS))) == {"m23", "m24"}
        assert found(casebase.store, AgeBetween(Age(0, AgeUnit.DAYS), Age(28, AgeUnit.DAYS))) == {"d0"}


def test_wording_with_quotes_and_wildcards_is_taken_literally(store: CaseStore) -> None:
    for wording in ("' OR 1=1 --", "%", "_", '"'):
        assert found(store, DiagnosisIs(wording)) == set()
        assert found(store, DepartmentIs(wording)) == set()
        assert found(store, AttributeIs(wording, wording)) == set()


def test_diagnosis_code_and_english_wording_are_met_in_any_letter_case(store: CaseStore) -> None:
    assert found(store, DiagnosisIs("i21.3")) == found(store, DiagnosisIs("I21.3")) != set()
    assert found(store, DiagnosisIs("Acute mi")) == found(store, DiagnosisIs("acute MI")) != set()


REFUSED: list[tuple[Callable[[], Where], str]] = [
    (lambda: AgeBetween(years(70), years(50)), "age 70 years to 50 years is no range; put the lower one first"),
    (lambda: VisitedBetween(date(2024, 2, 1), date(2024, 1, 1)), "dates 2024-02-01 to 2024-01-01 are no range"),
    (lambda: DiagnosisIs("  "), "the diagnosis to filter by is empty"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_filter_that_makes_no_sense_is_refused(make: Callable[[], Where], message: str) -> None:
    with pytest.raises(FilterError, match=message):
        make()
