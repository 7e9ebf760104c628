from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from casefinder.cases import (
    Age,
    AgeUnit,
    Case,
    Outcome,
    Patient,
    Sections,
    StepKind,
    TreatmentStep,
    case_from_dict,
    case_from_json,
    case_to_dict,
    case_to_json,
)
from casefinder.errors import InvalidCaseError
from tests.cases.strategies import cases

MINIMAL = {"id": "A1", "sections": {"chief_complaint": "胸痛"}}


@settings(max_examples=60)
@given(cases)
def test_a_case_written_and_read_is_the_same_case(case: Case) -> None:
    text = case_to_json(case)
    assert case_from_json(text) == case
    assert case_to_json(case_from_json(text)) == text
    assert "\n" not in text
    assert case_from_dict(case_to_dict(case)) == case


def test_json_is_canonical_and_leaves_out_what_is_absent() -> None:
    case = Case(
        "A1",
        Sections(chief_complaint="胸痛"),
        patient=Patient(Age(0, AgeUnit.DAYS)),
        treatment_path=(TreatmentStep(StepKind.TEST, "心电图", day=0),),
        outcome=Outcome(stay_days=0, readmitted_30d=False),
    )
    assert case_to_json(case) == (
        '{"id":"A1","outcome":{"readmitted_30d":false,"stay_days":0},"patient":{"age":{"unit":"days","value":0}},'
        '"sections":{"chief_complaint":"胸痛"},"treatment_path":[{"day":0,"kind":"test","name":"心电图"}]}'
    )


def test_absent_null_and_empty_fields_are_the_same() -> None:
    empty = MINIMAL | {"patient": None, "department": "", "visit_date": "", "language": "", "diagnoses": None}
    empty |= {"treatment_path": [], "outcome": {}, "attributes": None}
    assert case_from_dict(empty) == case_from_dict(MINIMAL) == Case("A1", Sections(chief_complaint="胸痛"))


def test_whole_floats_are_whole_numbers() -> None:
    document = MINIMAL | {"patient": {"age": {"value": 63.0, "unit": "years"}}, "outcome": {"stay_days": 5.0}}
    assert case_from_dict(document).patient.age == Age(63, AgeUnit.YEARS)
    assert case_from_dict(document).outcome.stay_days == 5


def test_a_time_of_day_behind_a_date_is_dropped() -> None:
    assert case_to_dict(case_from_dict(MINIMAL | {"visit_date": "2024-03-01T08:30:00"}))["visit_date"] == "2024-03-01"


@pytest.mark.parametrize(
    ("document", "field", "reason"),
    [
        ([], "case", "is a list; an object is wanted"),
        (None, "case", "is null; an object is wanted"),
        ({"sections": {"exam": "x"}}, "id", "is empty; every case needs an id of its own"),
        (MINIMAL | {"id": 7}, "id", "is a number; text is wanted"),
        (MINIMAL | {"ID": "7"}, "case", None),
        (MINIMAL | {"sections": "胸痛"}, "sections", "is text; an object is wanted"),
        (MINIMAL | {"sections": {"chief": "x"}}, "sections", None),
        (MINIMAL | {"sections": {"exam": ["x"]}}, "sections.exam", "is a list; text is wanted"),
        (MINIMAL | {"sections": {"exam": None}}, "sections.exam", "is null; text is wanted"),
        (MINIMAL | {"patient": 0}, "patient", "is a number; an object is wanted"),
        (MINIMAL | {"patient": {"age": 63}}, "patient.age", "is a number; an object is wanted"),
        (
            MINIMAL | {"patient": {"age": {"value": 63}}},
            "patient.age.unit",
            "is missing; give years, months or days",
        ),
        (
            MINIMAL | {"patient": {"age": {"unit": "years"}}},
            "patient.age.value",
            "is missing; give a whole number",
        ),
        (
            MINIMAL | {"patient": {"age": {"value": float("nan"), "unit": "years"}}},
            "patient.age",
            "nan is not a whole number",
        ),
        (
            MINIMAL | {"patient": {"age": {"value": 3, "unit": "weeks"}}},
            "patient.age.unit",
            "'weeks' is unknown; known are days, months, years",
        ),
        (MINIMAL | {"patient": {"sex": "男"}}, "patient.sex", "'男' is unknown; known are female, male, other"),
        (MINIMAL | {"visit_date": "1.3.2024"}, "visit_date", "'1.3.2024' is not a date such as 2024-03-01"),
        (MINIMAL | {"visit_date": 20240301}, "visit_date", "is a number; text is wanted"),
        (MINIMAL | {"diagnoses": {"text": "x"}}, "diagnoses", "is an object; a list is wanted"),
        (MINIMAL | {"diagnoses": ["肺炎"]}, "diagnoses", "is text; an object is wanted"),
        (MINIMAL | {"treatment_path": [{"kind": "test"}]}, "treatment_path.name", None),
        (
            MINIMAL | {"treatment_path": [{"kind": "test", "name": "x", "day": 1.5}]},
            "treatment_path.day",
            "1.5 is not a whole number of days",
        ),
        (
            MINIMAL | {"outcome": {"readmitted_30d": "yes"}},
            "outcome.readmitted_30d",
            "'yes' is neither true nor false",
        ),
        (MINIMAL | {"attributes": {"year": 2024}}, "attributes.year", "is a number; text is wanted"),
        (MINIMAL | {"attributes": []}, "attributes", "is a list; an object is wanted"),
    ],
)
def test_a_document_that_breaks_the_schema_is_refused_by_field(
    document: object, field: str, reason: str | None
) -> None:
    with pytest.raises(InvalidCaseError) as caught:
        case_from_dict(document)
    assert caught.value.field == field
    if reason is not None:
        assert caught.value.reason == reason


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[" * 100_000, '{"id": ' + "9" * 5000 + "}"])
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidCaseError, match="case: is not valid JSON"):
        case_from_json(text)


def test_a_field_given_twice_is_refused_because_one_of_them_would_be_lost() -> None:
    text = json.dumps(MINIMAL)[:-1] + ', "id": "A2"}'
    with pytest.raises(InvalidCaseError, match="case: field 'id' is given twice"):
        case_from_json(text)
