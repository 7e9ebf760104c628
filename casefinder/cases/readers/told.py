"""Age, sex and date of the visit as running text tells them: ``患儿，女，3个月``, ``a 56-year-old man``.

Only what is plainly said of the patient counts: an age beside a word for a person, in a text that tells of one
person. A text that gives two different ages or sexes tells of several, and then nothing is read: a wrong age hides a
case from those who filter by it, a missing one does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from casefinder.cases.model import Age, Case, Sex
from casefinder.cases.readers.ages import parse_age
from casefinder.cases.readers.values import parse_date
from casefinder.errors import InvalidCaseError

_T = TypeVar("_T")

_ZH_AGE: Final = (
    r"(?P<age>\d{1,3}\s*周?岁(?:半|\s*零?\s*\d{1,2}\s*个?月)?(?![时起前后患得发上结初绝])|半岁(?![时起前后患得发])|"
    r"\d{1,2}\s*个?月(?:零?\d{1,2}天)?(?:大|龄|(?=\s*(?:[,，。;；、)）]|$|[男女])))|"
    r"\d{1,3}\s*(?:天|日)(?:大|龄|(?=\s*(?:[,，。;；、)）]|$|[男女]))))"
)
_GAP: Final = r"[ \t　,，、:：]{0,3}"
_PATIENT: Final = r"(?:患者|患儿|病人|病员|病者|病儿)"
_HEAD: Final = r"(?:^|(?<=[。;；：:\n]))[ \t　]*"  # of a line or sentence
_NAME: Final = r"(?:[\u4e00-\u9fff]{0,3}[某×xX*]{1,3}|[\u4e00-\u9fff]{2,4})"
_ZH_SEX: Final = r"(?P<sex>[男女])(?:性|孩|童|婴|生|患者|患儿|士)?(?:病人|病儿|患者|患儿)?(?![儿友朋婿方])"
_ADULT: Final = r"(?:青年|中年|老年|成年|已婚|未婚){0,2}"
_ZH: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        # 王某，男，38岁   患者张三，女，37岁   患儿，女，3个月   性别：女 年龄：40岁
        rf"(?:{_HEAD}{_NAME}?|{_PATIENT}{_NAME}?)(?:为|系|是)?{_GAP}(?:性别)?{_GAP}{_ADULT}{_ZH_SEX}{_GAP}"
        rf"(?:{_NAME}[,，、])?{_GAP}(?:年龄)?{_GAP}{_ZH_AGE}",
        # 患者38岁男性   8个月男婴
        rf"(?:{_HEAD}|{_PATIENT})(?:为|系|是)?{_GAP}(?:一名?|1名|名)?{_GAP}{_ZH_AGE}{_GAP}的?{_ADULT}{_ZH_SEX}",
        # 患者38岁   李某，56岁   本人39岁
        rf"(?:{_PATIENT}|(?:{_HEAD}|(?<=[，,]))(?:本人|我今年)|{_HEAD}[\u4e00-\u9fff]{{1,2}}[某×君左右]{{1,2}})"
        rf"{_GAP}(?:今年)?{_ZH_AGE}(?=[ \t　]*(?:[,，。;；、)）(（]|$))",
        # 患者男性，因胸痛就诊   王某，男。
        rf"(?:{_PATIENT}(?:为|系|是)?{_GAP}{_ADULT}|{_HEAD}[\u4e00-\u9fff]{{1,2}}[某×]{{1,2}}{_GAP}){_ZH_SEX}"
        rf"(?=[ \t　,，。;；、])",
    )
)
# Who else has an age and a sex: relatives, and children somebody gave birth to.
_ZH_SOMEBODY: Final = re.compile(
    r"[父母兄弟姐妹夫妻子孙]|爱人|配偶|女儿|家属|家长|邻居|同事|供者|献血者|保姆|[育生有孕][^,，。;；]*$"
)
_EN_UNIT: Final = r"(?:years?'?s?|yrs?|months?|weeks?|days?)"
_ONES: Final = "one two three four five six seven eight nine".split()
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_EN_WORDS: Final = {
    **{word: n for n, word in enumerate((*_ONES, *_TEENS), start=1)},
    **{word: 10 * n for n, word in enumerate(_TENS, start=2)},
    **{
        f"{ten}{dash}{one}": 10 * n + m
        for n, ten in enumerate(_TENS, 2)
        for m, one in enumerate(_ONES, 1)
        for dash in "- "
    },
}
_EN_NUMBER: Final = rf"(?:\d{{1,3}}(?:\.5)?|{'|'.join(sorted(_EN_WORDS, key=len, reverse=True))})"
_EN_MALE: Final = "man|male|boy|gentleman"
_EN_FEMALE: Final = "woman|female|girl|lady|primigravida|multigravida|primipara|multipara|gravida|housewife|nulliparous"
_EN_PERSON: Final = "patient|child|infant|baby|neonate|newborn|toddler|adolescent|teenager"
_EN: Final = (
    re.compile(
        rf"\b(?P<age>{_EN_NUMBER}[ -]{{0,3}}{_EN_UNIT}[ -]{{0,3}}old|\d{{1,3}}[ -]?y/?o)\b"
        r"(?:[ ,]+(?!of\b|with\b|who\b|whose\b|and\b|had\b|was\b|is\b|in\b|to\b|from\b|presented\b)"
        r"[a-z][a-z/'-]*(?:\([a-z]+\))?){0,5}?"
        rf"[ ,]+(?:(?P<male>{_EN_MALE}|m)|(?P<female>{_EN_FEMALE}|f)|(?:{_EN_PERSON}))\b"
        r"(?![ -](?:cousin|relative|sibling|partner|donor|friend|colleague|nurse|physician|doctor|driver|twin))"
    ),
    re.compile(
        rf"\b(?:(?P<male>{_EN_MALE})|(?P<female>{_EN_FEMALE})|(?:patient))"
        r"(?: patient)?,? aged:? (?P<age>\d{1,3} (?:years?|months?|weeks?|days?))\b"
    ),
    re.compile(
        rf"\b(?:(?P<male>{_EN_MALE})|(?P<female>{_EN_FEMALE}))(?: patient)?,? "
        rf"(?P<age>\d{{1,3}}[ -]{_EN_UNIT}[ -]old)\b"
    ),
)
_EN_SOMEBODY: Final = re.compile(
    r"(?:\b(?:his|her|their|whose|donor|mother|father|brother|sister|sibling|son|daughter|husband|wife|cousin|twin|"
    r"aunt|uncle|niece|nephew|spouse|parent|grandmother|grandfather)\b[^.;]{0,14}|"
    r"\b(?:child|donated|kidney|liver|graft|transfusion)\b[a-z ]{0,20}\b(?:of|to|by|from) "
    r"an? (?:[a-z]+ )?)$"
)
_EN_BORN: Final = re.compile(r"\b(?:infant|newborn|new born|neonate|baby|fo?etus|born)\b")
_DAY: Final = r"[12]\d{3}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}(?!\d)"
_DATED: Final = re.compile(
    r"(?:初诊|首诊|就诊|入院|来诊|来院)(?:日期|时间)?[ \t　]*[:：于]?[ \t　]*"
    rf"(?P<after>{_DAY})|(?P<before>{_DAY})\s*日?(?:初诊|首诊|来诊|入院)"
)
_EN_WORD: Final = re.compile(rf"\b(?:{'|'.join(sorted(_EN_WORDS, key=len, reverse=True))})\b")


def told_age(text: str) -> Age | None:
    """Return the patient's age where a text tells one and no other."""
    return _only(age for age in (_age(found) for found in _statements(text)) if age is not None)


def told_sex(text: str) -> Sex | None:
    """Return the patient's sex where a text tells one and not the other."""
    return _only(sex for sex in (_sex(found) for found in _statements(text)) if sex is not None)


def told_date(text: str) -> date | None:
    """Return the date of the first visit where a text names it as that."""
    found = _DATED.search(text)
    if found is None:
        return None
    try:
        return parse_date((found["after"] or found["before"]).replace(" ", ""))
    except InvalidCaseError:
        return None


def fill_from_text(case: Case) -> Case:
    """Return a case with age, sex and date of the visit from its text where it has none, and marked so."""
    age, sex, visit_date = case.patient.age, case.patient.sex, case.visit_date
    if age is not None and sex is not None and visit_date is not None:
        return case
    sections = case.sections
    texts = (sections.present_illness, sections.chief_complaint, sections.past_history, sections.exam)
    text = "\n".join(filter(None, texts))
    patient = replace(case.patient, age=age or told_age(text), sex=sex or told_sex(text))
    filled = replace(case, patient=patient, visit_date=visit_date or told_date(text))
    told = (
        ("patient.age", age is None and patient.age is not None),
        ("patient.sex", sex is None and patient.sex is not None),
        ("visit_date", visit_date is None and filled.visit_date is not None),
    )
    names = tuple(name for name, is_told in told if is_told)
    return replace(filled, from_text=(*case.from_text, *names)) if names else case


def _statements(text: str) -> Iterator[re.Match[str]]:
    """Find where a text says how old somebody is, or of which sex, and it is not a relative."""
    if not text.isascii():
        for pattern in _ZH:
            yield from (found for found in pattern.finditer(text) if not _is_zh_somebody(found))
    for pattern in _EN:
        yield from (found for found in pattern.finditer(text.lower()) if not _is_en_somebody(found))


def _is_zh_somebody(found: re.Match[str]) -> bool:
    """Tell whether what stands in front of an age or sex names another person."""
    told = min(found.start(name) for name in ("age", "sex") if found.groupdict().get(name))
    return _ZH_SOMEBODY.search(found.string, found.start(), told) is not None


def _is_en_somebody(found: re.Match[str]) -> bool:
    """Tell whether an age or sex is that of a relative or donor, or of the mother in a text about her child."""
    if _EN_SOMEBODY.search(found.string, max(0, found.start() - 60), found.start()):
        return True
    return found.groupdict().get("female") is not None and _EN_BORN.search(found.string, 0, found.start()) is not None


def _age(found: re.Match[str]) -> Age | None:
    written = found.groupdict().get("age")
    if not written:
        return None
    written = _EN_WORD.sub(lambda word: str(_EN_WORDS[word.group()]), written).replace("'s", "").replace("'", "")
    try:
        return parse_age(written.removesuffix("大").removesuffix("龄").strip(" -"), None)
    except InvalidCaseError:
        return None


def _sex(found: re.Match[str]) -> Sex | None:
    named = found.groupdict()
    if named.get("sex"):
        return Sex.MALE if named["sex"] == "男" else Sex.FEMALE
    if named.get("male"):
        return Sex.MALE
    return Sex.FEMALE if named.get("female") else None


def _only(told: Iterable[_T]) -> _T | None:
    """Return what is told when it is always the same."""
    distinct = set(told)
    return distinct.pop() if len(distinct) == 1 else None
