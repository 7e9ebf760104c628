from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from casefinder.cases import OutcomeStatus, Sex
from casefinder.cases.readers.values import (
    cell_text,
    check_identifier,
    parse_date,
    parse_days,
    parse_outcome,
    parse_sex,
    parse_yes_no,
)
from casefinder.errors import InvalidCaseError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("  胸痛\r\n发热\r咳嗽 ", "胸痛\n发热\n咳嗽"),
        ("\ufeffA1", "A1"),
        (12345.0, "12345"),
        (36.6, "36.6"),
        (float("nan"), ""),
        (float("inf"), "inf"),
        (7, "7"),
        (True, "True"),
        (Decimal("2.50"), "2.50"),
        (datetime(2024, 3, 1), "2024-03-01"),
        (datetime(2024, 3, 1, 8, 30), "2024-03-01 08:30:00"),
        (date(2024, 3, 1), "2024-03-01"),
        (["肺炎", None, "高血压"], "肺炎; 高血压"),
        ({"a": 1, "b": date(2024, 3, 1)}, '{"a": 1, "b": "2024-03-01"}'),
        ("胸痛".encode(), "胸痛"),
        (b"\xff", "\udcff"),
    ],
)
def test_cells_become_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("男", Sex.MALE), ("男 ", Sex.MALE), ("　女性", Sex.FEMALE), ("Ｍ", Sex.MALE), ("f", Sex.FEMALE),
        ("FEMALE", Sex.FEMALE), ("男婴", Sex.MALE), ("other", Sex.OTHER), ("", None), ("未知", None), ("N/A", None),
        ("未说明的性别", None), ("-", None),
    ],
)  # fmt: skip
def test_sexes_as_hospitals_write_them(text: str, sex: Sex | None) -> None:
    assert parse_sex(text) == sex


@pytest.mark.parametrize("text", ["1", "2", "0", "男女", "mail"])
def test_codes_and_slips_are_no_sex(text: str) -> None:
    with pytest.raises(InvalidCaseError) as caught:
        parse_sex(text)
    assert caught.value.field == "patient.sex"
    assert caught.value.reason == f"{text!r} is unknown; write 男/女, male/female or M/F"


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-01", "2024-3-1", "2024/3/1", "2024.03.01", "20240301", "202403010830", "20240301083000",
        "2024年3月1日", "2024 年 3 月 1 日", "2024-03-01 08:30", "2024-03-01T08:30:00Z", "2024/3/1 8:30:00",
        "2024年3月1日 8时30分", "２０２４－０３－０１", 20240301, 20240301.0, date(2024, 3, 1),
        datetime(2024, 3, 1, 23, 59),
    ],
)  # fmt: skip
def test_dates_as_hospitals_write_them(value: object) -> None:
    assert parse_date(value) == date(2024, 3, 1)


def test_a_day_number_is_a_date_only_in_a_spreadsheet() -> None:
    assert parse_date(45352, epoch=datetime(1899, 12, 30)) == date(2024, 3, 1)
    assert parse_date(45352.75, epoch=datetime(1899, 12, 30)) == date(2024, 3, 1)
    assert parse_date(43890, epoch=datetime(1904, 1, 1)) == date(2024, 3, 1)
    with pytest.raises(InvalidCaseError, match="'45352' is a spreadsheet's day number; format the column as a date"):
        parse_date("45352")


@pytest.mark.parametrize("value", [None, "", " ", "不详", "N/A", float("nan")])
def test_an_unknown_date_is_none(value: object) -> None:
    assert parse_date(value) is None


@pytest.mark.parametrize(
    "text", ["03/01/2024", "2024-02-30", "2024-13-01", "2024-03", "01-MAR-24", "昨天", "2024-03-01 to 2024-03-09"]
)
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(InvalidCaseError) as caught:
        parse_date(text)
    assert caught.value.field == "visit_date"
    assert caught.value.reason == f"{text.casefold()[:24]!r} is no date; write it as 2024-03-01"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("治愈", OutcomeStatus.RECOVERED), ("好转出院", OutcomeStatus.IMPROVED),
        ("临床好转", OutcomeStatus.IMPROVED), ("病情好转", OutcomeStatus.IMPROVED), ("死亡", OutcomeStatus.DIED),
        ("Died", OutcomeStatus.DIED), ("Left Against Advice", OutcomeStatus.LEFT_AGAINST_ADVICE),
        ("left_against_advice", OutcomeStatus.LEFT_AGAINST_ADVICE), ("AMA", OutcomeStatus.LEFT_AGAINST_ADVICE),
        ("非医嘱离院", OutcomeStatus.LEFT_AGAINST_ADVICE), ("转院", OutcomeStatus.TRANSFERRED),
        ("治疗中", OutcomeStatus.ONGOING), ("医嘱离院", None), ("症状较前明显好转", None), ("", None),
    ],
)  # fmt: skip
def test_outcomes_as_hospitals_write_them(text: str, status: OutcomeStatus | None) -> None:
    assert parse_outcome(text) == status


@pytest.mark.parametrize(
    ("text", "answer"),
    [("是", True), ("否", False), ("YES", True), ("0", False), ("True", True), ("", None), ("不详", None)],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert parse_yes_no("outcome.readmitted_30d", text) is answer


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(InvalidCaseError, match=r"outcome.readmitted_30d: '也许' is neither yes nor no"):
        parse_yes_no("outcome.readmitted_30d", "也许")


@pytest.mark.parametrize(
    ("text", "days"), [("12", 12), ("12天", 12), ("１２ 日", 12), ("3 days", 3), ("5.0", 5), ("", None), ("--", None)]
)
def test_numbers_of_days(text: str, days: int | None) -> None:
    assert parse_days("outcome.stay_days", text) == days


@pytest.mark.parametrize("text", ["-1", "2.5", "一周", "9" * 5000])
def test_no_number_of_days_is_refused(text: str) -> None:
    with pytest.raises(InvalidCaseError, match=r"outcome.stay_days: .* is no whole number of days"):
        parse_days("outcome.stay_days", text)


@pytest.mark.parametrize(
    ("text", "value"), [("1.23457E+17", "1.23457E+17"), ("123456789012345680", 1.2345678901234568e17)]
)
def test_an_id_that_a_spreadsheet_has_shortened_is_refused(text: str, value: object) -> None:
    with pytest.raises(InvalidCaseError, match=r"id: .* is a long number that a spreadsheet has shortened"):
        check_identifier("id", text, value)


@pytest.mark.parametrize(
    ("text", "value"), [("00123", "00123"), ("123456789012345678", "123456789012345678"), ("7", 7.0)]
)
def test_ids_of_digits_are_kept(text: str, value: object) -> None:
    check_identifier("id", text, value)
