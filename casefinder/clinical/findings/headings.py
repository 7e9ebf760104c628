"""Headings inside a text, and what a finding under them is unless its sentence says otherwise."""

from __future__ import annotations

import re
from typing import Final

from casefinder.clinical.findings.model import Assertion

_PAST = (
    "既往史|既往病史|既往疾病史|过去史|手术史|手术外伤史|past medical history|past surgical history|"
    "past history|previous history|pmhx?|pshx?|medical history"
)
_FAMILY = "家族史|家族遗传史|family history|family hx|fhx?"
_ALLERGY = "过敏史|药物过敏史|食物过敏史|过敏|allergies|allergy|drug allergies|known allergies"
_PLAIN = (
    "主诉|主诉及病史|现病史|病史摘要|病史|体格检查|体检|查体|专科检查|专科情况|专科查体|辅助检查|"
    "实验室检查|入院查体|入院情况|影像学检查|初步诊断|入院诊断|出院诊断|诊断|诊查|个人史|婚育史|月经史|"
    "生育史|接种史|预防接种史|生活史|流行病学史|病情描述|疾病|症状|体征|诊疗经过|治疗经过|"
    "chief complaint|cc|history of present illness|history of presenting illness|"
    "history of presenting complaint|hpi|present illness|physical exam|physical examination|exam|"
    "examination|on examination|pe|p/e|o/e|vital signs|vitals|investigations|labs?|laboratory|imaging|assessment|"
    "impression|diagnosis|social history|review of systems|ros|hospital course|medications|"
    "current medications|meds|current meds|drugs|drug history|dhx?|pc|presenting complaint|shx?|soc hx|symptoms"
)
_PLAN = "plan|treatment plan|诊疗计划|治疗计划|下一步计划"
_DIAGNOSES = "鉴别诊断|differential diagnosis|differential|ddx"
_DEFAULTS: Final = {
    "past_history": Assertion.HISTORICAL,
    "family_history": Assertion.FAMILY,
    "differential": Assertion.UNCERTAIN,
}
ALLERGIES: Final = "allergies"
PLANS: Final = "plans"
_DIFFERENTIAL: Final = "differential"

_NAMES: Final = {
    **dict.fromkeys(re.sub(r"[?]", "", _PAST).split("|"), "past_history"),
    **dict.fromkeys(("pmh", "psh"), "past_history"),
    **dict.fromkeys(("fh", "fhx", *_FAMILY.split("|")), "family_history"),
    **dict.fromkeys(_ALLERGY.split("|"), ALLERGIES),
    **dict.fromkeys(_DIAGNOSES.split("|"), _DIFFERENTIAL),
    **dict.fromkeys(_PLAN.split("|"), PLANS),
}
# At the start of a line or sentence, with an optional number or bracket, and a colon or the end of the line after it;
# in brackets anywhere; or after a space or comma, with a colon.
_NAME: Final = f"(?:{_PAST}|{_FAMILY}|{_ALLERGY}|{_PLAN}|{_DIAGNOSES}|{_PLAIN})"
_HEADING: Final = re.compile(
    r"(?:^|(?<=[\n。;.!]))[^\S\n]*(?:[(\[【]?[\d一二三四五六七八九十]{1,2}[)\]】.、]?[^\S\n]*|[【\[])?"
    rf"(?P<name>{_NAME})[】\]]?[^\S\n]*(?::|(?=\n|$))|"
    rf"[【\[](?P<bracketed>{_NAME})[】\]]:?|"
    rf"(?<=[ ,、】])(?<!working )(?<!provisional )(?<!differential )(?P<inline>{_NAME}):"
)


def find_headings(folded: str) -> list[tuple[int, int, str]]:
    """List start, end and section of every heading; the section is empty where it sets nothing."""
    if ":" not in folded and "\n" not in folded and "】" not in folded:
        return []
    return [
        (found.start(found.lastgroup), found.end(), _NAMES.get(found[found.lastgroup], ""))
        for found in _HEADING.finditer(folded)
        if found.lastgroup
    ]


def default_assertion(section: str | None) -> Assertion:
    """Return what a finding of a section is when nothing else is said; present for an unknown section."""
    return _DEFAULTS.get(section or "", Assertion.PRESENT)
