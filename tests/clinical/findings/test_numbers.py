"""Measurements, durations, ages and sexes."""

from __future__ import annotations

import pytest

from casefinder.cases import Age, AgeUnit, Sex
from casefinder.clinical.findings import Flag, extract
from casefinder.clinical.findings.extractor import default_extractor
from casefinder.clinical.findings.quantities import MEASURED_SIGNS, QUANTITIES
from casefinder.clinical.findings.ranges import Ranges


@pytest.mark.parametrize(
    ("text", "concept_id", "value", "unit", "flag", "implies"),
    [
        ("T 39.2℃", "body-temperature", 39.2, "°C", Flag.HIGH, "high-fever"),
        ("体温37.8℃", "body-temperature", 37.8, "°C", Flag.HIGH, "low-grade-fever"),
        ("体温最高39.5度", "body-temperature", 39.5, "°C", Flag.HIGH, "high-fever"),
        ("temp 101.3 F", "body-temperature", 38.5, "°C", Flag.HIGH, "fever"),
        ("血糖 18 mmol/L", "blood-glucose", 18.0, "mmol/L", Flag.HIGH, "high-blood-sugar"),
        ("glucose 320 mg/dL", "blood-glucose", 17.762, "mmol/L", Flag.HIGH, "high-blood-sugar"),
        ("血钾2.3mmol/L", "serum-potassium", 2.3, "mmol/L", Flag.CRITICAL, "hypokalemia"),
        ("K+：3.4mmol/L", "serum-potassium", 3.4, "mmol/L", Flag.LOW, "hypokalemia"),
        ("troponin 2.3 ng/mL", "troponin", 2.3, "ng/mL", Flag.CRITICAL, "elevated-troponin"),
        ("creatinine 3.2 mg/dl", "creatinine", 282.88, "umol/L", Flag.HIGH, "elevated-creatinine"),
        ("WBC 15.2×10^9/L", "white-blood-cell-count", 15.2, "10^9/L", Flag.HIGH, "leukocytosis"),
        ("WBC 5.0×109／L", "white-blood-cell-count", 5.0, "10^9/L", Flag.NORMAL, None),
        ("platelets 15,000/mm3", "platelet-count", 15.0, "10^9/L", Flag.CRITICAL, "thrombocytopenia"),
        ("Hb 6.2 g/dl", "hemoglobin", 62.0, "g/L", Flag.LOW, "anemia"),
        ("SpO2 88%", "oxygen-saturation", 88.0, "%", Flag.LOW, "hypoxemia"),
        ("P 101次/分", "pulse", 101.0, "/min", Flag.HIGH, "tachycardia"),
        ("呼吸22次/分", "respiratory-rate", 22.0, "/min", Flag.HIGH, "tachypnea"),
        ("体温38度7", "body-temperature", 38.7, "°C", Flag.HIGH, "fever"),
        ("39，5度", "body-temperature", 39.5, "°C", Flag.HIGH, "high-fever"),
        ("体温39,5℃", "body-temperature", 39.5, "°C", Flag.HIGH, "high-fever"),
        ("三十八度五", "body-temperature", 38.5, "°C", Flag.HIGH, "fever"),
        ("体温波动在38.0-39.5℃", "body-temperature", 39.5, "°C", Flag.HIGH, "high-fever"),
        ("Hgb 9.2", "hemoglobin", 92.0, "g/L", Flag.LOW, "anemia"),
        ("blood glucose 320", "blood-glucose", 17.762, "mmol/L", Flag.HIGH, "high-blood-sugar"),
        ("WBC 18,500", "white-blood-cell-count", 18.5, "10^9/L", Flag.HIGH, "leukocytosis"),
        ("Cr 356umol/L", "creatinine", 356.0, "umol/L", Flag.HIGH, "elevated-creatinine"),
        ("pH 7.21", "blood-ph", 7.21, "", Flag.LOW, None),
        ("R:18bpm", "respiratory-rate", 18.0, "/min", Flag.NORMAL, None),
        ("PaCO2 6.7kPa", "partial-pressure-of-carbon-dioxide", 50.2542, "mmHg", Flag.HIGH, None),
    ],
)
def test_value_is_converted_and_flagged(
    text: str, concept_id: str, value: float, unit: str, flag: Flag, implies: str | None
) -> None:
    (found,) = extract(text).measurements
    assert (found.concept_id, found.value, found.unit, found.flag, found.implies, found.surface) == (
        concept_id,
        value,
        unit,
        flag,
        implies,
        text,
    )


def test_blood_pressure_is_two_values() -> None:
    systolic, diastolic = extract("血压：24/14.6kPa").measurements
    assert (systolic.concept_id, round(systolic.value or 0), systolic.flag) == (
        "systolic-blood-pressure",
        180,
        Flag.CRITICAL,
    )
    assert (diastolic.concept_id, round(diastolic.value or 0)) == ("diastolic-blood-pressure", 110)


@pytest.mark.parametrize(
    ("text", "value", "surface"),
    [
        ("fever to 103 at home", 39.4444, "103"),
        ("孩子烧到39.5，没吃药", 39.5, "39.5"),
        ("发烧38.5，咳嗽两天", 38.5, "38.5"),
        ("发热最高达39.2", 39.2, "39.2"),
        ("高热 40 不退", 40.0, "40"),
        ("发热38.6℃", 38.6, "38.6℃"),
        ("temp of 102F", 38.8889, "temp of 102F"),
    ],
)
def test_fever_is_read_by_its_height(text: str, value: float, surface: str) -> None:
    (found,) = extract(text).measurements
    assert (found.concept_id, found.value, found.surface) == ("body-temperature", value, surface)
    assert extract(text).ages == ()


@pytest.mark.parametrize(
    ("text", "value", "implies", "surface"),
    [
        ("昨晚烧到38度五，", 38.5, "fever", "38度五"),
        ("39度一直不退", 39.0, "fever", "39度"),
        ("烧到三十九度半左右", 39.5, "high-fever", "三十九度半"),
        ("39度以上", 39.0, "high-fever", "39度"),
        ("39度", 39.0, "fever", "39度"),
        ("体温超过38.0℃", 38.0, "fever", "38.0℃"),
        ("体温38.0℃", 38.0, "low-grade-fever", "体温38.0℃"),
        ("fever over 39°C", 39.0, "high-fever", "39°C"),
    ],
)
def test_temperature_is_read_as_it_is_spoken(text: str, value: float, implies: str, surface: str) -> None:
    (found,) = extract(text).measurements
    assert (found.value, found.implies, found.surface) == (value, implies, surface)


def test_temperature_in_a_second_unit_is_not_counted_twice() -> None:
    (found,) = extract("Temperature 101.5°F (38.6°C)").measurements
    assert found.surface == "Temperature 101.5°F"


def test_value_told_in_words_is_a_measurement_where_the_finding_is_present() -> None:
    (found,) = extract("肌钙蛋白阳性").measurements
    assert (found.concept_id, found.value, found.flag, found.surface) == ("troponin", None, Flag.HIGH, "肌钙蛋白阳性")
    assert extract("无肌钙蛋白升高").measurements == ()


@pytest.mark.parametrize(
    "text",
    [
        "fever for 100 days",
        "烧到39天",
        "发热38天",
        "发热38 例",
        "发热37岁女",
        "尿pH 7.2",
        "P281L",
        "屈曲90度",
        "屈曲三十五度角",
        "体温",
        "BP",
        "R0切除",
        "p < 0.05",
        "T4期",
        "血糖 9000",
    ],
)
def test_what_is_no_measurement_is_none(text: str) -> None:
    assert extract(text).measurements == ()


@pytest.mark.parametrize(
    ("text", "flag"), [("降钙素原: 阳性", Flag.HIGH), ("肌酐正常", Flag.NORMAL), ("血小板明显下降", Flag.LOW)]
)
def test_word_instead_of_a_number_sets_the_flag(text: str, flag: Flag) -> None:
    (found,) = extract(text).measurements
    assert (found.value, found.flag) == (None, flag)


@pytest.mark.parametrize(
    ("concept_id", "value", "deviation"),
    [
        ("body-temperature", 36.8, 0.0),
        ("body-temperature", 37.3, 0.0),  # the end of the range belongs to it
        ("body-temperature", 41.0, 1.0),  # the critical limit
        ("body-temperature", 35.0, -1.0),
        ("body-temperature", 37.3 + 3.7 * 0.5, 0.58496),  # half of the way: log2(1.5)
        ("systolic-blood-pressure", 220.0, 1.58496),
        ("systolic-blood-pressure", 300.0, 2.0),  # no further than that
        ("troponin", 40.0, 2.0),
        ("bilirubin", 10.0, 0.0),  # no lower end
        ("uric-acid", 840.0, 1.0),  # no critical limit: twice the upper end
        ("ferritin", 0.0, -1.0),  # or nothing of the lower one
    ],
)
def test_deviation_is_counted_from_the_range_to_the_critical_limit(
    concept_id: str, value: float, deviation: float
) -> None:
    assert QUANTITIES[concept_id].deviation(value) == pytest.approx(deviation, abs=1e-5)


def test_every_quantity_and_what_it_implies_is_in_the_lexicon() -> None:
    named = {quantity.implies_low for quantity in QUANTITIES.values()}
    named |= {quantity.implies_high for quantity in QUANTITIES.values()}
    named |= {finding for quantity in QUANTITIES.values() for _, finding in quantity.grades}
    lexicon = default_extractor().lexicon
    assert [name for name in (*MEASURED_SIGNS, *named) if name and name not in lexicon] == []


@pytest.mark.parametrize(
    ("text", "days", "is_ago"),
    [
        ("3小时", 0.125, False),
        ("半月余", 15.2, False),
        ("2年半", 913.125, False),
        ("两天前", 2.0, True),
        ("十余天", 10.0, False),
        ("5～7天", 7.0, False),
        ("2 days", 2.0, False),
        ("three weeks ago", 21.0, True),
        ("a 3-day history", 3.0, False),
        ("half an hour", 0.0208, False),
        ("30 minutes ago", 0.0208, True),
        ("2+ years", 730.5, False),
        ("since yesterday", 1.0, True),
        ("昨日起", 1.0, True),
        ("前天", 2.0, True),
        ("上个月", 30.4, True),
    ],
)
def test_duration_is_read_in_days(text: str, days: float, is_ago: bool) -> None:
    (found,) = extract(text).durations
    assert (found.days, found.is_ago) == (days, is_ago)


@pytest.mark.parametrize(
    "text",
    ["2015年3月1日", "每日3次", "术后第3天", "63岁", "45-year-old", "8个月大", "目前天气", "餐后2小时", "2岁3个月"],
)
def test_dates_frequencies_and_ages_are_no_durations(text: str) -> None:
    assert extract(text).durations == ()


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("男，63岁", Age(63, AgeUnit.YEARS)),
        ("患儿8个月大", Age(8, AgeUnit.MONTHS)),
        ("生后5天龄", Age(5, AgeUnit.DAYS)),
        ("a 45-year-old woman", Age(45, AgeUnit.YEARS)),
        ("32F with pain", Age(32, AgeUnit.YEARS)),
        ("70 y/o male", Age(70, AgeUnit.YEARS)),
        ("1岁6月", Age(18, AgeUnit.MONTHS)),
        ("2岁3个月男孩", Age(27, AgeUnit.MONTHS)),
        ("5岁半", Age(5, AgeUnit.YEARS)),
        ("宝宝8个月，发烧", Age(8, AgeUnit.MONTHS)),
        ("six-year-old girl", Age(6, AgeUnit.YEARS)),
        ("a 19 y.o. male", Age(19, AgeUnit.YEARS)),
        ("a man aged 70", Age(70, AgeUnit.YEARS)),
    ],
)
def test_age_is_read_with_its_unit(text: str, age: Age) -> None:
    assert [mention.age for mention in extract(text).ages] == [age]


@pytest.mark.parametrize(
    "text", ["13岁初潮", "父亲 50岁", "diagnosed at the age of 12 years old", "999岁", "102F", "孩子3个月没长个"]
)
def test_age_of_something_else_is_left_out(text: str) -> None:
    assert extract(text).ages == ()


@pytest.mark.parametrize(
    ("text", "sexes"),
    [
        ("患者，男，63岁", [Sex.MALE]),
        ("女性患者", [Sex.FEMALE]),
        ("45M with cough", [Sex.MALE]),
        ("an elderly woman", [Sex.FEMALE]),
        ("其女儿、男友、子女", []),
        ("temp 101.3 F", []),
        ("患儿男，1岁", [Sex.MALE]),
        ("我女儿咳嗽", [Sex.FEMALE]),
        ("72 yo F", [Sex.FEMALE]),
    ],
)
def test_sex_is_read(text: str, sexes: list[Sex]) -> None:
    assert [mention.sex for mention in extract(text).sexes] == sexes


@pytest.mark.parametrize(
    ("text", "age", "sex", "flag"),
    [
        ("HR 130次/分", Age(8, AgeUnit.MONTHS), None, Flag.NORMAL),
        ("HR 130次/分", Age(30, AgeUnit.YEARS), None, Flag.HIGH),
        ("HR 130次/分", None, None, Flag.HIGH),
        ("HR 55 bpm", Age(2, AgeUnit.YEARS), None, Flag.CRITICAL),
        ("呼吸 40次/分", Age(3, AgeUnit.MONTHS), None, Flag.NORMAL),
        ("呼吸 40次/分", Age(5, AgeUnit.YEARS), None, Flag.HIGH),
        ("呼吸 16次/分", Age(17, AgeUnit.YEARS), None, Flag.NORMAL),
        ("Hb 125 g/L", None, Sex.MALE, Flag.LOW),
        ("Hb 125 g/L", None, Sex.FEMALE, Flag.NORMAL),
        ("Hb 109 g/L", Age(18, AgeUnit.MONTHS), Sex.MALE, Flag.NORMAL),
        ("肌酐 90 μmol/L", None, Sex.MALE, Flag.NORMAL),
        ("肌酐 90 μmol/L", None, Sex.FEMALE, Flag.HIGH),
        ("肌酐 60 μmol/L", Age(3, AgeUnit.YEARS), None, Flag.HIGH),
        ("WBC 13.5×10^9/L", Age(5, AgeUnit.MONTHS), None, Flag.NORMAL),
        ("8个月男婴，心率130次/分", None, None, Flag.NORMAL),
    ],
)
def test_value_is_flagged_by_the_range_of_age_and_sex(text: str, age: Age | None, sex: Sex | None, flag: Flag) -> None:
    (found,) = extract(text, age=age, sex=sex).measurements
    assert found.flag is flag


@pytest.mark.parametrize(
    ("age", "flags"),
    [
        (Age(6, AgeUnit.MONTHS), [Flag.NORMAL, Flag.NORMAL]),
        (Age(40, AgeUnit.YEARS), [Flag.LOW, Flag.LOW]),
    ],
)
def test_blood_pressure_of_an_infant_is_no_hypotension(age: Age, flags: list[Flag]) -> None:
    assert [found.flag for found in extract("BP 85/50mmHg", age=age).measurements] == flags


@pytest.mark.parametrize("sex", [Sex.MALE, Sex.FEMALE, None])
@pytest.mark.parametrize("months", [0, 1, 5, 6, 11, 12, 24, 47, 72, 119, 120, 156, 192, 216, 480, 720, 1200])
def test_every_range_by_age_is_in_order(months: int, sex: Sex | None) -> None:
    ranges = Ranges(age=Age(months, AgeUnit.MONTHS), sex=sex)
    for concept_id in QUANTITIES:
        quantity = ranges.quantity(concept_id)
        limits = [quantity.critical_low, quantity.low, quantity.high, quantity.critical_high]
        known = [limit for limit in limits if limit is not None]
        assert known == sorted(set(known)), concept_id  # two alike would leave no way from usual to critical
