"""Wordings with ranges of numbers in them, prepared once so that a million cases can be filled quickly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from random import Random

from knowledge import PLACEHOLDER

_YEARS = re.compile(r"年|岁| years?\b| y\b")
# What is counted in English notes, in the plural; "1 episodes" becomes "1 episode".
_SINGULAR = re.compile(
    r"^((?: [a-z-]+){0,2}? (?:year|week|month|day|minute|episode|attack|admission|time|cell|stent|faint|vomit"
    r"|infection|bleed|member|lamb|miscarriage|section|curettage|breadth|duct|node|fit|intussusception|dose|lesion"
    r"|termination))s\b"
)
_VOLUME = re.compile(r" ?(ml|mL|毫升)(?!/)")
_LEAST_VOLUME = 100  # millilitres; smaller amounts are not rounded
# Literals before a number that goes with the one before it: diastolic after systolic pressure, bicarbonate after
# pH; the glomerular filtration rate falls as creatinine rises.
_RISING = re.compile(r"^/$|碳酸氢根|HCO|bicarbonate", re.IGNORECASE)
_FALLING = re.compile(r"eGFR", re.IGNORECASE)
_SPREAD = 0.16  # how far the second number may be from the rank of the first
_LEAST_PULSE_PRESSURE = 22  # mmHg; narrower is shock or a typing slip
_GROWN_UP = 18  # years; in children any stretch that fits into their life may be told
_FIRST_AGE = 16  # years; smoking and the like begin after it, illnesses of middle age later
_FIRST_AGE_LATE = 28
_LATE = re.compile(
    r"^(有|患)?(高血压|高血脂|高脂血症|糖尿病|2型糖尿病|冠心病|慢阻肺|痛风)"
    r"|hypertension|type 2 diabetes|coronary|COPD|gout"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A range to draw from: in steps of 10 to the power of minus ``decimals``."""

    low: float
    high: float
    decimals: int
    is_years: bool  # counts years of the patient's life
    follows: int  # 1 where it rises with the number before it, -1 where it falls, 0 where it does neither
    is_diastolic: bool
    is_parity: bool  # births after a number of pregnancies
    is_volume: bool  # is written in tens of millilitres

    def rank(self, drawn: float, before: float) -> float:
        """Return the place in the range (0-1), near to that of the number before where the two go together."""
        if not self.follows:
            return drawn
        centre = before if self.follows > 0 else 1 - before
        return min(1.0, max(0.0, centre + (drawn - 0.5) * _SPREAD))


@dataclass(frozen=True, slots=True)
class Template:
    """A wording: literal pieces with a number between each two of them."""

    text: str
    pieces: tuple[str, ...]
    numbers: tuple[Number, ...]
    least_years: float  # the shortest that its stretches of years can be
    first_age: int  # years; what it tells of is not seen in younger people

    def fits(self, age_years: float) -> bool:
        """Tell whether every stretch of years in it fits into the patient's life."""
        return self.least_years <= 1 or self.least_years <= self._most_years(age_years)

    def fill(self, rng: Random, age_years: float) -> str:
        """Write the wording with its numbers drawn."""
        if not self.numbers:
            return self.text
        written, rank, last = [self.pieces[0]], 0.0, 0.0
        for number, piece in zip(self.numbers, self.pieces[1:], strict=True):
            high = min(number.high, self._most_years(age_years)) if number.is_years else number.high
            rank = number.rank(rng.random(), rank)
            value = number.low + rank * (high - number.low)
            if number.is_diastolic:
                value = min(value, last - _LEAST_PULSE_PRESSURE)
            if number.is_parity:
                value = min(value, last - 1)
            last = round(value, -1 if number.is_volume else number.decimals)
            written += [f"{last:.{number.decimals}f}", _SINGULAR.sub(r"\1", piece) if last == 1 else piece]
        return "".join(written)

    def _most_years(self, age_years: float) -> float:
        if age_years < _GROWN_UP:
            return max(1.0, age_years - 1)
        return max(1.0, age_years - self.first_age)


@cache
def template(text: str) -> Template:
    """Prepare a wording."""
    pieces: list[str] = []
    numbers: list[Number] = []
    end = 0
    for match in PLACEHOLDER.finditer(text):
        before, after = text[end : match.start()], text[match.end() :]
        pieces.append(before)
        numbers.append(_number(match[1], match[2], before=before, after=after, previous=numbers[-1:] or None))
        end = match.end()
    least_years = max((number.low for number in numbers if number.is_years), default=0.0)
    return Template(text, (*pieces, text[end:]), tuple(numbers), least_years, _first_age(text))


def _number(low: str, high: str, *, before: str, after: str, previous: list[Number] | None) -> Number:
    return Number(
        low=float(low),
        high=float(high),
        decimals=max(len(low.partition(".")[2]), len(high.partition(".")[2])),
        is_years=_YEARS.match(after) is not None,
        follows=_follows(before) if previous is not None else 0,
        is_diastolic=before == "/" and previous is not None and previous[0].low > float(low) and "mmHg" in after,
        is_volume=_VOLUME.match(after) is not None and float(low) >= _LEAST_VOLUME,
        is_parity=before in ("产", "P", ", para ", " para ") and previous is not None,
    )


def _first_age(text: str) -> int:
    return _FIRST_AGE_LATE if _LATE.search(text) else _FIRST_AGE


def _follows(before: str) -> int:
    if _FALLING.search(before):
        return -1
    return 1 if _RISING.search(before) else 0
