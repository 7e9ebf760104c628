"""Find the forms of the lexicon and the cue phrases in a folded text, longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from operator import add
from typing import Final, NamedTuple

from casefinder.clinical.findings.cues import Cue, Role
from casefinder.clinical.findings.cues_en import EN_CUES, EN_NOTHING
from casefinder.clinical.findings.cues_zh import ZH_CUES, ZH_NOTHING
from casefinder.clinical.lexicon import Concept, ConceptKind, Lexicon, normalise_form

_WORD: Final = re.compile(r"[a-z0-9]+")
_PAIR: Final = 2
_ONE: Final = (1,)
_TWO: Final = (_PAIR,)
_TERM, _BODY, _CUE = 0, 1, 2
_PLURAL: Final = re.compile(r"(?:e?s)(?![a-z0-9])")
_TAKES_IES: Final = re.compile(r"[a-z]{2}[^aeiou\W]y$")
_NEGATING: Final = frozenset("无不未没")
_SHORT: Final = 120  # characters of a complaint; trying every length there takes a millisecond or two
_MAX_ABBREVIATION: Final = 4
_MAX_CASED: Final = 2  # MI, AF, PE: lower-case letter pairs are mostly something else
# Abbreviations that are English words in lower case.
_WORDS: Final = frozenset(
    (
        "all aids cat cut fit gas had has map mas met mad pat pop red sad ten top tee her his him pal par "
        "pip pus rip sap sip tap tip toe via was who aim arm bad bag bed big can car cap cop cup dip dim "
        "did egg end era fat far fed gap hip ham hot ice ion lad led let lid lie low may mom not now off "
        "old one our out own pad pan per pig pin pot put ram ran rat raw ray sit six son tan tin too try "
        "two use van vet war way wet why win yes you age ago and any are bar be the for stem star spot "
        "side she sob ors sac rest race peep mast lies ache ames slip clip damp fast dare care salt"
    ).split()
)
_SOLID: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Match(NamedTuple):
    """A form or cue found in a text; concepts is empty for a cue."""

    start: int
    end: int
    concepts: tuple[Concept, ...]
    cue: Cue | None


class _Entry(NamedTuple):
    """What a phrase stands for; the group tells which matches give way to which."""

    group: int
    concepts: tuple[Concept, ...]
    cue: Cue | None
    spellings: frozenset[str] | None


class _Tables(NamedTuple):
    """How phrases begin: two and three characters of Chinese ones, the first word of the others."""

    pairs: frozenset[str]
    triples: dict[str, tuple[int, ...]]
    latin: dict[str, tuple[int, ...]]


_Candidate = tuple[int, int, int, int, _Entry]  # group, minus the length, start, end: they sort by who goes first


class PhraseMatcher:
    """Looks up every form of a lexicon, and every cue phrase, in one pass over a text."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take over the lexicon's forms; the tables of beginnings are made with the second text, or a long one."""
        self._entries = _make_entries(lexicon)
        self._longest = max(map(len, self._entries))
        singles = "".join(re.escape(phrase) for phrase in self._entries if len(phrase) == 1 and phrase not in _SOLID)
        self._single = re.compile(f"[{singles}]")
        self._tables: _Tables | None = None
        self._is_used = False

    def _made_tables(self) -> _Tables:
        """Index the beginnings of all phrases; takes a tenth of a second."""
        if self._tables is None:
            self._tables = self._make_tables()
        return self._tables

    def _make_tables(self) -> _Tables:
        han = [phrase for phrase in self._entries if phrase[0] not in _SOLID]
        return _Tables(
            pairs=frozenset(phrase[:2] for phrase in han),
            triples=_index_lengths(
                (phrase[:3], part) for phrase in han if len(phrase) > _PAIR for part in (phrase, phrase[:_PAIR])
            ),
            latin=_index_lengths(
                (word, phrase) for phrase in self._entries if phrase[0] in _SOLID for word in _first_words(phrase)
            ),
        )

    def match(self, folded: str, text: str) -> list[Match]:
        """Find all phrases, resolve overlaps, and return them in text order.

        Args:
            folded: The text as ``fold_text`` returns it.
            text: The original, of the same length; read for abbreviations whose case matters.
        """
        is_first, self._is_used = not self._is_used, True
        needs_no_tables = is_first and self._tables is None and len(folded) <= _SHORT
        starts = self._every_start(folded) if needs_no_tables else self._likely_starts(folded)
        starts += [(single.start(), _ONE) for single in self._single.finditer(folded)]
        return _resolve(self._look_up(folded, text, starts), folded)

    def _every_start(self, folded: str) -> list[tuple[int, tuple[int, ...]]]:
        """Try every length at every place: slow by the character, but a cold query needs no tables for it."""
        lengths = tuple(range(self._longest, 0, -1))
        starts = [(word.start(), lengths) for word in _WORD.finditer(folded)]
        return starts + [(start, lengths[:-1]) for start, letter in enumerate(folded) if letter not in _SOLID]

    def _likely_starts(self, folded: str) -> list[tuple[int, tuple[int, ...]]]:
        """List the places where a phrase can begin, with the lengths that phrases beginning so have."""
        tables = self._made_tables()
        pairs, triples, latin = tables.pairs, tables.triples, tables.latin
        starts = [
            (start, triples.get(folded[start : start + 3], _TWO))
            for start, pair in enumerate(map(add, folded, folded[1:]))
            if pair in pairs
        ]
        return starts + [
            (word.start(), lengths)
            for word in _WORD.finditer(folded)
            if (lengths := latin.get(word.group())) is not None
        ]

    def _look_up(self, folded: str, text: str, starts: list[tuple[int, tuple[int, ...]]]) -> list[_Candidate]:
        """List the longest phrase that begins at each place, and the cue in it where it begins with a negation."""
        entries, found = self._entries, []
        for start, lengths in starts:
            for length in lengths:
                phrase = folded[start : start + length]
                entry = entries.get(phrase)
                if entry is None:
                    continue
                end = start + len(phrase)
                if entry.spellings and text[start:end] not in entry.spellings:
                    continue
                if phrase[-1] in _SOLID:
                    end = _close(folded, end)
                    if not end:
                        continue
                found.append((entry.group, start - end, start, end, entry))
                if length == 1 or folded[start] not in _NEGATING:
                    break
        return found


def _make_entries(lexicon: Lexicon) -> dict[str, _Entry]:
    blocker = _Entry(_TERM, (), Cue(Role.NOTHING), None)
    entries = dict.fromkeys(ZH_NOTHING | EN_NOTHING, blocker)
    entries |= {phrase: _Entry(_CUE, (), cue, None) for phrase, cue in (ZH_CUES | EN_CUES).items()}
    spellings = _collect_cased(lexicon)
    by_id = dict(lexicon.by_id)
    for form, owners in lexicon.form_index.items():
        concepts = (by_id[owners[0]],) if len(owners) == 1 else tuple(by_id[concept_id] for concept_id in owners)
        group = _BODY if concepts[0].kind is ConceptKind.BODY else _TERM
        entries[form] = entry = _Entry(group, concepts, None, spellings.get(form))
        if form[-1] == "y" and _TAKES_IES.search(form):
            entries.setdefault(form[:-1] + "ies", entry)
    return entries


def _first_words(phrase: str) -> tuple[str, ...]:
    """List the words an English phrase is looked up under: the first, and its plural if it is the only one."""
    word = _WORD.match(phrase)
    if word is None:
        return ()
    first = word.group()
    return (first, first + "s", first + "es") if first == phrase else (first,)


def _close(folded: str, end: int) -> int:
    """Return where a phrase ends, plural included, or 0 when it stops inside a word."""
    if end == len(folded) or folded[end] not in _SOLID:
        return end
    plural = _PLURAL.match(folded, end)
    return plural.end() if plural else 0


def _collect_cased(lexicon: Lexicon) -> dict[str, frozenset[str]]:
    """Map folded abbreviations to the spellings that count, where lower case would mean something else."""
    cased: dict[str, set[str]] = {}
    for concept in lexicon:
        for form in concept.en_forms:
            folded = normalise_form(form) if len(form) <= _MAX_ABBREVIATION else ""
            if folded and (len(form) <= _MAX_CASED or folded in _WORDS) and form != folded:
                cased.setdefault(folded, set()).add(form)
    return {folded: frozenset(forms) for folded, forms in cased.items()}


def _index_lengths(keyed: Iterable[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    # A bit per length: forty thousand sets would take a quarter of the time of a cold query.
    masks: dict[str, int] = {}
    for key, phrase in keyed:
        masks[key] = masks.get(key, 0) | 1 << len(phrase)
    return {key: _lengths_in(mask) for key, mask in masks.items()}


@cache
def _lengths_in(mask: int) -> tuple[int, ...]:
    """List the lengths whose bits are set, longest first."""
    return tuple(length for length in range(mask.bit_length() - 1, 0, -1) if mask >> length & 1)


def _resolve(candidates: list[_Candidate], folded: str) -> list[Match]:
    """Keep candidates that do not overlap: terms and blocking phrases by length, the rest where room is left."""
    taken = bytearray(len(folded))
    kept = []
    for _, minus_length, start, end, entry in sorted(_drop_losers(candidates, folded)):
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\x01" * -minus_length
            kept.append(Match(start, end, entry.concepts, entry.cue))
    kept.sort()
    return kept


def _drop_losers(candidates: list[_Candidate], folded: str) -> Iterator[_Candidate]:
    """Leave out what a later step could not see to be wrong.

    A form or phrase that begins with a negation and cuts a longer-reaching form in two (无尿 where 无尿频 is
    meant, 无痛 in 无痛经), and a blocking phrase inside a cue (不足 in 依据不足).
    """
    for candidate in candidates:
        group, _, start, end, entry = candidate
        if group != _TERM:
            yield candidate
        elif entry.cue is not None:
            held = any(other[0] == _CUE and other[2] <= start and end <= other[3] for other in candidates)
            if not held and not _cuts_a_form(candidate, candidates, folded):
                yield candidate
        elif not _cuts_a_form(candidate, candidates, folded):
            yield candidate


def _cuts_a_form(candidate: _Candidate, candidates: list[_Candidate], folded: str) -> bool:
    _, _, start, end, _ = candidate
    return folded[start] in _NEGATING and any(
        start < other[2] < end < other[3] and other[4].concepts for other in candidates
    )
