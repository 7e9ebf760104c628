"""Wordings with ranges of numbers in them, prepared once so that a million cases can be filled quickly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from random import Random

from drawing import whole

from knowledge import PLACEHOLDER

_YEARS = re.compile(r"年|岁| years?\b| y\b")
# What is counted in English notes, in the plural; "1 episodes" becomes "1 episode".
_SINGULAR = re.compile(
    r"^((?: [a-z-]+)?? (?:year|week|month|day|minute|episode|attack|admission|time|cell|stent|faint|vomit|rashe?|infection"
    r"|bleed|member|lamb|miscarriage|section|curettage|breadth|duct|node|fit|intussusception|dose|lesion|termination))s\b"
)
_SPREAD = 0.16  # systolic and diastolic pressure go together; the second keeps near the rank of the first
_LEAST_PULSE_PRESSURE = 22  # mmHg; narrower is shock or a typing slip
_LEAST_ADULT_HISTORY_AGE = 16  # years; smoking, pressure and the like are counted from here


@dataclass(frozen=True, slots=True)
class Number:
    """A range to draw from: in steps of 10 to the power of minus ``decimals``."""

    low: float
    high: float
    decimals: int
    is_years: bool  # counts years of the patient's life
    follows_pressure: bool  # is the diastolic of a pair
    is_parity: bool  # births after a number of pregnancies


@dataclass(frozen=True, slots=True)
class Template:
    """A wording: literal pieces with a number between each two of them."""

    text: str
    pieces: tuple[str, ...]
    numbers: tuple[Number, ...]
    least_years: float  # the shortest that its stretches of years can be

    def fits(self, age_years: float) -> bool:
        """Tell whether every stretch of years in it fits into the patient's life."""
        return self.least_years <= 1 or self.least_years <= _most_years(age_years)

    def fill(self, rng: Random, age_years: float) -> str:
        """Write the wording with its numbers drawn."""
        if not self.numbers:
            return self.text
        written, rank, last = [self.pieces[0]], 0.0, 0.0
        for number, piece in zip(self.numbers, self.pieces[1:], strict=True):
            high = min(number.high, _most_years(age_years)) if number.is_years else number.high
            rank = min(1.0, max(0.0, rank + (rng.random() - 0.5) * _SPREAD)) if number.follows_pressure else rng.random()
            value = number.low + rank * (high - number.low)
            if number.follows_pressure:
                value = min(value, last - _LEAST_PULSE_PRESSURE)
            if number.is_parity:
                value = min(value, last - 1)
            last = round(value, number.decimals)
            written += [f"{last:.{number.decimals}f}", _SINGULAR.sub(r"\1", piece) if last == 1 else piece]
        return "".join(written)


def _most_years(age_years: float) -> float:
    return age_years - _LEAST_ADULT_HISTORY_AGE if age_years > _LEAST_ADULT_HISTORY_AGE + 2 else max(1.0, age_years - 1)


@cache
def template(text: str) -> Template:
    """Prepare a wording."""
    pieces, numbers, end = [], [], 0
    for match in PLACEHOLDER.finditer(text):
        before, after = text[end : match.start()], text[match.end() :]
        pieces.append(before)
        numbers.append(_number(match[1], match[2], before=before, after=after, previous=numbers[-1:] or None))
        end = match.end()
    least_years = max((number.low for number in numbers if number.is_years), default=0.0)
    return Template(text, (*pieces, text[end:]), tuple(numbers), least_years)


def _number(low: str, high: str, *, before: str, after: str, previous: list[Number] | None) -> Number:
    return Number(
        low=float(low),
        high=float(high),
        decimals=max(len(low.partition(".")[2]), len(high.partition(".")[2])),
        is_years=_YEARS.match(after) is not None,
        follows_pressure=before == "/" and previous is not None and previous[0].low > float(low) and "mmHg" in after,
        is_parity=before in ("产", "P", ", para ", " para ") and previous is not None,
    )
