"""Which side of the body, and which body part, a finding is said to be on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from casefinder.clinical.findings.model import Side
from casefinder.clinical.findings.overlaps import Match
from casefinder.clinical.lexicon import ConceptKind

# Without groups and with a letter at the head of every alternative, the regex engine skips to those letters.
_SIDE: Final = re.compile(
    r"双|两侧|两肺|两下肢|左右|bilateral(?:ly)?|both\b|左(?!右|旋|氧|甲|炔|卡|西)|l(?<=\bl)eft\b|右(?!旋)|"
    r"r(?<=\br)ight\b"
)
_SIDES: Final = {"左": Side.LEFT, "l": Side.LEFT, "右": Side.RIGHT, "r": Side.RIGHT}
_SIDE_AFTER: Final = re.compile(
    r"\s*(?:pain |swelling |weakness )?(?:in|of|on|to|over|at) (?:the |his |her |both )?(?P<name>left|"
    r"right|both)\b"
)
_BREAK: Final = re.compile(r"[,;。.!?\n、伴且]")
# What joins a finding with the body part after it: pain in the left knee, swelling of both ankles.
_SITE_AFTER: Final = re.compile(
    r"\s+(?:of|in|on|over|to|around|involving)\s+(?:(?:the|his|her|my|their|both|left|right|bilateral|upper|lower|mid|"
    r"anterior|posterior|lateral|medial|entire|whole)\s+)*"
)
# What stands between an infection and what causes it: 支原体的感染, 感染了轮状病毒, infection with S. aureus.
_CAUSED: Final = re.compile(r"\s*(?:的|性|性的|菌)?\s*")
_CAUSED_BY: Final = re.compile(r"(?:了|过|的是|上)?(?:这个|那个|一种)?|\s+(?:with|by|due to|caused by|of|from)\s+")
_LOOK_BACK: Final = 12  # characters: "left upper limb " and 右侧腹股沟区可扪及一
_SITE_GAP: Final = 6


def find_sides(folded: str) -> list[re.Match[str]]:
    """Find every word for a side in a text."""
    return list(_SIDE.finditer(folded))


def choose_side(folded: str, match: Match, sides: Sequence[re.Match[str]]) -> Side | None:
    """Return the side named in a finding, before it in its clause, or right after it; None if there is none.

    Args:
        folded: The text.
        match: The finding.
        sides: The words for a side in the text, in order.
    """
    if not sides:
        return None
    index = bisect_left(sides, match.end, key=lambda side: side.start()) - 1
    if index >= 0:
        side = sides[index]
        if side.start() >= match.start or (
            match.start - side.end() <= _LOOK_BACK and not _BREAK.search(folded, side.end(), match.start)
        ):
            word = side.group()
            return Side.BOTH if word == "左右" else _SIDES.get(word[0], Side.BOTH)
    after = _SIDE_AFTER.match(folded, match.end)
    return Side(after["name"]) if after else None


def find_site(folded: str, matches: Sequence[Match], place: int) -> str | None:
    """Return the id of the body part named right before a finding in its clause, or in English after it, or None.

    Args:
        folded: The text.
        matches: All matches in it, in order.
        place: Which of them is the finding.
    """
    match, index = matches[place], place - 1
    while index >= 0 and match.start - matches[index].end <= _SITE_GAP:
        before = matches[index]
        if _BREAK.search(folded, before.end, match.start):
            return _find_site_after(folded, matches, place)
        if before.concepts:
            concept = before.concepts[0]
            return concept.id if concept.kind is ConceptKind.BODY else _find_site_after(folded, matches, place)
        index -= 1
    return _find_site_after(folded, matches, place)


def find_agent(folded: str, matches: Sequence[Match], place: int) -> str | None:
    """Return the id of the organism that an infection is said to be with, or None.

    Args:
        folded: The text.
        matches: All matches in it, in order.
        place: Which of them is the infection.
    """
    for other, joined in ((place - 1, _CAUSED), (place + 1, _CAUSED_BY)):
        if 0 <= other < len(matches) and matches[other].concepts:
            agent, (start, end) = matches[other], (matches[min(place, other)].end, matches[max(place, other)].start)
            if agent.concepts[0].kind is ConceptKind.ORGANISM and joined.fullmatch(folded, start, end):
                return agent.concepts[0].id
    return None


def _find_site_after(folded: str, matches: Sequence[Match], place: int) -> str | None:
    joined = _SITE_AFTER.match(folded, matches[place].end)
    if joined is None:
        return None
    for after in matches[place + 1 :]:
        if after.start > joined.end():
            return None
        if after.concepts and after.end > joined.end():
            concept = after.concepts[0]
            return concept.id if concept.kind is ConceptKind.BODY else None
    return None
