from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date, datetime
from typing import Any

import pytest

from casefinder.cases import (
    Age,
    AgeUnit,
    Case,
    Diagnosis,
    Outcome,
    OutcomeStatus,
    Patient,
    Sections,
    Sex,
    StepKind,
    TreatmentStep,
)
from casefinder.cases.model import MAX_ID_CHARACTERS, MAX_TEXT_CHARACTERS
from casefinder.errors import InvalidCaseError

COMPLAINT = Sections(chief_complaint="胸痛")


def any_kind(value: object) -> Any:  # noqa: ANN401 - what a caller without types might give
    return value


@pytest.mark.parametrize(
    ("make", "field", "reason"),
    [
        (lambda: Case("", COMPLAINT), "id", "is empty; every case needs an id of its own"),
        (lambda: Case("   ", COMPLAINT), "id", "is empty; every case needs an id of its own"),
        (lambda: Case(any_kind(7), COMPLAINT), "id", "is a int; text is wanted"),
        (lambda: Case(" A1", COMPLAINT), "id", "' A1' has spaces at its ends or unprintable characters"),
        (lambda: Case("A\n1", COMPLAINT), "id", "'A\\n1' has spaces at its ends or unprintable characters"),
        (lambda: Case("A\ud800", COMPLAINT), "id", "'A\\ud800' has spaces at its ends or unprintable characters"),
        (lambda: Case("x" * 201, COMPLAINT), "id", "has 201 characters; at most 200 are allowed"),
        (
            lambda: Case("A1", Sections(notes="只有备注", chief_complaint=" \n")),
            "sections",
            "no presentation; give a chief complaint, present illness, past history or exam",
        ),
        (lambda: Case("A1", any_kind("胸痛")), "sections", "is a str; Sections is wanted"),
        (lambda: Case("A1", COMPLAINT, department=" "), "department", "is empty; name it or leave it out"),
        (lambda: Case("A1", COMPLAINT, language=any_kind("fr")), "language", "is a str; Language is wanted"),
        (
            lambda: Case("A1", COMPLAINT, visit_date=datetime(2024, 1, 1, 8)),
            "visit_date",
            "has a time of day; give a date",
        ),
        (lambda: Case("A1", COMPLAINT, visit_date=any_kind("2024-01-01")), "visit_date", "is a str; date is wanted"),
        (lambda: Case("A1", COMPLAINT, diagnoses=any_kind(["肺炎"])), "diagnoses", "is a str; Diagnosis is wanted"),
        (
            lambda: Case("A1", COMPLAINT, attributes={"doi": any_kind(3)}),
            "attributes.'doi'",
            "is a int; text is wanted",
        ),
        (lambda: Patient(sex=any_kind("male ")), "patient.sex", "is a str; Sex is wanted"),
        (lambda: Patient(id=""), "patient.id", "is empty"),
        (lambda: Age(-1, AgeUnit.DAYS), "patient.age", "-1 days is not between 0 and 130 years"),
        (lambda: Age(131, AgeUnit.YEARS), "patient.age", "131 years is not between 0 and 130 years"),
        (lambda: Age(1561, AgeUnit.MONTHS), "patient.age", "1561 months is not between 0 and 130 years"),
        (
            lambda: Age(10**400, AgeUnit.DAYS),
            "patient.age",
            "a number of more than 20 digits days is not between 0 and 130 years",
        ),
        (lambda: Age(any_kind(1.5), AgeUnit.YEARS), "patient.age", "1.5 is not a whole number"),
        (lambda: Age(any_kind(True), AgeUnit.YEARS), "patient.age", "True is not a whole number"),
        (lambda: Age(3, any_kind("weeks")), "patient.age.unit", "is a str; AgeUnit is wanted"),
        (lambda: Diagnosis(" "), "diagnoses.text", "is empty; give the diagnosis or leave the entry out"),
        (lambda: Diagnosis("肺炎", "J18,9"), "diagnoses.icd10", "'J18,9' is not an ICD-10 code such as I21.3"),
        (lambda: Diagnosis("肺炎", "410.9"), "diagnoses.icd10", "'410.9' is not an ICD-10 code such as I21.3"),
        (
            lambda: TreatmentStep(StepKind.TEST, ""),
            "treatment_path.name",
            "is empty; name the step or leave it out",
        ),
        (lambda: TreatmentStep(any_kind("magic"), "x"), "treatment_path.kind", "is a str; StepKind is wanted"),
        (
            lambda: TreatmentStep(StepKind.TEST, "x", day=36_526),
            "treatment_path.day",
            "36526 is not between -36525 and 36525 days",
        ),
        (lambda: Outcome(stay_days=-1), "outcome.stay_days", "-1 is not between 0 and 36525 days"),
        (lambda: Outcome(stay_days=any_kind("3")), "outcome.stay_days", "'3' is not a whole number of days"),
        (lambda: Outcome(status=any_kind("dead")), "outcome.status", "is a str; OutcomeStatus is wanted"),
        (lambda: Outcome(readmitted_30d=any_kind(1)), "outcome.readmitted_30d", "is a int; bool is wanted"),
        (
            lambda: Sections(exam="a\x00b"),
            "sections.exam",
            "holds a NUL or a lone surrogate; the file was written in a broken encoding",
        ),
        (
            lambda: Sections(notes="\udcff"),
            "sections.notes",
            "holds a NUL or a lone surrogate; the file was written in a broken encoding",
        ),
        (
            lambda: Sections(notes="长" * (MAX_TEXT_CHARACTERS + 1)),
            "sections.notes",
            "has 200001 characters; at most 200000 are allowed",
        ),
    ],
)
def test_a_value_that_breaks_the_model_is_refused_by_field_and_value(
    make: Callable[[], object], field: str, reason: str
) -> None:
    with pytest.raises(InvalidCaseError) as caught:
        make()
    assert caught.value.field == field
    assert caught.value.reason == reason
    assert str(caught.value) == f"{field}: {reason}"


def test_a_message_quotes_no_long_text() -> None:
    with pytest.raises(InvalidCaseError) as caught:
        Diagnosis("肺炎", "病人张某某于昨日下午因胸痛来院就诊并诉症状加重")
    assert (
        caught.value.reason
        == "'病人张某某于昨日下午因胸痛来院就诊并诉…(25 characters) is not an ICD-10 code such as I21.3"
    )


@pytest.mark.parametrize(
    "code", ["A00", "I21.3", "I21.900x002", "T40.1X1A", "U07.1", "C4A.9", "G01*", "A17.0+", "E11.9"]
)
def test_icd10_codes_of_the_editions_in_use_are_accepted(code: str) -> None:
    assert Diagnosis("x", code).icd10 == code


def test_the_largest_allowed_values_are_accepted() -> None:
    case = Case(
        "i" * MAX_ID_CHARACTERS,
        Sections(chief_complaint="长" * MAX_TEXT_CHARACTERS),
        patient=Patient(Age(130, AgeUnit.YEARS)),
        outcome=Outcome(stay_days=36_525),
    )
    assert (len(case.id), case.patient.age, case.outcome.stay_days) == (200, Age(130, AgeUnit.YEARS), 36_525)


def test_ages_compare_in_years_whatever_their_unit() -> None:
    assert Age(18, AgeUnit.MONTHS).in_years == 1.5
    assert Age(18, AgeUnit.MONTHS).end_in_years == 19 / 12
    assert Age(70, AgeUnit.YEARS).end_in_years == 71
    assert Age(0, AgeUnit.DAYS).in_years == 0
    assert str(Age(8, AgeUnit.MONTHS)) == "8 months"


@pytest.mark.parametrize("section", ["chief_complaint", "present_illness", "past_history", "exam"])
def test_any_one_presentation_section_makes_a_case(section: str) -> None:
    assert Case("A1", Sections(**{section: "胸痛"})).sections.has_presentation


def test_a_case_cannot_be_changed_not_even_through_what_it_was_made_of() -> None:
    attributes, diagnoses = {"doi": "1"}, [Diagnosis("肺炎")]
    case = Case("A1", COMPLAINT, attributes=attributes, diagnoses=any_kind(diagnoses))
    attributes["doi"] = "2"
    diagnoses.clear()
    assert (case.attributes, case.diagnoses) == ({"doi": "1"}, (Diagnosis("肺炎"),))
    with pytest.raises(FrozenInstanceError):
        case.id = "A2"  # type: ignore[misc]


def test_equal_cases_are_equal_and_any_field_tells_them_apart() -> None:
    case = Case("A1", COMPLAINT, patient=Patient(sex=Sex.MALE), visit_date=date(2024, 1, 1))
    assert case == Case("A1", COMPLAINT, patient=Patient(sex=Sex.MALE), visit_date=date(2024, 1, 1))
    assert case != Case("A1", COMPLAINT, patient=Patient(sex=Sex.FEMALE), visit_date=date(2024, 1, 1))
    assert case != Case("A1", COMPLAINT, outcome=Outcome(OutcomeStatus.DIED))
