"""Ages and durations: drawing them, keeping them plausible, and wording them in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from drawing import chance, pick, triangular
from knowledge import Range

from casefinder.cases import Age, AgeUnit

_DAYS = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1.0, "weeks": 7.0, "months": 30.4, "years": 365.25}
_COARSER = {"minutes": (60, "hours", 120), "hours": (24, "days", 49), "days": (7, "weeks", 21),
            "weeks": (4.35, "months", 12), "months": (12, "years", 24)}  # fmt: skip
_UNIT_ZH = {"minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周", "months": "个月", "years": "年"}
_SMALL_ZH = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")
_SMALL_EN = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPECIAL_ZH = {(30, "minutes"): "半小时", (12, "hours"): "半天", (6, "months"): "半年", (1, "months"): "1月",
               (2, "weeks"): "半个月"}  # fmt: skip
_SPECIAL_EN = {(30, "minutes"): "half an hour", (1, "hours"): "an hour", (12, "hours"): "half a day",
               (24, "hours"): "a day", (1, "days"): "a day", (1, "weeks"): "a week", (2, "weeks"): "a fortnight",
               (1, "months"): "a month", (6, "months"): "half a year", (1, "years"): "a year"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A duration as it is written: a whole number of a unit."""

    value: int
    unit: str

    @property
    def days(self) -> float:
        """The length in days."""
        return self.value * _DAYS[self.unit]

    @property
    def is_acute(self) -> bool:
        """Whether it is counted in minutes or hours."""
        return self.unit in ("minutes", "hours")

    def zh(self, rng: Random) -> str:
        """Write it in Chinese in one of the usual ways."""
        special = _SPECIAL_ZH.get((self.value, self.unit))
        if special and chance(rng, 0.5):
            return special
        if self.unit == "minutes":
            return f"{self.value}分钟"
        if self.unit == "hours" and 24 < self.value < 36 and chance(rng, 0.6):
            return pick(rng, ("1天余", "一天多", "1天多"))
        if self.value > 10:
            return f"{self.value}{_UNIT_ZH[self.unit]}" if chance(rng, 0.75) else f"{self.value}{_plus_zh(self.unit)}"
        written = (
            f"{self.value}{_UNIT_ZH[self.unit]}",
            f"{self.value}{_UNIT_ZH[self.unit]}",
            f"{self.value}{_plus_zh(self.unit)}",
            f"{_SMALL_ZH[self.value]}{_UNIT_ZH[self.unit]}",
        )
        return pick(rng, written)

    def en(self, rng: Random) -> str:
        """Write it in English in one of the usual ways."""
        special = _SPECIAL_EN.get((self.value, self.unit))
        if special and chance(rng, 0.5):
            return special
        if self.unit == "hours" and 24 < self.value < 36 and chance(rng, 0.5):
            return "just over a day"
        unit = self.unit if self.value != 1 else self.unit[:-1]
        return f"{_SMALL_EN[self.value] if self.value <= 10 and chance(rng, 0.4) else self.value} {unit}"


def _plus_zh(unit: str) -> str:
    return {"hours": "小时余", "days": "天余", "weeks": "周余", "months": "月余", "years": "年余"}[unit]


def draw_age(rng: Random, span: Range) -> tuple[Age, float]:
    """Draw an age; it is written in years from two years on, in months from two months on.

    Returns:
        The age as written, and in years.
    """
    value = int(triangular(rng, Range(span.low, span.mode, span.high + 0.99)))
    if span.unit == "days":
        age = Age(value, AgeUnit.DAYS) if value < 61 else Age(value // 30, AgeUnit.MONTHS)
        return age, value / 365.25
    if span.unit == "months" and value < 24:
        return Age(value, AgeUnit.MONTHS), value / 12
    years = value // 12 if span.unit == "months" else value
    return Age(years, AgeUnit.YEARS), float(years)


def draw_duration(rng: Random, span: Range, *, age_years: float) -> Span:
    """Draw how long the complaint has lasted, never longer than the patient has lived."""
    value, unit = triangular(rng, span), span.unit
    if value * _DAYS[unit] > age_years * 365.25 * 0.8:
        value, unit = max(2.0, age_years * 365.25 * 0.5 * 24), "hours"
    return span_of(value, unit)


def span_of(value: float, unit: str) -> Span:
    """Write a length in the unit that a doctor would choose."""
    while unit in _COARSER and value >= _COARSER[unit][2]:
        value, unit = value / _COARSER[unit][0], _COARSER[unit][1]
    if unit == "minutes" and value >= 10:
        value = round(value / 5) * 5
    return Span(max(1, round(value)), unit)


def age_zh(age: Age) -> str:
    """Write an age in Chinese."""
    if age.unit == AgeUnit.MONTHS and age.value >= 13:
        return f"{age.value // 12}岁{age.value % 12}个月" if age.value % 12 else f"{age.value // 12}岁"
    return f"{age.value}{ {AgeUnit.DAYS: '天', AgeUnit.MONTHS: '个月', AgeUnit.YEARS: '岁'}[age.unit] }"


def age_en(age: Age) -> str:
    """Write an age as an English adjective: ``63-year-old``."""
    return f"{age.value}-{age.unit.value[:-1]}-old"
