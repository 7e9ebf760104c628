"""Age, sex and date that running text tells."""

from __future__ import annotations

from datetime import date

import pytest

from casefinder.cases import Age, AgeUnit, Case, Patient, Sections, Sex
from casefinder.cases.readers.told import fill_from_text, told_age, told_date, told_sex

_YEARS, _MONTHS, _DAYS = AgeUnit.YEARS, AgeUnit.MONTHS, AgeUnit.DAYS
_MALE, _FEMALE = Sex.MALE, Sex.FEMALE


@pytest.mark.parametrize(
    ("text", "age", "sex"),
    [
        ("王某，男，38岁。初诊：鼻出血15天。", Age(38, _YEARS), _MALE),
        ("患儿，女，3个月，因咳嗽2天入院。", Age(3, _MONTHS), _FEMALE),
        ("患者张小明，男，67岁，因胸痛3小时入院。", Age(67, _YEARS), _MALE),
        ("咳嗽3天。\n女性，52岁。咳黄痰。", Age(52, _YEARS), _FEMALE),
        ("患者为老年男性，81岁，反复气促5年。", Age(81, _YEARS), _MALE),
        ("患儿，男，2岁3个月，发热1天。", Age(27, _MONTHS), _MALE),
        ("病人男性，45岁，建筑工人。", Age(45, _YEARS), _MALE),
        ("患儿，男，5天，因皮肤黄染入院。", Age(5, _DAYS), _MALE),
        ("8个月男婴，发热伴皮疹。", Age(8, _MONTHS), _MALE),
        ("李某，56岁。左手刺伤3天。", Age(56, _YEARS), None),
        ("性别：女 年龄：40岁 主诉：头痛", Age(40, _YEARS), _FEMALE),
        ("患者女性，因腹痛2小时就诊。", None, _FEMALE),
        ("A 56-year-old man presented with chest pain.", Age(56, _YEARS), _MALE),
        ("We report the case of a 43-year-old Moroccan woman with fever.", Age(43, _YEARS), _FEMALE),
        ("A previously healthy 14-year old boy was admitted.", Age(14, _YEARS), _MALE),
        ("An 8-month-old female infant with cough.", Age(8, _MONTHS), _FEMALE),
        ("A two year old boy had a neck mass.", Age(2, _YEARS), _MALE),
        ("68 y/o F with dyspnea.", Age(68, _YEARS), _FEMALE),
        ("A 49-year-old patient had a fall.", Age(49, _YEARS), None),
        ("The patient was a man aged 71 years.", Age(71, _YEARS), _MALE),
    ],
)
def test_what_is_plainly_said_of_the_patient_is_read(text: str, age: Age | None, sex: Sex | None) -> None:
    assert (told_age(text), told_sex(text)) == (age, sex)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "父亲，男，65岁，有高血压。",
        "其母45岁时患乳腺癌。",
        "育有一女，5岁，体健。",
        "3岁时患麻疹，咳嗽3年。",
        "患者20岁时发现心脏杂音。",
        "患者30岁结婚，月经规律。",
        "反复腹痛3个月，加重3天。",
        "女儿12岁，体健。",
        "18岁月经初潮，每次腹痛。",
        "Cough for 3 years, worse for 2 months.",
        "Her father, a 60-year-old man, had gout.",
        "His 40-year-old brother has asthma.",
        "Baby born to a 30-year-old woman.",
        "A full-term infant was born by vaginal delivery to an 18-year-old primigravida.",
        "He received a kidney from a 45-year-old woman.",
        "A 7-year history of cough.",
        "At the age of 12 years he had measles.",
        "Case 1: a 30-year-old man had fever. Case 2: a 45-year-old woman had cough.",
        "A 10-year-old implant was removed.",
    ],
)
def test_what_others_are_or_when_something_was_is_not_read(text: str) -> None:
    assert (told_age(text), told_sex(text)) == (None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("初诊：1979年9月12日。鼻出血", date(1979, 9, 12)),
        ("入院日期:2016-07-28", date(2016, 7, 28)),
        ("于2021年3月5日入院", date(2021, 3, 5)),
        ("初诊：1978年11月。", None),
        ("2019年5月6日行阑尾切除术", None),
        ("入院日期：2021年2月30日", None),
    ],
)
def test_date_counts_only_where_it_is_called_that_of_the_visit(text: str, expected: date | None) -> None:
    assert told_date(text) == expected


def test_only_what_is_empty_is_filled_and_what_was_is_named() -> None:
    case = Case("1", Sections(present_illness="患者，男，38岁，头痛。"), Patient(sex=Sex.FEMALE))
    filled = fill_from_text(case)
    assert filled.patient == Patient(Age(38, AgeUnit.YEARS), Sex.FEMALE)
    assert filled.from_text == ("patient.age",)


def test_text_that_tells_nothing_leaves_the_case_as_it_is() -> None:
    case = Case("1", Sections(chief_complaint="头痛3天"))
    assert fill_from_text(case) is case
