"""Cells of a table as values of the model: sexes, dates, outcomes and numbers, as hospitals write them."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from typing import Final

from casefinder.cases.model import OutcomeStatus, Sex
from casefinder.cases.readers.unknown import fold, is_unknown
from casefinder.errors import InvalidCaseError

_TIME: Final = r"(?:[t\s]\s*(?:上午|下午|am|pm)?\s*\d{1,2}[:时点].*)?"
_DATE: Final = re.compile(
    rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*日?{_TIME}|(\d{{4}})(\d{{2}})(\d{{2}})(?:\d{{4}}|\d{{6}})?"
)
_DAY_NUMBER: Final = re.compile(r"[2-6]\d{4}(?:\.\d+)?")  # 1954 to 2091, as spreadsheets count days
_SEXES: Final = {
    "男": Sex.MALE, "男性": Sex.MALE, "m": Sex.MALE, "male": Sex.MALE, "man": Sex.MALE, "boy": Sex.MALE,
    "男孩": Sex.MALE, "男童": Sex.MALE, "男婴": Sex.MALE, "女孩": Sex.FEMALE, "女童": Sex.FEMALE, "女婴": Sex.FEMALE,
    "女": Sex.FEMALE, "女性": Sex.FEMALE, "f": Sex.FEMALE, "female": Sex.FEMALE, "woman": Sex.FEMALE,
    "girl": Sex.FEMALE, "other": Sex.OTHER, "其他": Sex.OTHER,
}  # fmt: skip
_OUTCOMES: Final = {
    "治愈出院": OutcomeStatus.RECOVERED, "临床治愈": OutcomeStatus.RECOVERED, "好转出院": OutcomeStatus.IMPROVED,
    "临床好转": OutcomeStatus.IMPROVED, "病情好转": OutcomeStatus.IMPROVED,
    "expired": OutcomeStatus.DIED,
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
_MOST_EXACT: Final = 1e15  # spreadsheets keep 15 digits of a number


def cell_text(value: object) -> str:
    """Write a cell as text: whole floats without ``.0`` (spreadsheets store ids so), nothing for an empty cell."""
    match value:
        case None:
            return ""
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n").strip().strip("\ufeff")
        case list():
            return "; ".join(filter(None, map(cell_text, value)))
        case dict():
            return json.dumps(value, ensure_ascii=False, default=cell_text)
        case float():
            return _float_text(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case bytes():
            return value.decode("utf-8", "surrogateescape").strip()
    return str(value).strip()


def _float_text(value: float) -> str:
    if value != value:
        return ""  # NaN is how tables of numbers write an empty cell
    return str(int(value)) if value.is_integer() else str(value)


def parse_sex(text: str) -> Sex | None:
    """Read a sex written as a word; numeric codes are refused, because systems differ in what they mean.

    Raises:
        InvalidCaseError: Any other text.
    """
    if is_unknown(text):
        return None
    if fold(text) not in _SEXES:
        raise InvalidCaseError("patient.sex", f"{text[:24]!r} is unknown; write 男/女, male/female or M/F")
    return _SEXES[fold(text)]


def parse_date(value: object, *, epoch: datetime | None = None) -> date | None:
    """Read a date: a date cell, ``2024-03-01``, ``2024/3/1``, ``20240301`` or ``2024年3月1日``, time of day aside.

    Args:
        value: The cell.
        epoch: Where it is a cell of a spreadsheet, the day from which that counts; a bare number is then such a
            count of days.

    Raises:
        InvalidCaseError: Anything else; ``03/01/2024`` could be January or March.
    """
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = fold(cell_text(value))
    if is_unknown(text):
        return None
    if _DAY_NUMBER.fullmatch(text):
        if epoch is not None and isinstance(value, int | float):
            return (epoch + timedelta(days=float(value))).date()
        raise InvalidCaseError("visit_date", f"{text!r} is a spreadsheet's day number; format the column as a date")
    if match := _DATE.fullmatch(text):
        try:
            return date(*(int(part) for part in match.groups() if part))
        except ValueError:
            pass  # the 30th of February and the like: reported with every other text that is no date
    raise InvalidCaseError("visit_date", f"{text[:24]!r} is no date; write it as 2024-03-01")


def parse_outcome(text: str) -> OutcomeStatus | None:
    """Return the status that an outcome cell names; None where it is free text, which belongs into the note."""
    return _OUTCOMES.get(fold(text).replace(" ", "_")) or _OUTCOMES.get(fold(text))


def parse_yes_no(field: str, text: str) -> bool | None:
    """Read 是/否, yes/no, true/false or 1/0.

    Raises:
        InvalidCaseError: Any other text.
    """
    if is_unknown(text):
        return None
    if fold(text) not in _YES_NO:
        raise InvalidCaseError(field, f"{text[:24]!r} is neither yes nor no; write 是/否, yes/no or 1/0")
    return _YES_NO[fold(text)]


def parse_days(field: str, text: str) -> int | None:
    """Read a number of days, with or without the word.

    Raises:
        InvalidCaseError: Any other text.
    """
    if is_unknown(text):
        return None
    match = re.fullmatch(r"(\d{1,9})(?:\.0+)?\s*(?:天|日|days?|d)?", fold(text))
    if not match:
        raise InvalidCaseError(field, f"{text[:24]!r} is no whole number of days")
    return int(match[1])


def check_identifier(field: str, text: str, value: object) -> None:
    """Refuse a number that a spreadsheet has shortened: other patients would get the same.

    Raises:
        InvalidCaseError: The number has lost its last digits.
    """
    is_shortened = isinstance(value, float) and abs(value) >= _MOST_EXACT
    if is_shortened or re.fullmatch(r"\d(?:\.\d+)?[eE]\+\d+", text):
        raise InvalidCaseError(
            field, f"{text[:24]!r} is a long number that a spreadsheet has shortened; format the column as text"
        )
