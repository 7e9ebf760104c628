"""Whether a clause after a comma goes on with the list before it, or says something new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from casefinder.clinical.findings.cues import Role
from casefinder.clinical.findings.overlaps import Match
from casefinder.clinical.lexicon import ConceptKind

_CLAUSE_END: Final = re.compile(r"[,;。!?\n]|\.(?=\s|$)|(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")
# What a clause may hold besides findings and still be nothing but a list.
_FILLERS: Final = re.compile(r"[、和及或与/\s]|等|不适|症状|表现|病史|病|史|疾病|传染|遗传|慢性|其他|其它|类似|改变")
_LIST_CLOSED: Final = re.compile(r"等(?:不适|症状|表现|情况|病史|疾病|史)?$")
# An English item with a time or a verb of its own: "no fever, cough for 3 days".
_OWN_COURSE: Final = re.compile(
    r"\bfor (?:the )?(?:past |last |about )?(?:\d+|an?|one|two|three|four|five|six|seven|several|few|"
    r"many|some)\b|\bsince\b|\b(?:once|twice|times)\b|\b\d+[ -](?:day|week|month|hour|year)|"
    r"\b\d+ in \d+|\bwithout\b|^\s*(?:smokes|drinks|takes|uses)\b|\b(?:showed|revealed|demonstrated)\b|"
    r"\b(?:persist|remain|present\b|noted|start|began|is\b|are\b|was\b|were\b|not\b|cannot\b|suspected\b|has\b)"
)
# An item with a grade is rather there than not, unless the list is closed by "or": "no effusion, mild edema".
_GRADED: Final = re.compile(
    r"\s*(?:mild|moderate|severe|worsening|intense|sudden|terrible|constant|intermittent|progressive|minimal|trace|small|tiny|slight|scattered|occasional|some|internal|stable|known|persistent|left|right|bilateral|"
    r"ongoing|bibasilar|subtle|\d\+)\b"
)
# What is said of all items of a list at its end: "no fever, cough or rash noted on arrival".
_OF_ALL: Final = re.compile(r"(?<=\bor)(?P<item>[^,;]{2,30})\b(?:was |were )?(?:noted|present|reported)\b")
_ALTERNATIVE: Final = re.compile(r"\b(?:or|nor)\b")
_LIST_END: Final = re.compile(r"[;!?\n]|\.(?=\s|$)|\b(?:no|denies|without|but)\b")
_CONTINUES_EN: Final = re.compile(r"\s*(?:and/or|or|nor|and|versus|vs)\b")
_NEGATIVE: Final = frozenset({Role.NEGATE})


def continues_list(folded: str, comma: int, matches: Sequence[Match], *, following: int, needs_close: bool) -> bool:
    """Tell whether a Chinese clause is a bare list of findings that goes on with the one before.

    Args:
        folded: The text.
        comma: Where the comma or space stands.
        matches: All matches of the text, in order.
        following: Index of the first match after the comma.
        needs_close: Whether the list must visibly be one: closed by 等, or by another negation after it
            (无恶心，呕吐，无腹泻). In the second case signs never go on, because examinations put findings of both
            kinds in a row (无压痛，肝大，无叩击痛).
    """
    start = comma + 1
    end = _find_clause_end(folded, start)
    inside = [match for match in matches[following:] if match.start < end]
    if not any(match.concepts for match in inside) or not _is_bare(folded, start, end, inside):
        return False
    if not needs_close:
        return True
    if _LIST_CLOSED.search(folded, start, end):
        return True
    if any(match.concepts and match.concepts[0].kind is ConceptKind.SIGN for match in inside):
        return False
    return _is_closed(folded, end, matches, following + len(inside))


def continues_english(folded: str, comma: int, *, needs_conjunction: bool, is_parallel: bool = False) -> bool:
    """Tell whether an English clause after a comma is a further item of the list before it.

    Args:
        folded: The text.
        comma: Where the comma stands.
        needs_conjunction: Whether only a clause that begins with "or" or the like goes on.
        is_parallel: Whether every item so far had a negation of its own: "no fever, no rash, mild cough".
    """
    clause = folded[comma + 1 : _find_clause_end(folded, comma + 1)]
    if needs_conjunction:
        return _CONTINUES_EN.match(clause) is not None
    if _OWN_COURSE.search(_OF_ALL.sub("", clause)) is not None:
        return False
    if not is_parallel and _GRADED.match(clause) is None:
        return True
    return _ALTERNATIVE.search(folded, comma + 1, _find_list_end(folded, comma + 1)) is not None


def _find_list_end(folded: str, start: int) -> int:
    """Find where a list that begins at a place ends: at the end of its sentence, or at the next negation."""
    found = _LIST_END.search(folded, start)
    return found.start() if found else len(folded)


def _is_closed(folded: str, end: int, matches: Sequence[Match], following: int) -> bool:
    if end >= len(folded) or folded[end] not in ", " or following >= len(matches):
        return False
    after = matches[following]
    if after.cue is not None and after.cue.role in _NEGATIVE and not folded[end + 1 : after.start].strip():
        return True
    return continues_list(folded, end, matches, following=following, needs_close=True)


def _find_clause_end(folded: str, start: int) -> int:
    found = _CLAUSE_END.search(folded, start)
    return found.start() if found else len(folded)


def _is_bare(folded: str, start: int, end: int, inside: Sequence[Match]) -> bool:
    rest = []
    for match in inside:
        if match.concepts:
            rest.append(folded[start : match.start])
            start = match.end
    rest.append(folded[start:end])
    return not _FILLERS.sub("", "".join(rest))
