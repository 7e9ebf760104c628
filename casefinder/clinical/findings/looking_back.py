"""Apply a cue to what stands before it: 咳嗽、发热(-), "fever and cough were absent", hypertension (father)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from casefinder.clinical.findings.cues import Cue, Role
from casefinder.clinical.findings.judged import Judged, strengthen
from casefinder.clinical.findings.overlaps import Match
from casefinder.clinical.lexicon import ConceptKind

SENTENCE_END: Final = re.compile(r"[。;!\n]|[.?](?=\s|$|[^\x00-\x7f])")
# What may stand between two findings of one list. A bare comma is not among them: see _CONJUNCTION.
CONNECTOR: Final = re.compile(
    r"\s*(?:、|/|\+|以及|及其|及|和|与|或者|或|,?\s*and(?: the)?|,?\s*or|versus|vs\.?|)\s*(?:双侧|左侧|右侧|any )?\s*"
)
FELT: Final = frozenset({ConceptKind.SYMPTOM, ConceptKind.SIGN})
CLOSING: Final = frozenset({Role.END, Role.NOW, Role.PATIENT})

_CONJUNCTION: Final = re.compile(r"\b(?:and|or)\b|[及和或与]")
_OVER_COMMA: Final = 10  # characters: 胃溃疡，吃药后好了
_OF_RELATIVE: Final = re.compile(
    r"\s*(?:[(]|(?:in|among|affecting|of)\s)\s*"
    r"(?:(?:his|her|the|their|an?|one|two|three|both|several|first-degree|second-degree|maternal|paternal)\s+){0,3}$"
)
_CLOSED: Final = re.compile(r"\s*(?:[,;。.!?)\n]|(?:by|on|in|during|within|over|this|today) |$)")
_ASKS_AHEAD: Final = re.compile(r"\?[a-z]")  # sepsis ?source
_UNCLEAR_CAUSE: Final = ("待查", "待诊")  # 发热待查 is a fever whose cause is unclear, 肺炎待查 an unclear pneumonia
_NORMAL: Final = ("正常", "异常")
_NOT_JUDGED_AHEAD: Final = frozenset({ConceptKind.BODY, ConceptKind.TEST})


def points_back(
    folded: str, matches: Sequence[Match], index: int, sentence: Sequence[Judged], *, has_relative: bool
) -> bool:
    """Tell whether a cue concerns what its sentence has named before it, rather than what follows.

    Args:
        folded: The text.
        matches: All matches in it, in order.
        index: Which of them is the cue.
        sentence: The findings of its sentence so far.
        has_relative: Whether the sentence already speaks of a relative.
    """
    match = matches[index]
    cue = match.cue
    if cue is None or not sentence:
        return False
    gap = folded[sentence[-1].match.end : match.start]
    if cue.role is Role.RELATIVE and not has_relative and gap.strip() and _OF_RELATIVE.fullmatch(gap):
        return True
    if cue.back is None or (gap and _ASKS_AHEAD.match(folded, match.start)):
        return False
    if cue.passes_comma and gap.count(",") == 1 and len(gap) <= _OVER_COMMA:
        return cue.is_zh or _CLOSED.match(folded, match.end) is not None
    if len(gap.strip(" :")) > cue.back or "," in gap:
        return False
    if cue.ahead is None or cue.is_both or (cue.prefers_back and not _CONJUNCTION.search(gap)):
        return True
    if cue.role is Role.NEGATE and not _CLOSED.match(folded, match.end):
        return False  # 伤口无渗血: what 无 denies is just not in the lexicon
    return not _finds_ahead(folded, matches, index, cue)


def apply_back(folded: str, match: Match, cue: Cue, sentence: Sequence[Judged]) -> None:
    """Let a cue decide about the list of findings that ends before it.

    Args:
        folded: The text.
        match: Where the cue stands.
        cue: What it is.
        sentence: The findings of its sentence so far.
    """
    following = None
    has_conjunction = False
    is_normal = folded.endswith(_NORMAL, match.start, match.end)
    for judged in reversed(sentence):
        if following is not None:
            between = folded[judged.match.end : following]
            has_conjunction = has_conjunction or _CONJUNCTION.search(between) is not None
            if not (CONNECTOR.fullmatch(between) or (has_conjunction and not cue.is_zh and between.strip() == ",")):
                return
        following = judged.match.start
        kind = judged.match.concepts[0].kind
        if is_normal and kind not in FELT:
            return  # 血糖升高，血压正常: what is normal is the test, and nothing before it
        if kind not in FELT or not folded.startswith(_UNCLEAR_CAUSE, match.start):
            strengthen(judged, cue.role, match)


def _finds_ahead(folded: str, matches: Sequence[Match], index: int, cue: Cue) -> bool:
    end = matches[index].end
    for following in matches[index + 1 :]:
        gap = folded[end : following.start]
        if len(gap) > (cue.ahead or 0) or "," in gap or SENTENCE_END.search(gap):
            return False
        if following.cue is not None and following.cue.role in CLOSING:
            return False
        if following.concepts and following.concepts[0].kind not in _NOT_JUDGED_AHEAD:
            return True
    return False
