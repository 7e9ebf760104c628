"""The patient's age and sex, where the text tells them."""

from __future__ import annotations

import re
from typing import Final

from casefinder.cases import Age, AgeUnit, Sex
from casefinder.clinical.findings.model import AgeMention, SexMention, Span

_AGE: Final = re.compile(
    r"(?<![\d.])(?P<number>\d{1,3})\s*(?:(?P<years>周?岁(?!时|\d+个?月时|初潮|绝经|发病|结婚|[前起后])|"
    r"(?:-|\s)*(?:years?|yrs?|yr)(?:-|\s)*(?:old|of age)\b|\s*y/?o\b|(?=(?:m|f)\b(?!\s*/)))|"
    r"(?P<months>个?月(?=大|龄|男婴|女婴|男|女)[大龄]?|(?:-|\s)*months?(?:-|\s)*old\b|\s*m/?o\b)|"
    r"(?P<days>天(?=大|龄|男婴|女婴)[大龄]?|日龄|(?:-|\s)*days?(?:-|\s)*old\b))"
)
_UNITS: Final = {"years": AgeUnit.YEARS, "months": AgeUnit.MONTHS, "days": AgeUnit.DAYS}
_MAX: Final = {"years": 130, "months": 36, "days": 120}
_OTHERS_AGE: Final = re.compile(
    r"(?:at the age of|aged|当时|自|从|约在|father|mother|brother|sister|died at|父亲?|母亲?|哥哥?|"
    r"姐姐?)\s*$"
)
_SEX_ZH: Final = re.compile(
    r"(?P<male>(?<![子儿处])男(?:性|孩|童|婴|患者|士)?(?!女|友|朋|科|方|家属|性?[伴配])|先生)|"
    r"(?P<female>(?<![子男儿妇])女(?:性|孩|童|婴|患者|士)?(?!儿|友|朋|方|婿|家属|性?[伴配])|孕妇|产妇|妇女)"
)
_SEX_EN: Final = re.compile(
    r"\b(?:(?P<male>male|man|gentleman|boy|(?<![\d.])[1-9]?\dm(?!/)|(?<=y/o )m|(?<=yo )m)|"
    r"(?P<female>female|woman|lady|girl|(?<![\d.])[1-9]?\df(?!/)|(?<=y/o )f|(?<=yo )f))\b"
)
_LATIN: Final = re.compile(r"[a-z]{3}|\d[mf]\b")
_HAN_SEX: Final = re.compile(r"[男女孕产妇先]")
_DIGITS: Final = re.compile(r"\d+")


def find_ages(folded: str, text: str) -> tuple[AgeMention, ...]:
    """Find ages of the patient in text order; ages of relatives and ages at which something began are left out."""
    numbers = _DIGITS.finditer(folded)
    ages = (found for number in numbers if (found := _AGE.match(folded, number.start())))
    return tuple(mention for found in ages if (mention := _read_age(folded, text, found)))


def find_sexes(folded: str, text: str) -> tuple[SexMention, ...]:
    """Find the words that tell the patient's sex, in text order."""
    found = _find_zh_sexes(folded)
    if _LATIN.search(folded):
        found += _SEX_EN.finditer(folded)
    return tuple(_make_sex(text, match) for match in sorted(found, key=lambda match: match.start()))


def _find_zh_sexes(folded: str) -> list[re.Match[str]]:
    """Try the pattern only where its first letters stand: three times faster than letting it search."""
    tried = (_SEX_ZH.match(folded, letter.start()) for letter in _HAN_SEX.finditer(folded))
    return [found for found in tried if found]


def _make_sex(text: str, found: re.Match[str]) -> SexMention:
    sex = Sex.MALE if found.lastgroup == "male" else Sex.FEMALE
    return SexMention(sex=sex, span=Span(found.start(), found.end()), surface=text[found.start() : found.end()])


def _read_age(folded: str, text: str, found: re.Match[str]) -> AgeMention | None:
    unit = str(found.lastgroup)
    value = int(found["number"])
    if value > _MAX[unit] or _OTHERS_AGE.search(folded, max(0, found.start() - 16), found.start()):
        return None
    return AgeMention(
        age=Age(value, _UNITS[unit]),
        span=Span(found.start(), found.end()),
        surface=text[found.start() : found.end()],
    )
