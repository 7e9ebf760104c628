import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from generate import Generator, write_cases, write_gzip
from knowledge import Condition, load_knowledge

from casefinder.cases import AgeUnit, Case, Language, OutcomeStatus, Sex, StepKind, case_from_json, case_to_json

N_CASES = 3000
SHIPPED = Path(__file__).resolve().parents[2] / "index_data" / "sample_cases.jsonl.gz"
AFTER_DISCHARGE = (StepKind.FOLLOW_UP, StepKind.REFERRAL, StepKind.ADVICE)


@pytest.fixture(scope="module")
def conditions() -> tuple[Condition, ...]:
    return load_knowledge()


@pytest.fixture(scope="module")
def cases(conditions: tuple[Condition, ...]) -> list[Case]:
    return list(Generator(conditions).cases(0, N_CASES))


def test_same_seed_gives_the_same_cases(conditions: tuple[Condition, ...], cases: list[Case]) -> None:
    assert list(Generator(conditions).cases(0, 200)) == cases[:200]


def test_another_seed_gives_other_cases(conditions: tuple[Condition, ...], cases: list[Case]) -> None:
    others = list(Generator(conditions, seed=7).cases(0, 50))
    assert not {case.sections.present_illness for case in others} & {case.sections.present_illness for case in cases}


def test_a_slice_made_on_its_own_equals_that_part_of_the_stream(
    conditions: tuple[Condition, ...], cases: list[Case]
) -> None:
    assert list(Generator(conditions).cases(1700, 1900)) == cases[1700:1900]


def test_every_case_survives_writing_and_reading(cases: list[Case]) -> None:
    assert [case_from_json(case_to_json(case)) for case in cases] == cases


def test_ids_are_unique_and_follow_the_number(cases: list[Case]) -> None:
    assert [case.id for case in cases] == [f"S{number:06d}" for number in range(1, N_CASES + 1)]


def test_languages_have_their_shares(cases: list[Case]) -> None:
    shares = {language: n / N_CASES for language, n in Counter(case.language for case in cases).items()}
    assert shares == {
        Language.ZH: pytest.approx(0.60, abs=0.03),
        Language.EN: pytest.approx(0.25, abs=0.03),
        Language.MIXED: pytest.approx(0.15, abs=0.03),
    }


def test_no_two_present_illnesses_are_alike(cases: list[Case]) -> None:
    counts = Counter(case.sections.present_illness for case in cases)
    assert [text for text, n in counts.items() if n > 1] == []


def test_many_conditions_of_many_departments_are_there(cases: list[Case]) -> None:
    assert len({case.attributes["condition"] for case in cases}) >= 150
    assert len({case.department for case in cases if case.language == Language.ZH}) >= 15


def test_the_truth_is_recorded(conditions: tuple[Condition, ...], cases: list[Case]) -> None:
    known = {condition.id: condition for condition in conditions}
    for case in cases:
        condition = known[case.attributes["condition"]]
        assert case.attributes["path"] in {*(path.name for path in condition.paths), "check-up"}
        assert case.diagnoses[0].icd10 == condition.icd10
        assert case.diagnoses[0].text in (*condition.diagnosis_zh, *condition.diagnosis_en)


def test_the_truth_is_not_searchable_text(cases: list[Case]) -> None:
    for case in cases:
        path = case.attributes["path"]
        assert path == "check-up" or "-" not in path or path not in repr(case.sections)


def test_complaints_name_neither_the_diagnosis_nor_what_was_done(cases: list[Case]) -> None:
    for case in cases:
        complaint = case.sections.chief_complaint.lower()
        done = [step.name for step in case.treatment_path if step.kind not in (StepKind.ADVICE, StepKind.TEST)]
        names = [diagnosis.text for diagnosis in case.diagnoses[:1]] + done
        assert [name for name in names if name.lower() in complaint] == []


def test_present_illness_does_not_repeat_the_complaint_word_for_word(cases: list[Case]) -> None:
    first_visits = [case for case in cases if case.attributes["path"] != "check-up"]
    assert [c.id for c in first_visits if c.sections.chief_complaint in c.sections.present_illness] == []


def test_the_dead_get_no_follow_up_and_nobody_is_treated_after_death(cases: list[Case]) -> None:
    dead = [case for case in cases if case.outcome.status == OutcomeStatus.DIED]
    assert dead
    for case in dead:
        assert case.outcome.readmitted_30d is None
        assert not any(step.kind in AFTER_DISCHARGE for step in case.treatment_path)
        assert all((step.day or 0) <= (case.outcome.stay_days or 0) for step in case.treatment_path)


def test_the_stay_covers_every_step_done_in_hospital(conditions: tuple[Condition, ...], cases: list[Case]) -> None:
    longest = {(c.id, p.name): p.stay_days.high for c in conditions for p in c.paths if p.stay_days}
    for case in cases:
        high = longest.get((case.attributes["condition"], case.attributes["path"]))
        assert (case.outcome.stay_days is None) == (high is None)
        for step in case.treatment_path:
            if high is not None and step.kind not in AFTER_DISCHARGE and (step.day or 0) <= high:
                assert (step.day or 0) <= (case.outcome.stay_days or 0)


def test_steps_are_in_the_order_of_their_days(cases: list[Case]) -> None:
    for case in cases:
        days = [step.day or 0 for step in case.treatment_path]
        assert days == sorted(days)


def test_patients_are_worded_as_what_they_are(cases: list[Case]) -> None:
    for case in cases:
        text, age = case.sections.present_illness, case.patient.age
        assert age is not None
        adult = age.unit == AgeUnit.YEARS and age.value >= 18
        assert ("患儿" in text and adult) is False
        wrong = "，女，" if case.patient.sex == Sex.MALE else "，男，"
        assert wrong not in text


def test_about_four_percent_are_second_visits_of_the_same_patient(cases: list[Case]) -> None:
    by_patient: dict[str, list[Case]] = {}
    for case in cases:
        by_patient.setdefault(case.patient.id or "", []).append(case)
    again = [visits for visits in by_patient.values() if len(visits) > 1]
    assert sum(len(visits) - 1 for visits in again) / N_CASES == pytest.approx(0.04, abs=0.015)
    for first, *later in again:
        for case in later:
            assert case.attributes["condition"] == first.attributes["condition"]
            assert case.patient.sex == first.patient.sex
            assert case.visit_date is not None and first.visit_date is not None
            assert (case.visit_date - first.visit_date).days > (first.outcome.stay_days or 0)


def test_visits_lie_within_five_years(cases: list[Case]) -> None:
    assert {case.visit_date.year for case in cases if case.visit_date} == {2021, 2022, 2023, 2024, 2025}


def test_no_placeholder_is_left(cases: list[Case]) -> None:
    assert [case.id for case in cases if "{" in case_to_json(case).replace('{"', "").replace('":{', "")] == []


def test_packed_bytes_do_not_depend_on_the_time(cases: list[Case]) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    write_gzip(iter(cases[:100]), first)
    write_gzip(iter(cases[:100]), second)
    assert first.getvalue() == second.getvalue()
    assert first.getvalue()[4:8] == bytes(4)


def test_shipped_sample_cases_are_what_the_generator_makes(cases: list[Case]) -> None:
    made = io.BytesIO()
    write_cases(iter(cases), made)
    assert gzip.decompress(SHIPPED.read_bytes()) == made.getvalue()
