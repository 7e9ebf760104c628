"""Cells of a table as values of the model: ages, sexes, dates, outcomes, as hospitals write them."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, datetime
from typing import Final

from casefinder.cases.model import Age, AgeUnit, OutcomeStatus, Sex
from casefinder.cases.readers.headings import age_unit_of
from casefinder.errors import InvalidCaseError

_DAYS_PER_WEEK: Final = 7
_MONTHS_PER_YEAR: Final = 12
_AGE: Final = re.compile(
    r"(?:(?P<years>\d+)\s*(?:周?岁|-?\s*years?|-?\s*yrs?|-?\s*y/?o|y)(?:[\s-]*old)?)?\s*"
    r"(?:(?P<months>\d+)\s*(?:个?月|-?\s*months?|mos?|m)(?:[\s-]*old)?)?\s*"
    r"(?:(?P<weeks>\d+)\s*(?:周|-?\s*weeks?|wks?|w)(?:[\s-]*old)?)?\s*"
    r"(?:(?P<days>\d+)\s*(?:天|日|-?\s*days?|d)(?:[\s-]*old)?)?"
)
_NUMBER: Final = re.compile(r"\d+(?:\.0+)?")
_DATE: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s].*)?|(\d{4})(\d{2})(\d{2})"
)
_UNKNOWN: Final = {"", "未知", "不详", "未说明", "未记录", "unknown", "n/a", "na", "none", "null", "nan", "-", "/"}
_SEXES: Final = {
    "男": Sex.MALE, "男性": Sex.MALE, "m": Sex.MALE, "male": Sex.MALE, "man": Sex.MALE, "boy": Sex.MALE,
    "女": Sex.FEMALE, "女性": Sex.FEMALE, "f": Sex.FEMALE, "female": Sex.FEMALE, "woman": Sex.FEMALE,
    "girl": Sex.FEMALE, "other": Sex.OTHER, "其他": Sex.OTHER,
}  # fmt: skip
_OUTCOMES: Final = {
    "治愈": OutcomeStatus.RECOVERED, "痊愈": OutcomeStatus.RECOVERED, "cured": OutcomeStatus.RECOVERED,
    "好转": OutcomeStatus.IMPROVED, "显效": OutcomeStatus.IMPROVED, "有效": OutcomeStatus.IMPROVED,
    "未愈": OutcomeStatus.UNCHANGED, "无效": OutcomeStatus.UNCHANGED, "无变化": OutcomeStatus.UNCHANGED,
    "stable": OutcomeStatus.UNCHANGED, "恶化": OutcomeStatus.WORSENED, "加重": OutcomeStatus.WORSENED,
    "死亡": OutcomeStatus.DIED, "dead": OutcomeStatus.DIED, "death": OutcomeStatus.DIED,
    "deceased": OutcomeStatus.DIED, "转院": OutcomeStatus.TRANSFERRED, "转科": OutcomeStatus.TRANSFERRED,
    "自动出院": OutcomeStatus.LEFT_AGAINST_ADVICE, "非医嘱离院": OutcomeStatus.LEFT_AGAINST_ADVICE,
    "ama": OutcomeStatus.LEFT_AGAINST_ADVICE, "住院中": OutcomeStatus.ONGOING, "治疗中": OutcomeStatus.ONGOING,
    **{status.value: status for status in OutcomeStatus},
}  # fmt: skip
_YES_NO: Final = {
    "是": True, "有": True, "yes": True, "y": True, "true": True, "1": True,
    "否": False, "无": False, "no": False, "n": False, "false": False, "0": False,
}  # fmt: skip


def cell_text(value: object) -> str:
    """Write a cell as text: whole floats without ``.0`` (spreadsheets store ids so), nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, map(cell_text, value)))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float):
        if value != value:
            return ""  # NaN is how tables of numbers write an empty cell
        return str(int(value)) if value.is_integer() else str(value)
    return str(value).strip()


def parse_age(text: str, unit: AgeUnit | None) -> Age | None:
    """Read an age such as ``63岁``, ``2岁3个月``, ``8 months`` or, with a unit given, ``63``.

    A bare number without a unit is refused: 8 may be years in one table and months in the next.

    Raises:
        InvalidCaseError: No age, or no unit.
    """
    folded = _folded(text)
    if folded in _UNKNOWN:
        return None
    if _NUMBER.fullmatch(folded):
        if unit is None:
            raise InvalidCaseError(
                "patient.age",
                f"{text[:24]!r} has no unit; write 63岁 or 63 years, name the column 年龄(岁), or use --age-unit years",
            )
        return Age(int(float(folded)), unit)
    match = _AGE.fullmatch(folded)
    if not match or not any(match.groups()):
        raise InvalidCaseError("patient.age", f"{text[:24]!r} is no age; write 63岁, 8 months or 5 days")
    return _age_of_parts(*(int(match[name] or 0) for name in ("years", "months", "weeks", "days")))


def parse_sex(text: str) -> Sex | None:
    """Read a sex written as a word; numeric codes are refused, because systems differ in what they mean.

    Raises:
        InvalidCaseError: Any other text.
    """
    folded = _folded(text)
    if folded in _UNKNOWN:
        return None
    if folded not in _SEXES:
        raise InvalidCaseError("patient.sex", f"{text[:24]!r} is unknown; write 男/女, male/female or M/F")
    return _SEXES[folded]


def parse_date(value: object) -> date | None:
    """Read a date: a date cell, ``2024-03-01``, ``2024/3/1``, ``20240301`` or ``2024年3月1日``.

    Raises:
        InvalidCaseError: Any other text; ``03/01/2024`` could be January or March.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _folded(cell_text(value))
    if text in _UNKNOWN:
        return None
    match = _DATE.fullmatch(text)
    try:
        if match:
            return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        pass  # the 30th of February and the like: reported below with every other text that is no date
    raise InvalidCaseError("visit_date", f"{text[:24]!r} is no date; write it as 2024-03-01")


def parse_outcome(text: str) -> OutcomeStatus | None:
    """Return the status that an outcome cell names; None where it is free text, which belongs into the note."""
    return _OUTCOMES.get(_folded(text).replace(" ", "_")) or _OUTCOMES.get(_folded(text))


def parse_yes_no(field: str, text: str) -> bool | None:
    """Read 是/否, yes/no, true/false or 1/0.

    Raises:
        InvalidCaseError: Any other text.
    """
    folded = _folded(text)
    if folded in _UNKNOWN and folded not in _YES_NO:
        return None
    if folded not in _YES_NO:
        raise InvalidCaseError(field, f"{text[:24]!r} is neither yes nor no; write 是/否, yes/no or 1/0")
    return _YES_NO[folded]


def parse_days(field: str, text: str) -> int | None:
    """Read a number of days, with or without the word.

    Raises:
        InvalidCaseError: Any other text.
    """
    folded = _folded(text)
    if folded in _UNKNOWN:
        return None
    match = re.fullmatch(r"(\d+)(?:\.0+)?\s*(?:天|日|days?|d)?", folded)
    if not match:
        raise InvalidCaseError(field, f"{text[:24]!r} is no whole number of days")
    return int(match[1])


def parse_age_unit(text: str) -> AgeUnit | None:
    """Read the cell of an age-unit column.

    Raises:
        InvalidCaseError: It names no unit of age.
    """
    if _folded(text) in _UNKNOWN:
        return None
    unit = age_unit_of(text)
    if unit is None:
        raise InvalidCaseError("patient.age.unit", f"{text[:24]!r} is no unit of age; write 岁, 月 or 天")
    return unit


def _age_of_parts(years: int, months: int, weeks: int, days: int) -> Age:
    if weeks:
        return Age(weeks * _DAYS_PER_WEEK + days, AgeUnit.DAYS)
    if years and not months:
        return Age(years, AgeUnit.YEARS)
    if years or months:
        return Age(years * _MONTHS_PER_YEAR + months, AgeUnit.MONTHS)
    return Age(days, AgeUnit.DAYS)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
