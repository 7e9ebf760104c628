from __future__ import annotations

import pytest

from casefinder.cases import Age, AgeUnit
from casefinder.cases.readers.ages import parse_age, parse_age_unit
from casefinder.cases.readers.numerals import with_digits
from casefinder.errors import InvalidCaseError

YEARS, MONTHS, DAYS = AgeUnit.YEARS, AgeUnit.MONTHS, AgeUnit.DAYS


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("63岁", 63, YEARS), (" 63 岁 ", 63, YEARS), ("６３岁", 63, YEARS), ("63周岁", 63, YEARS), ("63歲", 63, YEARS),
        ("63Y", 63, YEARS), ("63 years", 63, YEARS), ("63-year-old", 63, YEARS), ("63 years old", 63, YEARS),
        ("63 yo", 63, YEARS), ("63y/o", 63, YEARS), ("1 year", 1, YEARS), ("0岁", 0, YEARS), ("128岁", 128, YEARS),
        ("八十岁", 80, YEARS), ("八十五岁", 85, YEARS), ("十岁", 10, YEARS), ("一百零二岁", 102, YEARS),
        ("63岁2个月", 63, YEARS), ("63岁0月5天", 63, YEARS), ("2岁3个月", 27, MONTHS), ("2岁3月", 27, MONTHS),
        ("2 years 3 months", 27, MONTHS), ("2y3m", 27, MONTHS), ("1岁2月3天", 14, MONTHS), ("8个月", 8, MONTHS),
        ("8 months", 8, MONTHS), ("8-month-old", 8, MONTHS), ("8M", 8, MONTHS), ("0个月", 0, MONTHS),
        ("1.5岁", 18, MONTHS), ("1岁半", 18, MONTHS), ("半岁", 6, MONTHS), ("0.5岁", 6, MONTHS), ("63.5岁", 63, YEARS),
        ("5天", 5, DAYS), ("5 days", 5, DAYS), ("5日", 5, DAYS), ("3周", 21, DAYS), ("3 weeks", 21, DAYS),
        ("2周3天", 17, DAYS), ("6小时", 0, DAYS), ("30小时", 1, DAYS), ("20分钟", 0, DAYS), ("0岁0月5天", 5, DAYS),
    ],
)  # fmt: skip
def test_ages_with_their_unit(text: str, value: int, unit: AgeUnit) -> None:
    assert parse_age(text, None) == Age(value, unit)


@pytest.mark.parametrize(
    ("text", "unit", "age"),
    [
        ("63", YEARS, Age(63, YEARS)),
        ("063", YEARS, Age(63, YEARS)),
        ("63.0", YEARS, Age(63, YEARS)),
        ("8", MONTHS, Age(8, MONTHS)),
        ("1.5", YEARS, Age(18, MONTHS)),
        ("8个月", YEARS, Age(8, MONTHS)),
    ],
)
def test_a_bare_number_takes_the_unit_that_is_known(text: str, unit: AgeUnit, age: Age) -> None:
    assert parse_age(text, unit) == age


@pytest.mark.parametrize("text", ["63", "8", "0", "63.0"])
def test_a_bare_number_is_never_guessed(text: str) -> None:
    with pytest.raises(InvalidCaseError) as caught:
        parse_age(text, None)
    assert (caught.value.field, caught.value.reason) == (
        "patient.age",
        f"{text!r} has no unit; write 63岁 or 63 years, name the column 年龄(岁), or use --age-unit years",
    )


@pytest.mark.parametrize("text", ["", " ", "不详", "N/A", "nan", "-", "未知"])
def test_an_unknown_age_is_none(text: str) -> None:
    assert parse_age(text, None) is None


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "-1岁",
        "1.3岁",
        "1.5个月",
        ">80岁",
        "80+",
        "成人",
        "新生儿",
        "约60岁",
        "六十多岁",
        "63岁男",
        "岁",
        "9" * 5000 + "岁",
    ],
)
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(InvalidCaseError) as caught:
        parse_age(text, None)
    assert caught.value.field == "patient.age"
    assert caught.value.reason == f"{text[:24]!r} is no age; write 63岁, 2岁3个月, 8 months or 5 days"


@pytest.mark.parametrize(
    ("text", "written"), [("200岁", "200 years"), ("1600个月", "1600 months"), ("99999天", "99999 days")]
)
def test_an_impossible_age_is_refused(text: str, written: str) -> None:
    with pytest.raises(InvalidCaseError) as caught:
        parse_age(text, None)
    assert caught.value.reason == f"{written} is not between 0 and 130 years"


@pytest.mark.parametrize(
    ("text", "unit"),
    [("岁", YEARS), ("年", YEARS), ("Years", YEARS), ("月", MONTHS), ("个月", MONTHS), ("D", DAYS), ("", None)],
)
def test_units_of_age(text: str, unit: AgeUnit | None) -> None:
    assert parse_age_unit(text) == unit


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(InvalidCaseError, match=r"patient.age.unit: '世纪' is no unit of age"):
        parse_age_unit("世纪")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("八十", "80"),
        ("十八", "18"),
        ("二十一", "21"),
        ("一百一十岁", "110岁"),
        ("两岁三个月", "2岁3个月"),
        ("一百二", "一百二"),
        ("二二", "二二"),
    ],
)
def test_chinese_numerals(text: str, digits: str) -> None:
    assert with_digits(text) == digits
