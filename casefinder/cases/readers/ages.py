"""Ages as hospitals write them."""

from __future__ import annotations

import re
from typing import Final

from casefinder.cases.model import Age, AgeUnit
from casefinder.cases.readers.headings import age_unit_of
from casefinder.cases.readers.numerals import with_digits
from casefinder.cases.readers.unknown import fold, is_unknown
from casefinder.errors import InvalidCaseError

_DAYS_PER_WEEK: Final = 7
_HOURS_PER_DAY: Final = 24
_MONTHS_PER_YEAR: Final = 12
_MONTHS_UNTIL_YEARS: Final = 18  # paediatrics ends with 18: from there on nobody counts months
_OLD: Final = r"(?:[\s-]*old)?"
_AGE: Final = re.compile(
    rf"(?:(?P<years>\d{{1,5}})(?P<half>\.5)?\s*-?\s*(?:周?[岁歲](?P<and_half>半)?|years?|yrs?|y/?o?){_OLD})?\s*"
    rf"(?:(?P<months>\d{{1,5}})\s*-?\s*(?:[个個]?月|months?|mos?|m){_OLD})?\s*"
    rf"(?:(?P<weeks>\d{{1,5}})\s*-?\s*(?:周|weeks?|wks?|w){_OLD})?\s*"
    rf"(?:(?P<days>\d{{1,5}})\s*-?\s*(?:天|日|days?|d){_OLD})?\s*"
    rf"(?:(?P<hours>\d{{1,5}})\s*-?\s*(?:小时|时|hours?|hrs?|h){_OLD})?\s*"
    rf"(?:(?P<minutes>\d{{1,5}})\s*-?\s*(?:分钟|分|minutes?|mins?){_OLD})?"
)
_NUMBER: Final = re.compile(r"(\d{1,6})(?:\.0+)?")


def parse_age(text: str, unit: AgeUnit | None) -> Age | None:
    """Read an age such as ``63岁``, ``2岁3个月``, ``8 months``, ``63-year-old`` or, with a unit given, ``63``.

    A bare number without a unit is refused: 8 may be years in one table and months in the next. So is a
    decimal other than a half: 1.3 is one year and three months in one system and 1.3 years in another.

    Returns:
        Completed years, completed months below 18 years where they are told, or completed days.

    Raises:
        InvalidCaseError: No age, or no unit.
    """
    folded = with_digits(fold(text))
    if is_unknown(folded):
        return None
    if match := _NUMBER.fullmatch(folded):
        if unit is None:
            raise InvalidCaseError(
                "patient.age",
                f"{text[:24]!r} has no unit; write 63岁 or 63 years, name the column 年龄(岁), or use --age-unit years",
            )
        return Age(int(match[1]), unit)
    if folded == "半岁":
        return Age(_MONTHS_PER_YEAR // 2, AgeUnit.MONTHS)
    if unit is AgeUnit.YEARS and re.fullmatch(r"\d{1,3}\.5", folded):
        folded += "y"
    match = _AGE.fullmatch(folded)
    if not match or not any(match.groups()):
        raise InvalidCaseError("patient.age", f"{text[:24]!r} is no age; write 63岁, 2岁3个月, 8 months or 5 days")
    return _age_of_parts(match)


def parse_age_unit(text: str) -> AgeUnit | None:
    """Read the cell of an age-unit column.

    Raises:
        InvalidCaseError: It names no unit of age.
    """
    if is_unknown(text):
        return None
    unit = age_unit_of(text)
    if unit is None:
        raise InvalidCaseError("patient.age.unit", f"{text[:24]!r} is no unit of age; write 岁, 月 or 天")
    return unit


def _age_of_parts(match: re.Match[str]) -> Age:
    years, months, weeks, days, hours = (
        int(match[name] or 0) for name in ("years", "months", "weeks", "days", "hours")
    )
    if match["half"] or match["and_half"]:
        months += _MONTHS_PER_YEAR // 2
    if match["years"] and (months == 0 or years >= _MONTHS_UNTIL_YEARS) and (years or not (weeks or days)):
        return Age(years, AgeUnit.YEARS)
    if months or years or (match["months"] and not (weeks or days)):
        return Age(years * _MONTHS_PER_YEAR + months, AgeUnit.MONTHS)
    return Age(weeks * _DAYS_PER_WEEK + days + hours // _HOURS_PER_DAY, AgeUnit.DAYS)
