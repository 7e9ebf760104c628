"""Cues that are known by what stands around them.

A bare sign or a yes and no: 发热-, "cough -", +fever, -chills, 腹痛：否, 水肿无 黄疸无. A condition: 如发热随诊.
What an examination is still to exclude: 建议查胸片，排除肺炎, where 排除 alone says that it is excluded. The age
at which something was done: "tonsillectomy aged 6". Also the first letters of afebrile and nontender.
"""

from __future__ import annotations

import re
from typing import Final

from casefinder.clinical.findings.cues import Cue, Reach, Role
from casefinder.clinical.findings.overlaps import Spot
from casefinder.clinical.findings.phrases import make_cue_phrase

_ENDS: Final = r"(?=\s*(?:[,;、。)\n]|\.(?!\d)|$))"
# Brackets around the sign are cues like any other: see cues_zh and cues_en.
_AFTER: Final = re.compile(
    rf"(?<=[a-z)\u4e00-\u9fff])[^\S\n]?(?P<mark>-{_ENDS}|:[^\S\n]?(?:(?:否|无|没有|no|none){_ENDS}|否(?=\s)))"
)
_BEFORE: Final = re.compile(r"(?<=[,;、(/][ ])-(?=[a-z\u4e00-\u9fff])|(?<=[,;、(/])-(?=[a-z\u4e00-\u9fff])")
_FIRST: Final = re.compile(r"(?<!\S)-(?=[a-z\u4e00-\u9fff])")  # a bullet, unless others have a plus
_PLUS_BEFORE: Final = re.compile(r"(?<![^\s,;、(/])\+[a-z\u4e00-\u9fff]")
_UNCLEAR: Final = re.compile(r"(?<=[a-z)\u4e00-\u9fff])[^\S\n]?(?P<mark>±|\(±\)|\+/-|\(\+/-\))")
# Longer cues win: 已排除, 排除了.
_TO_EXCLUDE: Final = re.compile(
    r"(?:建议|拟|需|请|必要时|应|最好|可以|先)[^。;!?\n]{0,25}(?:查|化验|拍|做|ct|b超|胸片|镜)[^。;!?\n]{0,12}(?P<mark>排除|除外)"
)
# A condition, as what to do follows it: 如发热随诊. 头痛如裹 is none, nor 感染症状，如发热、咳嗽等.
_IF: Final = re.compile(
    r"(?:^|(?<=[,;。!?\n:、嘱属长者 ]))(?P<mark>如|若)(?![下上前厕常期实此何故今意同图表果])(?![^,;。!?\n]{0,20}等)"
    r"(?=[^。;!?\n]{2,25}(?:随诊|就诊|就医|复诊|来诊|来院|返院|急诊|随时|及时|立即|联系|告知|则|请|可予|口服|停药|停用|急查))"
)
# Nothing but an answer to what stands before it: 水肿无 黄疸无 发绀无.
_NONE: Final = re.compile(r"(?<=[\u4e00-\u9fff])(?P<mark>无)(?= [\u4e00-\u9fff]{2,6}[无有](?:[ ,;。\n]|$))")
# "Tonsillectomy aged 6", not of a man with asthma aged 45; "old MI", not of a man who is old.
_AGED: Final = re.compile(r"(?<=[a-z] )(?P<mark>aged|at age|at the age of) \d{1,2}\b(?!\s*(?:month|week|day))")
_PERSON: Final = re.compile(r"\b(?:man|woman|boy|girl|male|female|patient|child|gentleman|lady|infant)\b[^.;]*$")
# Advice at discharge: 嘱戒酒; 遵医嘱予 is an order that was carried out.
_ADVISED: Final = re.compile(r"(?<![医叮遗])(?P<mark>嘱)(?=其?(?:戒|服|行|口服|继续|使用|长期))")
_STOP: Final = re.compile(r"(?:^|(?<=[.,;:\n]\s))(?P<mark>stop|discontinue)(?= [a-z])")
_OLD: Final = re.compile(
    r"(?<![-\w])(?<!year )(?<!years )(?P<mark>old)(?= (?:healed |anterior |inferior |rib |left |right )?"
    r"(?:mi|myocardial infarct\w*|infarct\w*|stroke|cva|fracture|tb|tuberculosis|granuloma\w*)\b)"
)
_PREFIX: Final = re.compile(r"\b(?P<mark>a(?=febrile\b|cyanotic\b)|an(?=icteric\b)|non-?(?=tender\b|icteric\b))")

_NEGATED_BEFORE: Final = make_cue_phrase(Cue(Role.NEGATE, back=1))
_NEGATES_NEXT: Final = make_cue_phrase(Cue(Role.NEGATE, ahead=0))
_UNCLEAR_BEFORE: Final = make_cue_phrase(Cue(Role.DOUBT, back=1))
_THEN: Final = make_cue_phrase(Cue(Role.PAST, back=1, is_zh=False))
_TO_COME: Final = make_cue_phrase(Cue(Role.PLAN, ahead=4, is_firm=True))
_LONG_AGO: Final = make_cue_phrase(Cue(Role.PAST, ahead=12, is_zh=False))
_IF_SO: Final = make_cue_phrase(Cue(Role.DOUBT, ahead=8, reach=Reach.LIST, is_firm=True))
_TO_BE_EXCLUDED: Final = make_cue_phrase(Cue(Role.DOUBT, ahead=10))


# Of each cue the words without one of which it is not there, what it is known by, and what it does.
_KNOWN: Final = (
    (("-", ":"), _AFTER, _NEGATED_BEFORE),
    (("±", "+/-"), _UNCLEAR, _UNCLEAR_BEFORE),
    (("排除", "除外"), _TO_EXCLUDE, _TO_BE_EXCLUDED),
    (("如", "若"), _IF, _IF_SO),
    (("无 ",), _NONE, _NEGATED_BEFORE),
    (("嘱",), _ADVISED, _TO_COME),
    (("stop ", "discontinue "), _STOP, _LONG_AGO),
    (("old ",), _OLD, _LONG_AGO),
    (("febrile", "cyanotic", "tender", "icteric"), _PREFIX, _NEGATES_NEXT),
)


def find_marks(folded: str) -> list[Spot]:
    """Find these cues in a folded text."""
    spots = [
        (*found.span("mark"), phrase)
        for words, pattern, phrase in _KNOWN
        if any(word in folded for word in words)
        for found in pattern.finditer(folded)
    ]
    if "-" in folded:
        before = _FIRST if _PLUS_BEFORE.search(folded) else _BEFORE
        spots += [(*found.span(), _NEGATES_NEXT) for found in before.finditer(folded)]
    if "age" in folded:
        spots += [
            (found.start("mark"), found.end(), _THEN)
            for found in _AGED.finditer(folded)
            if not _PERSON.search(folded, 0, found.start())
        ]
    return spots
