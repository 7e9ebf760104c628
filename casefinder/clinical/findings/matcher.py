"""Find the forms of the lexicon and the cue phrases in a folded text, longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from casefinder.clinical.findings.graded_tests import find_graded
from casefinder.clinical.findings.loose_forms import find_loose
from casefinder.clinical.findings.marks import find_marks
from casefinder.clinical.findings.overlaps import NEGATING, Match, Spot, resolve_overlaps
from casefinder.clinical.findings.phrases import CUE, LATIN, Phrase, PhraseBook
from casefinder.clinical.findings.told_of import find_told
from casefinder.clinical.lexicon import Lexicon

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_WORD: Final = re.compile(r"[a-z0-9]+")
_PLURAL: Final = re.compile(r"(?:e?s)(?![a-z0-9])")
# A time written on to a word: RA10年, fever3天. Nothing else may follow without a space.
_TIME: Final = re.compile(r"\d{1,3}[余多+]?个?(?:年|月|周|星期|天|日|小时|分钟|h(?![a-z0-9]))")
# What may follow a prefix that denies it: afebrile, nontender.
_PREFIXED: Final = re.compile(
    r"(?:(?<=\ba)febrile|(?<=\ba)cyanotic|(?<=\ban)icteric|(?<=\bnon)tender|(?<=\bnon)icteric)\b"
)
Found: TypeAlias = tuple[Phrase, int, int]
"""A phrase, and where it begins and ends."""
_SHORT: Final = 120  # characters of a complaint; trying every length there takes a millisecond or two


class PhraseMatcher:
    """Looks up every form of a lexicon, and every cue phrase, in one pass over a text."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take over the lexicon's forms; the automaton is made with the second text, or a long one."""
        self.phrases = PhraseBook(lexicon)
        self._texts: list[str] = []  # of the phrases, by their number in the automaton
        self._automaton: AhoCorasick | None = None
        self._is_used = False

    def match(self, folded: str, text: str) -> list[Match]:
        """Find all phrases, resolve overlaps, and return them in text order.

        Args:
            folded: The text as ``fold_text`` returns it.
            text: The original, of the same length; read for abbreviations whose case matters.
        """
        is_first, self._is_used = not self._is_used, True
        is_cold = is_first and self._automaton is None and len(folded) <= _SHORT
        found = self._try_every_length(folded) if is_cold else self._run_automaton(folded)
        # Of two that cover the same characters the first counts.
        kept = find_marks(folded)
        if not folded.isascii():
            kept += find_graded(folded, self.phrases)
        kept += _keep_longest(found, folded, text)
        if not folded.isascii():
            kept += find_loose(folded, self.phrases)
            kept += find_told(folded, self.phrases)
        return resolve_overlaps(kept, folded)

    def _run_automaton(self, folded: str) -> list[Found]:
        """Find every phrase at every place: of those that begin at one place, the longest comes first."""
        automaton = self._automaton = self._automaton or self._make_automaton()
        matches = automaton.find_matches_as_indexes(folded, overlapping=True)
        matches.reverse()  # they come by their ends
        named = ((self.phrases.get(self._texts[index]), start, end) for index, start, end in matches)
        return [(phrase, start, end) for phrase, start, end in named if phrase is not None]

    def _make_automaton(self) -> AhoCorasick:
        """Build the automaton of the texts of all phrases; takes a third of a second."""
        from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

        self._texts = self.phrases.texts()
        return AhoCorasick(
            self._texts,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,  # a DFA takes seconds to build and is no faster
            store_patterns=False,
        )

    def _try_every_length(self, folded: str) -> list[Found]:
        """Find the same as the automaton: slow by the character, but a cold query need not build one for it."""
        found: list[Found] = []
        for start in range(len(folded)):
            for end in range(min(len(folded), start + self.phrases.longest), start, -1):
                phrase = self.phrases.get(folded[start:end])
                if phrase is not None:
                    found.append((phrase, start, end))
        return found


def _keep_longest(found: Iterable[Found], folded: str, text: str) -> list[Spot]:
    """Keep the longest phrase that begins at each place.

    Shorter ones are kept beside it where they are one character, where they begin with a negation, and where it is
    a cue: they may hold where the longest gives way to another (否认有机磷中毒 denies the poisoning).
    """
    settled = bytearray(len(folded))
    kept: list[Spot] = []
    for phrase, start, end in found:
        if settled[start] and end - start > 1:
            continue
        if not phrase.is_plain:
            end = _checked_end(start, end, phrase, folded, text)
            if not end:
                continue
        if folded[end - 1] == "疼" and folded.startswith("痛", end) and phrase.concepts:
            end += 1  # 膝疼痛 is 膝疼
        kept.append((start, end, phrase))
        if folded[start] not in NEGATING and phrase.group != CUE:
            settled[start] = 1
    return kept


def _checked_end(start: int, end: int, phrase: Phrase, folded: str, text: str) -> int:
    """Return where a phrase ends, plural included, or 0 where it is part of other words or wrongly spelt."""
    if phrase.begins_word and start and folded[start - 1] in LATIN and not _PREFIXED.match(folded, start):
        return 0
    if phrase.spellings and text[start:end] not in phrase.spellings:
        return 0
    if phrase.rivals and any(word in folded for word in phrase.rivals):
        return 0
    if phrase.partners and not any(word in folded for word in phrase.partners):
        return 0
    if end == len(folded):
        return end
    if phrase.not_before:
        return 0 if folded[end] in phrase.not_before else end
    if not phrase.ends_word or folded[end] not in LATIN or _TIME.match(folded, end):
        return end
    plural = _PLURAL.match(folded, end)
    if plural is None or (phrase.is_acronym and text[start:end].isupper() and text[end] == "S"):
        return 0
    return plural.end()
