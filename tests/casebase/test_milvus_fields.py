"""A filter asked of a Milvus server matches the cases that it matches in the case base's own columns."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefinder.case_store import CaseFindings
from casefinder.casebase.live_index import LiveIndex
from casefinder.casebase.milvus_fields import FIELDS, expression_of, fields_of
from casefinder.cases import Age, AgeUnit, Case, Diagnosis, OutcomeStatus, Patient, Sections, Sex
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
from casefinder.vector_index.milvus import Collection, MilvusConnection, MilvusIndex, Rows, reconcile
from tests.material import made_cases
from tests.vector_index.milvus_lite import inverted_file, needs_milvus

ODD = [
    Case("plain", Sections("咳嗽")),
    Case("quoted", Sections("咳嗽"), department='心"内\\科', diagnoses=(Diagnosis('so-called "flu"'),)),
    Case("percent", Sections("咳嗽"), department="ICU 50%_", diagnoses=(Diagnosis("狭窄70%", "I25.1"),)),
    Case("CASE", Sections("咳嗽"), department="Cardiology", diagnoses=(Diagnosis("Acute MI"), Diagnosis("HTN", "I10"))),
    Case("newborn", Sections("黄疸"), Patient(Age(0, AgeUnit.DAYS), Sex.FEMALE), visit_date=date(1, 1, 1)),
    Case("star", Sections("咳嗽"), diagnoses=(Diagnosis("tuberculous meningitis", "G01*"),), visit_date=date.max),
]
CASES = [*made_cases(40), *ODD]
KEYS = np.arange(len(CASES), dtype=np.int64) * 3
TERMS = TermIndex(
    [
        derive_terms(
            [(int(key), case, CaseFindings()) for key, case in zip(KEYS, CASES, strict=True)],
            vectors_of=lambda texts: {},
        )
    ]
)
QUERY = np.array([[1.0, 0.0]], dtype=np.float32)


def years(value: int) -> Age:
    return Age(value, AgeUnit.YEARS)


SIMPLE: st.SearchStrategy[Where] = st.one_of(
    st.sampled_from(["心内科", "呼吸科", "CARDIOLOGY", '心"内\\科', "icu 50%_", "nowhere", '" or 1 == 1 or "']).map(
        DepartmentIs
    ),
    st.sampled_from(list(Sex)).map(SexIs),
    st.tuples(st.integers(0, 90), st.integers(0, 40)).map(lambda t: AgeBetween(years(t[0]), years(t[0] + t[1]))),
    st.just(AgeBetween(Age(0, AgeUnit.DAYS), Age(28, AgeUnit.DAYS))),
    st.tuples(st.dates(date(2024, 1, 1), date(2024, 2, 1)), st.dates(date(2024, 2, 1), date(2024, 3, 1))).map(
        lambda t: VisitedBetween(*t)
    ),
    st.sampled_from(
        [VisitedBetween(), VisitedBetween(since=date(2024, 1, 20)), VisitedBetween(until=date(2024, 2, 9))]
    ),
    st.sampled_from(["I21", "I21.3", "i", "J18.9", "G01", "阑尾", "acute mi", 'called "FLU', "狭窄", "x"]).map(
        DiagnosisIs
    ),
    st.sampled_from(list(OutcomeStatus)).map(OutcomeIs),
)
SAYABLE = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> MilvusIndex:
    collection = Collection(MilvusConnection(str(tmp_path_factory.mktemp("fields") / "milvus.db")), "cases")
    collection.create(inverted_file(), dim=2, fields=FIELDS)
    angles = np.linspace(0, 3, len(CASES))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    reconcile(collection, [Rows(KEYS, vectors, [fields_of(case) for case in CASES])])
    return MilvusIndex(collection, inverted_file())


@needs_milvus
@settings(max_examples=120)
@given(where=SAYABLE)
def test_an_expression_matches_exactly_what_the_filter_matches(index: MilvusIndex, where: Where) -> None:
    expression = expression_of(where)
    assert expression is not None
    found = index.search_where(QUERY, k=len(CASES), expression=expression)
    wanted = TERMS.keys_of(TERMS.matching(where)).tolist()
    assert sorted(key for key, _ in found.row(0)) == sorted(wanted)


@needs_milvus
@pytest.mark.parametrize(
    ("where", "is_pushed_down"),
    [(DepartmentIs("心内科"), True), (~DiagnosisIs("I21"), True), (AttributeIs("ward", "3"), False)],
)
def test_a_filter_goes_to_the_server_where_it_can_be_said_there(
    index: MilvusIndex, monkeypatch: pytest.MonkeyPatch, where: Where, is_pushed_down: bool
) -> None:
    unwanted = "search" if is_pushed_down else "search_where"
    monkeypatch.setattr(MilvusIndex, unwanted, lambda *_, **__: pytest.fail(f"{unwanted} was called"))
    allowed = TERMS.keys_of(TERMS.matching(where))
    found = LiveIndex(index, None, removed=allowed[:2]).search(QUERY, k=len(CASES), among=allowed, where=where)
    assert sorted(key for key, _ in found.row(0)) == sorted(allowed[2:].tolist())


@pytest.mark.parametrize(
    "where",
    [
        AttributeIs("ward", "3"),
        DepartmentIs(""),
        DepartmentIs("a\x07b"),
        DiagnosisIs("70%"),
        DiagnosisIs("a\nb"),
        Not(AttributeIs("ward", "3")),
        SexIs(Sex.MALE) & (OutcomeIs(OutcomeStatus.DIED) | DiagnosisIs("a_b")),
    ],
)
def test_what_has_no_exact_expression_is_not_translated(where: Where) -> None:
    assert expression_of(where) is None


def test_fields_are_those_of_the_collection() -> None:
    assert list(fields_of(CASES[0])) == [field.name for field in FIELDS]
    assert fields_of(ODD[0]) == {
        "department": "",
        "sex": "",
        "age_years": -1.0,
        "visit_day": 0,
        "outcome": "",
        "codes": [],
        "diagnoses": "",
    }
    assert fields_of(ODD[3])["codes"] == ["I", "I1", "I10"]
