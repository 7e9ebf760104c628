"""Vital signs and laboratory values: number, unit, conversion, flag."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from casefinder.clinical.findings.model import Flag, Measurement, Span
from casefinder.clinical.findings.overlaps import Match
from casefinder.clinical.findings.quantities import QUANTITIES, Quantity
from casefinder.clinical.findings.ranges import Ranges
from casefinder.clinical.findings.temperatures import (
    COMMA_NUMBER,
    find_bare,
    find_with_unit,
    least_more,
    read_number,
    read_tenth,
    to_celsius,
)

_NUMBER: Final = rf"(?P<number>{COMMA_NUMBER}|\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}(?:\.\d{{1,4}})?)"
_UNIT: Final = (
    r"(?P<unit>[x×*]\s*10\s*[\^*e]?\s*[39⁹³]\s*/\s*(?:l|ul)|10\s*\^\s*[39]\s*/\s*u?l|(?:beats|"
    r"breaths) ?(?:per minute|/ ?min)|per minute|degrees (?:celsius|c)\b|次\s*/\s*(?:分钟?|min)|摄氏度|"
    r"[°º]\s*[cf]\b|[°º]|℃|℉|度|%|‰|分(?!钟)|/15\b|/\s*mm\^?[3³]|/\s*[uμµ]l|/\s*min(?:ute)?\b|"
    r"[a-zμµ]{1,5}\s*/\s*(?:[a-z]{1,3}|m²)\b|mmhg|kpa|bpm|mg%|[cf]\b|mm\b)"
)
_FILLING: Final = (
    r"(?:\s|[:=是为约达至在的(\[]|波动于|波动|最高|高达|测|值|水平|浓度|计数|was|were|is|of|at|level|levels|"
    r"count|to|up|reading|measured|approximately|about|elevated|reduced|raised)*"
)
_FILLED: Final = re.compile(_FILLING)
# Of a range the upper end counts: 体温38.0-39.5℃.
_LOWER: Final = r"(?:\d{1,3}(?:\.\d{1,2})?\s*(?:℃|°c)?\s*[-~至]\s*(?=\d))"
_VALUE: Final = re.compile(rf"{_FILLING}(?:[<>≤≥]=?\s*)?{_LOWER}?{_NUMBER}\s*{_UNIT}?")
_WORD: Final = re.compile(
    r"\s*(?:(?:i|t|level|levels|was|were|is|明显|轻度|显著|水平|检测|定量|[:(])\s*)*(?:(?P<high>阳性|"
    r"升高|增高|偏高|↑|positive|elevated|raised|high\b|increased)|(?P<low>降低|减低|偏低|下降|↓|low\b|"
    r"reduced|decreased)|(?P<normal>阴性|正常|negative|normal))"
)
_BP: Final = re.compile(r"(?P<high>\d{2,3}(?:\.\d)?)\s*/\s*(?P<low>\d{2,3}(?:\.\d)?)\s*(?P<unit>mmhg|kpa)?")
_BP_BARE: Final = re.compile(
    r"(?<![\d./])(?P<high>\d{2,3}(?:\.\d)?)\s*/\s*(?P<low>\d{2,3}(?:\.\d)?)\s*(?P<unit>mmhg|kpa)"
)
# Vital signs under one letter.
_LETTERS: Final = re.compile(
    r"(?<![a-z0-9])(?P<letter>[tpr]|"
    r"呼吸)\s*[:=]?\s*(?P<number>\d{2,3}(?:\.\d{1,2})?)(?!\d)\s*(?P<unit>℃|°\s*c|度|次\s*/\s*分钟?|"
    r"次\s*/\s*min|/\s*min|bpm)?(?![a-z])"
)
# It has no unit: that group never matches.
_PH: Final = re.compile(r"(?<![a-z0-9])(?<!尿)ph(?:值)?[\s:=为]*(?P<number>(?:6\.[89]|7\.\d)\d{0,2})(?P<unit>(?!))?")
_LETTER: Final = re.compile(r"[tpr](?<![a-z0-9].)(?=[ :=\d])|呼吸(?<![a-z0-9]..)(?=[ :=\d])")
_LETTER_IDS: Final = {"t": "body-temperature", "p": "pulse", "r": "respiratory-rate", "呼吸": "respiratory-rate"}
# Names too short or too ambiguous for the lexicon: with a concentration after them there is no doubt.
_BARE_NAMES: Final = re.compile(
    r"(?<![a-z0-9高低血])(?P<name>k\+?|na\+?|ca(?:2?\+{1,2})?|[钾钠钙]|glucose|glu|葡萄糖|sodium|"
    r"calcium|s?cr|crea)(?:\)|level|was|of|is|[\s:=])*(?P<number>\d{1,4}(?:\.\d{1,3})?)\s*(?P<unit>mmol/l|meq/l|"
    r"mg/dl|[uμµ]mol/l)"
)
_CONCENTRATION: Final = re.compile(r"(?:mol|eq)/l|mg/dl")
_BARE_IDS: Final = {
    **dict.fromkeys(("k", "钾"), "serum-potassium"),
    **dict.fromkeys(("na", "钠", "sodium"), "serum-sodium"),
    **dict.fromkeys(("ca", "钙", "calcium"), "serum-calcium"),
    **dict.fromkeys(("cr", "scr", "crea"), "creatinine"),
    **dict.fromkeys(("glucose", "glu", "葡萄糖"), "blood-glucose"),
}
# Findings in words that say a value is high, where only one quantity can be meant.
DESCRIBED: Final = {
    quantity.implies_high: concept_id
    for concept_id, quantity in QUANTITIES.items()
    if quantity.implies_high
    and quantity.implies_high.startswith(("elevated-", "raised-"))
    and sum(other.implies_high == quantity.implies_high for other in QUANTITIES.values()) == 1
}
_NUMERAL: Final = re.compile(r"\d|三十")
_UNIT_NOISE: Final = str.maketrans({" ": "", "μ": "u", "µ": "u", "×": "x", "⁹": "9", "³": "3", "º": "°"})
_POWER: Final = re.compile(r"^[x*]?10[\^*e]?([39])/")


def find_measurements(folded: str, text: str, matches: Sequence[Match], ranges: Ranges) -> tuple[Measurement, ...]:
    """Find the vital signs and laboratory values in a text, in text order, none twice, flagged by these ranges."""
    found: dict[int, Measurement] = {}
    for match in matches:
        for concept in match.concepts:
            if concept.id in QUANTITIES or concept.id == "blood-pressure":
                for measurement in _read_named(folded, text, match, concept.id, ranges):
                    found.setdefault(measurement.span.end * 2 + _is_diastolic(measurement), measurement)
    if _NUMERAL.search(folded):
        for measurement in _read_unnamed(folded, text, ranges):
            if not _repeats(measurement, found, folded):
                found.setdefault(measurement.span.end * 2 + _is_diastolic(measurement), measurement)
    return tuple(sorted(found.values(), key=lambda measurement: (measurement.span, -1 * (measurement.value or 0))))


def _repeats(measurement: Measurement, found: Mapping[int, Measurement], folded: str) -> bool:
    """Tell whether a temperature only says the one before it in another unit: 101.5°F (38.6°C)."""
    return measurement.concept_id == "body-temperature" and any(
        other.concept_id == "body-temperature"
        and other.span.end <= measurement.span.start
        and folded[other.span.end : measurement.span.start].strip() in ("(", "/", "or", "即")
        for other in found.values()
    )


def _is_diastolic(measurement: Measurement) -> int:
    return int(measurement.concept_id == "diastolic-blood-pressure")


def _read_named(folded: str, text: str, match: Match, concept_id: str, ranges: Ranges) -> Iterator[Measurement]:
    if concept_id == "blood-pressure":
        filled = _FILLED.match(folded, match.end)
        pressure = _BP.match(folded, filled.end() if filled else match.end)
        if pressure:
            yield from _read_pressure(text, pressure, ranges, start=match.start)
        return
    value = _VALUE.match(folded, match.end)
    if value:
        measurement = _measure(text, concept_id, value, ranges, start=match.start)
        if measurement:
            yield measurement
            return
    word = _WORD.match(folded, match.end)
    if word:
        yield _describe(text, concept_id, word, start=match.start)


def _read_unnamed(folded: str, text: str, ranges: Ranges) -> Iterator[Measurement]:
    for pressure in _BP_BARE.finditer(folded) if "/" in folded else ():
        yield from _read_pressure(text, pressure, ranges, start=pressure.start())
    for letter in (_LETTERS.match(folded, start.start()) for start in _LETTER.finditer(folded)):
        if letter is None:
            continue
        measurement = _measure(text, _LETTER_IDS[letter["letter"]], letter, ranges, start=letter.start())
        if measurement and (letter["unit"] or text[letter.start() : letter.start() + 2].istitle()):
            yield measurement
    for concept_id, found in _find_unnamed(folded):
        measurement = _measure(text, concept_id, found, ranges, start=found.start())
        if measurement:
            yield measurement
    for bare in find_bare(folded):
        yield _build(
            text,
            "body-temperature",
            ranges.quantity("body-temperature"),
            bare.celsius,
            bare.number,
            text[bare.end : bare.unit_end].strip(),
            Span(bare.start, bare.unit_end),
            more=least_more(folded, bare.start, bare.unit_end),
        )


def _find_unnamed(folded: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Find the values whose name or unit leaves no doubt, each with the quantity that it is of."""
    for name in _BARE_NAMES.finditer(folded) if _CONCENTRATION.search(folded) else ():
        yield _BARE_IDS[name["name"].rstrip("2+")], name
    for acidity in _PH.finditer(folded) if "ph" in folded else ():
        yield "blood-ph", acidity
    for degrees in find_with_unit(folded):
        yield "body-temperature", degrees


def _read_pressure(text: str, found: re.Match[str], ranges: Ranges, *, start: int) -> Iterator[Measurement]:
    for part, concept_id in (("high", "systolic-blood-pressure"), ("low", "diastolic-blood-pressure")):
        number, unit = float(found[part]), found["unit"] or ""
        quantity = ranges.quantity(concept_id)
        value = number * quantity.factors[unit] if unit else number
        if quantity.plausible[0] <= value <= quantity.plausible[1]:
            yield _build(text, concept_id, quantity, value, number, unit, Span(start, found.end()))


def _measure(text: str, concept_id: str, found: re.Match[str], ranges: Ranges, *, start: int) -> Measurement | None:
    quantity = ranges.quantity(concept_id)
    is_temperature = concept_id == "body-temperature"
    number = read_number(found["number"])
    unit = _normalise_unit(found["unit"] or "")
    end = found.end("unit") if unit else found.end("number")
    if unit in ("度", "°") and number.is_integer():
        tenth, end = read_tenth(found.string, end)
        number += tenth
    if is_temperature and unit in ("°f", "f", "℉", "degreesf", "degreesfahrenheit"):
        value = to_celsius(number)
    elif unit in quantity.factors:
        value = number * quantity.factors[unit]
    elif quantity.plausible[0] <= number <= quantity.plausible[1]:
        value, end = number, found.end("number")
    elif quantity.bare_other and quantity.bare_other[0] <= number <= quantity.bare_other[1]:
        value, end = number * quantity.bare_other[2], found.end("number")
    else:
        return None
    written = text[found.start("unit") : end] if end > found.end("number") else ""
    more = least_more(found.string, found.start("number"), end) if is_temperature else 0.0
    return _build(text, concept_id, quantity, value, number, written, Span(start, end), more=more)


def _build(
    text: str,
    concept_id: str,
    quantity: Quantity,
    value: float,
    number: float,
    written_unit: str,
    span: Span,
    *,
    more: float = 0.0,
) -> Measurement:
    return Measurement(
        concept_id=concept_id,
        value=round(value, 4),
        unit=quantity.unit,
        written_value=number,
        written_unit=written_unit,
        flag=quantity.flag(value),
        implies=quantity.implied(value + more),
        span=span,
        surface=text[span.start : span.end],
    )


def describe_finding(finding_id: str, span: Span, text: str) -> Measurement:
    """Make the measurement without a number that a finding of ``DESCRIBED`` amounts to."""
    return _state(text, DESCRIBED[finding_id], Flag.HIGH, span)


def _describe(text: str, concept_id: str, word: re.Match[str], *, start: int) -> Measurement:
    flag = {"high": Flag.HIGH, "low": Flag.LOW, "normal": Flag.NORMAL}[str(word.lastgroup)]
    return _state(text, concept_id, flag, Span(start, word.end()))


def _state(text: str, concept_id: str, flag: Flag, span: Span) -> Measurement:
    quantity = QUANTITIES[concept_id]
    implies = {Flag.HIGH: quantity.implies_high, Flag.LOW: quantity.implies_low}.get(flag)
    return Measurement(
        concept_id=concept_id,
        value=None,
        unit=quantity.unit,
        written_value=None,
        written_unit="",
        flag=flag,
        implies=implies,
        span=span,
        surface=text[span.start : span.end],
    )


def _normalise_unit(unit: str) -> str:
    plain = unit.translate(_UNIT_NOISE)
    power = _POWER.match(plain)
    if power:
        return f"10^{power[1]}/{plain.rsplit('/', 1)[1]}"
    return {"umol/l": "umol/l", "/minute": "/min"}.get(plain, plain)
