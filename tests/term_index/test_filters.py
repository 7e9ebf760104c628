"""Filters say the same on arrays as they say in words, however they are combined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from casefinder.case_store import CaseFindings
from casefinder.cases import Age, AgeUnit, Case, OutcomeStatus, Patient, Sections, Sex
from casefinder.errors import FilterError
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
    TermIndex,
    VisitedBetween,
    Where,
    derive_terms,
)
from tests.material import made_cases

REMOVED = {5, 17, 41}
CASES = dict(enumerate(made_cases(60)))


def no_vectors(texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    return {}


def index_of(cases: Mapping[int, Case], *, removed_keys: Iterable[int] = ()) -> TermIndex:
    """An index in two parts."""
    entries = [(key, case, CaseFindings()) for key, case in cases.items()]
    parts = [derive_terms(some, vectors_of=no_vectors) for some in (entries[:25], entries[25:])]
    return TermIndex(parts, removed_keys=removed_keys)


INDEX = index_of(CASES, removed_keys=REMOVED)


def years(value: int) -> Age:
    return Age(value, AgeUnit.YEARS)


def found(where: Where, index: TermIndex = INDEX) -> set[int]:
    return set(index.keys_of(index.matching(where)).tolist())


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


@settings(max_examples=150)
@given(where=ANY_FILTER)
def test_filter_finds_exactly_the_cases_that_it_describes(where: Where) -> None:
    assert found(where) == {key for key, case in CASES.items() if says(where, case)} - REMOVED


def test_operators_build_the_same_filters() -> None:
    a, b = DepartmentIs("心内科"), SexIs(Sex.MALE)
    assert a & b == AllOf((a, b))
    assert a | b == AnyOf((a, b))
    assert ~a == Not(a)


def test_last_year_of_an_age_range_is_whole() -> None:
    ages = [Age(23, AgeUnit.MONTHS), Age(24, AgeUnit.MONTHS), Age(0, AgeUnit.DAYS), years(70)]
    index = index_of({key: Case(str(key), Sections("咳嗽"), Patient(age)) for key, age in enumerate(ages)})
    assert found(AgeBetween(years(0), years(1)), index) == {0, 2}
    assert found(AgeBetween(years(2), years(70)), index) == {1, 3}
    assert found(AgeBetween(Age(6, AgeUnit.MONTHS), Age(24, AgeUnit.MONTHS)), index) == {0, 1}
    assert found(AgeBetween(Age(0, AgeUnit.DAYS), Age(28, AgeUnit.DAYS)), index) == {2}


def test_wording_with_quotes_and_wildcards_is_taken_literally() -> None:
    for wording in ("' OR 1=1 --", "%", "_", '"'):
        assert found(DiagnosisIs(wording)) == set()
        assert found(DepartmentIs(wording)) == set()
        assert found(AttributeIs(wording, wording)) == set()


def test_diagnosis_code_and_english_wording_are_met_in_any_letter_case() -> None:
    assert found(DiagnosisIs("i21.3")) == found(DiagnosisIs("I21.3")) != set()
    assert found(DiagnosisIs("Acute mi")) == found(DiagnosisIs("acute MI")) != set()


REFUSED: list[tuple[Callable[[], Where], str]] = [
    (lambda: AgeBetween(years(70), years(50)), "age 70 years to 50 years is no range; put the lower one first"),
    (lambda: VisitedBetween(date(2024, 2, 1), date(2024, 1, 1)), "dates 2024-02-01 to 2024-01-01 are no range"),
    (lambda: DiagnosisIs("  "), "the diagnosis to filter by is empty"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_filter_that_makes_no_sense_is_refused(make: Callable[[], Where], message: str) -> None:
    with pytest.raises(FilterError, match=message):
        make()
