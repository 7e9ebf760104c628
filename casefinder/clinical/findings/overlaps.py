"""What is kept where phrases overlap."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from casefinder.clinical.findings.cues import Cue
from casefinder.clinical.findings.phrases import CUE, TERM, Phrase
from casefinder.clinical.lexicon import Concept

NEGATING: Final = frozenset("无不未没")

_BY_START: Final = itemgetter(0)

Spot: TypeAlias = tuple[int, int, Phrase]
"""Where a phrase begins and ends, and what it is."""


class Match(NamedTuple):
    """A form or cue found in a text; concepts is empty for a cue."""

    start: int
    end: int
    concepts: tuple[Concept, ...]
    cue: Cue | None


def resolve_overlaps(spots: list[Spot], folded: str) -> list[Match]:
    """Keep spots that do not overlap: terms and blocking phrases by length, the rest where room is left."""
    spots.sort(key=itemgetter(0, 1))
    matches: list[Match] = []
    place, n_spots = 0, len(spots)
    while place < n_spots:
        reach = spots[place][1]
        following = place + 1
        while following < n_spots and spots[following][0] < reach:
            reach = max(reach, spots[following][1])
            following += 1
        if following == place + 1:
            start, end, phrase = spots[place]
            matches.append(Match(start, end, phrase.concepts, phrase.cue))
        else:
            matches += _resolve_cluster(spots[place:following], folded)
        place = following
    return matches


def _resolve_cluster(spots: Sequence[Spot], folded: str) -> list[Match]:
    """Resolve spots of which each overlaps another."""
    kept: list[Match] = []
    order = sorted([(phrase.group, start - end, start, place) for place, (start, end, phrase) in enumerate(spots)])
    for _, _, start, place in order:
        end, phrase = spots[place][1:]
        for match in kept:
            if start < match.end and match.start < end:
                break
        else:
            if not (phrase.group == TERM and _is_lost(start, end, phrase, spots, folded)):
                kept.append(Match(start, end, phrase.concepts, phrase.cue))
    kept.sort(key=_BY_START)
    return kept


def _is_lost(start: int, end: int, phrase: Phrase, spots: Sequence[Spot], folded: str) -> bool:
    """Tell what a later step could not see to be wrong.

    A form or phrase that begins with a negation and cuts a longer-reaching form in two (无尿 where 无尿频 is
    meant, 无痛 in 无痛经), and a blocking phrase inside a cue (不足 in 依据不足).
    """
    if phrase.cue and any(other.group == CUE and first <= start and end <= last for first, last, other in spots):
        return True
    return folded[start] in NEGATING and any(
        start < first < end < last and other.concepts for first, last, other in spots
    )
