"""Cues that are known by what stands around them.

A bare sign or a yes and no: 发热-, "cough -", +fever, -chills, 腹痛：否. And what an examination is still to exclude:
建议查胸片，排除肺炎, where 排除 alone says that it is excluded. Also the first letters of afebrile and nontender.
"""

from __future__ import annotations

import re
from typing import Final

from casefinder.clinical.findings.cues import Cue, Role
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
_PREFIX: Final = re.compile(r"\b(?P<mark>a(?=febrile\b|cyanotic\b)|an(?=icteric\b)|non-?(?=tender\b|icteric\b))")

_NEGATED_BEFORE: Final = make_cue_phrase(Cue(Role.NEGATE, back=1))
_NEGATES_NEXT: Final = make_cue_phrase(Cue(Role.NEGATE, ahead=0))
_UNCLEAR_BEFORE: Final = make_cue_phrase(Cue(Role.DOUBT, back=1))
_TO_BE_EXCLUDED: Final = make_cue_phrase(Cue(Role.DOUBT, ahead=10))


def find_marks(folded: str) -> list[Spot]:
    """Find these cues in a folded text."""
    spots: list[Spot] = []
    if "-" in folded or ":" in folded:
        spots += [(*found.span("mark"), _NEGATED_BEFORE) for found in _AFTER.finditer(folded)]
    if "-" in folded:
        before = _FIRST if _PLUS_BEFORE.search(folded) else _BEFORE
        spots += [(*found.span(), _NEGATES_NEXT) for found in before.finditer(folded)]
    if "±" in folded or "+/-" in folded:
        spots += [(*found.span("mark"), _UNCLEAR_BEFORE) for found in _UNCLEAR.finditer(folded)]
    if "排除" in folded or "除外" in folded:
        spots += [(*found.span("mark"), _TO_BE_EXCLUDED) for found in _TO_EXCLUDE.finditer(folded)]
    spots += [(*found.span("mark"), _NEGATES_NEXT) for found in _PREFIX.finditer(folded)]
    return spots
