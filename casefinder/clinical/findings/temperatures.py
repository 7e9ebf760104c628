"""Temperatures as they are written and spoken: 39.5℃, 39度5, 39,5度, 三十九度五, 39度以上, "fever to 103"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# A comma stands for a point where a unit follows: 39,5度; two heights are no number: 38,39度.
COMMA_NUMBER: Final = r"(?:3[4-9]|4[0-2]),\d(?=\s*(?:[℃°]|度))"
_COMMA_POINT: Final = re.compile(r"\d\d,\d")  # no number of thousands is so short

# By the unit alone. 度 alone is also an angle or a degree of severity.
_DEGREES: Final = re.compile(
    r"(?P<number>(?:3[4-9]|4[0-2])(?<![\d.~-]\d\d)(?:\.\d{1,2}|,\d)?)\s*(?P<unit>℃|°\s*c\b|度(?![肿大烧伤角]))"
)
# 38.2°, as no angle is measured to a tenth but Cobb's, and 38.5以上的体温.
_TENTHS: Final = re.compile(
    r"(?<![\d.角~-])(?<!cobb )(?<!angle )(?P<number>(?:3[5-9]|4[01])\.\d)"
    r"(?:(?P<unit>\s*°)(?!\s*[cf])|(?=(?:以上|以下|左右|多)?的?体温))"
)
_FAHRENHEIT: Final = re.compile(
    r"(?<![\d.])(?P<number>(?:9[0-9]|10[0-9])(?:\.\d{1,2})?)\s*(?P<unit>°\s*f\b|℉|"
    r"degrees f(?:ahrenheit)?\b)"
)
# A fever by its height alone: "fever to 103", 烧到39.5, 发热38.6.
_FEVER: Final = re.compile(
    r"(?:fevers?|febrile)\s*(?:up\s*)?(?:to|of)\s*(?P<number>(?:9[89]|10[0-7]|3[789]|4[01])(?:\.\d{1,2})?)(?![\d/-])"
    r"(?P<unit>\s*(?:°\s*)?f\b)?(?!\s*(?:day|hour|week|month|year))|"
    r"(?:[发高低][烧热]|烧(?=到|至))(?:最高)?(?:到|至|达)?(?:了|过)?\s*"
    r"(?P<zh>(?:3[789]|4[01])(?:\.\d{1,2})?+)(?!\s*[\d天日次小度℃°例名人岁周个多分~-])"
)
_SPOKEN: Final = re.compile(r"三十(?P<degrees>[五六七八九])度(?![肿大烧伤角])")
_NUMERALS: Final = {numeral: place for place, numeral in enumerate("零一二三四五六七八九")} | {"半": 5}
# 39度5, 39度五; neither 38度3天 nor 38度一直不退.
_TENTH: Final = re.compile(
    r"\s*(?:(?P<digit>[0-9])(?![0-9.]|\s*(?:天|日|次|小时|分|月|周|年))|"
    r"(?P<numeral>[一二三四五六七八九半])(?=$|[\s,。;、.!?)]|以|左右|多|到|至|的))"
)
_MORE_AFTER: Final = re.compile(r"\s*(?:以上|多|几|出头)")
_MORE_BEFORE: Final = re.compile(r"(?:超过|高于|大于|>|over|above)\s*$")
_LONGEST_BEFORE: Final = 8  # characters
_MOST_CELSIUS: Final = 90  # no body has so many °C: the number is in °F
_LEAST_MORE: Final = 0.05  # °C: "above 39" is above the limit at 39.0, and below whatever a thermometer shows next


class Bare(NamedTuple):
    """A temperature that no unit is needed for.

    Attributes:
        celsius: The value in °C.
        number: The number as written.
        start: Where it begins.
        end: Where the number ends.
        unit_end: Where the unit ends; the same as ``end`` where there is none.
    """

    celsius: float
    number: float
    start: int
    end: int
    unit_end: int


def to_celsius(fahrenheit: float) -> float:
    """Convert a temperature from °F."""
    return (fahrenheit - 32) / 1.8


def find_with_unit(folded: str) -> Iterator[re.Match[str]]:
    """Find temperatures by their unit or name; groups ``number`` and ``unit``."""
    yield from _DEGREES.finditer(folded)
    if "°" in folded or "体温" in folded:
        yield from _TENTHS.finditer(folded)
    if "f" in folded or "℉" in folded:
        yield from _FAHRENHEIT.finditer(folded)


def find_bare(folded: str) -> Iterator[Bare]:
    """Find temperatures of a fever that is named before them, and those in numerals (三十八度五)."""
    if "烧" in folded or "热" in folded or "fe" in folded:
        for fever in _FEVER.finditer(folded):
            group = "zh" if fever["zh"] else "number"
            number, end = float(fever[group]), fever.end(group)
            celsius = to_celsius(number) if number > _MOST_CELSIUS else number
            yield Bare(celsius, number, fever.start(group), end, fever.end("unit") if fever["unit"] else end)
    for spoken in _SPOKEN.finditer(folded) if "三十" in folded else ():
        tenth, end = read_tenth(folded, spoken.end())
        value = 30 + _NUMERALS[spoken["degrees"]] + tenth
        yield Bare(value, value, spoken.start(), end, end)


def read_number(written: str) -> float:
    """Return a number that may have a comma for a point (39,5) or between thousands (12,500)."""
    return float(written.replace(",", "." if _COMMA_POINT.fullmatch(written) else ""))


def read_tenth(text: str, end: int) -> tuple[float, int]:
    """Return the tenths that are written behind a unit (39度5), in °C, and where they end; 0 where there are none."""
    found = _TENTH.match(text, end)
    if found is None:
        return 0.0, end
    return (int(found["digit"]) if found["digit"] else _NUMERALS[found["numeral"]]) / 10, found.end()


def least_more(folded: str, start: int, end: int) -> float:
    """Return what to add to a temperature from start to end, in °C: a little where more is said, such as 39度以上."""
    before = folded[max(0, start - _LONGEST_BEFORE) : start]
    return _LEAST_MORE if _MORE_AFTER.match(folded, end) or _MORE_BEFORE.search(before) else 0.0
