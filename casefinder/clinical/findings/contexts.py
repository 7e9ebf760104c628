"""Whether the words around a cue take its meaning: a mother who reports, a 3-day history of."""

from __future__ import annotations

import re
from typing import Final

from casefinder.clinical.findings.cues import Cue, Role
from casefinder.clinical.findings.overlaps import Match

_HISTORY_OF: Final = re.compile(r"history of|h/o|hx of")
_COURSE_BEFORE: Final = re.compile(
    r"(?:hours?|days?|weeks?|months?|years?|hrs?|yrs?|wks?|hour's|day's|week's|month's|year's|days'|"
    r"weeks'|months'|years')[ -]*$|\d ?(?:[dw]|/7|/52|/12) ?$"
)
_COURSE_AHEAD: Final = re.compile(
    r"\s*(?:of )?(?:约|近)?(?:\d+|[一二两三四五六七八九十半数几])[余多+]?\s*(?:个)?(?:天|日|小时|周|h\b|"
    r"d\b|分钟)"
)
_INFORMS: Final = re.compile(
    r"\s*(?:also |then |has |had )?(?:reports?|reported|reporting|states?|stated|says?|said|notic|noted|"
    r"notes|brought|den[yi]|describ|observ|is concerned|was concerned|worr|gave|thought|felt|found|"
    r"complain|mention|told|took|saw)|\s*(?:代)?(?:诉|述|称|说|发现|带|抱|送|陪|否认|不知|描述|观察|"
    r"觉得|注意|发觉|代|告知|给|要求|拒绝|签|及患)"
)
_IS_PATIENT: Final = re.compile(r"\bold (?:[a-z]+ ){0,3}$|\bpregnant $")
_MY: Final = re.compile(r"\bmy (?:[\w-]+ ){0,2}$|我(?:家|的|们)?$")
_CHILD: Final = re.compile(r"(?:son|daughter|儿子|女儿|孙子|孙女|twin)")  # who is asked about, as a rule
# 我妈最近头晕 asks about the mother, 我妈有糖尿病 tells of the family.
_MINE: Final = re.compile(r"(?:我|我家|我的|老)(?:[\u4e00-\u9fff]{1,2})$")
_IS_ASKED_ABOUT: Final = re.compile(
    r"[,\s]*(?:今年|\d{1,3}岁|最近|近|这几天|这两天|现在|昨|今天|前天|总|老是|一直|突然|经常|已经)"
)
# The same in English: "My husband snores loudly, does he have sleep apnea?", where nobody says "I have".
_ASKED: Final = re.compile(r"\b(?:does|should|could|can|is|has|will|might) (?:he|she|they)\b")
_OF_MYSELF: Final = re.compile(r"\bi(?:'ve|'m| have| had| am| was| feel| get| got| keep| started| also)\b")
# 我爸咳嗽一个月了，担心是肺癌, where nothing is said of 我 alone.
_ASKED_ZH: Final = re.compile(r"吗|\?|怎么办|怎么回事|怎么治|是不是|担心|要紧|请问")
_ALONE: Final = re.compile(r"我(?![爸妈父母老家的们姐哥弟妹奶爷外婆公儿女岳妻丈爱])")
# A disease that was found then is there since: "diagnosed with multiple sclerosis in 2015".
_FOUND_THEN: Final = re.compile(r"\bdiagnosed (?:with|as having)\b[^.;]*$")
_NO_COMMA: Final = re.compile(r"(?:no|never|none),")  # "No, just a cough" answers something else
# "What is lupus?" asks about it, and doubts nothing.
_ASKS_ABOUT: Final = re.compile(r"(?:^|[.?!;\n]\s*)(?:(?:what|who|how|when|why|where|which)\b|什么[是叫])[^.?!;,\n]*$")
_SENTENCE_BEFORE: Final = 120  # characters before a question mark that are looked at
_ASKED_WITHIN: Final = 20  # characters to the question mark: 是胃炎还是胃溃疡引起的呢？


def loses_meaning(folded: str, match: Match, cue: Cue) -> bool:
    """Tell whether a cue is none in these words.

    Args:
        folded: The text.
        match: Where the cue stands.
        cue: What it is.
    """
    if cue.role is Role.RELATIVE:
        return _is_no_relative(folded, match)
    if cue.is_both and cue.is_zh:
        return "?" not in folded[match.end : match.end + _ASKED_WITHIN]  # 还是 is "still" otherwise
    if cue.role is Role.DOUBT and folded[match.start] == "?":
        return _ASKS_ABOUT.search(folded[max(0, match.start - _SENTENCE_BEFORE) : match.start]) is not None
    if cue.role is Role.NEGATE and not cue.is_zh:
        return _NO_COMMA.match(folded, match.start) is not None
    if cue.role is not Role.PAST:
        return False
    return _is_course(folded, match, cue) or _is_since_then(folded, match, cue)


def _is_no_relative(folded: str, match: Match) -> bool:
    """Tell whether a relative only informs, or is the patient."""
    if _INFORMS.match(folded, match.end):
        return True
    before = folded[max(0, match.start - 20) : match.start]
    if _IS_PATIENT.search(before) or (_CHILD.match(folded, match.start) and _MY.search(before)):
        return True
    if _MY.search(before) and _ASKED.search(folded, match.end) and not _OF_MYSELF.search(folded):
        return True
    is_mine = _MINE.search(folded, max(0, match.start - 3), match.end) is not None
    if is_mine and _ASKED_ZH.search(folded, match.end) and not _ALONE.search(folded):
        return True
    return is_mine and _IS_ASKED_ABOUT.match(folded, match.end) is not None


def _is_since_then(folded: str, match: Match, cue: Cue) -> bool:
    """Tell whether a time is when a disease was found that is still there."""
    is_time = cue.back is not None and not cue.is_zh and folded.startswith(("in ", "last ", "year"), match.start)
    return is_time and _FOUND_THEN.search(folded, max(0, match.start - _SENTENCE_BEFORE), match.start) is not None


def _is_course(folded: str, match: Match, cue: Cue) -> bool:
    """Tell whether a history is that of the present complaint."""
    if _HISTORY_OF.search(folded, match.start, match.end):
        return _COURSE_BEFORE.search(folded[max(0, match.start - 30) : match.start]) is not None
    is_history = folded.endswith("史", match.start, match.end)
    return is_history and cue.ahead is None and _COURSE_AHEAD.match(folded, match.end) is not None
