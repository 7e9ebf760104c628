"""Drugs in the merged path that the new complaint's own text speaks against.

The rules stand in ``discordance_rules.tsv``, each with its source. They are few on purpose: a reminder to look, not
a check of prescriptions. No flag means that none of these rules applies, not that a drug is safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from casefinder.cases import StepKind
from casefinder.clinical.findings import Assertion, extract
from casefinder.clinical.lexicon import Lexicon
from casefinder.errors import LexiconError
from casefinder.pathways.model import Discordance, Variant

_COLUMNS: Final = ("id", "when", "pattern", "concepts", "zh", "en", "source")
# To speak of a drug is not to give it: counselling on anticoagulants.
_TALK: Final = frozenset({StepKind.ADVICE, StepKind.CONSULT, StepKind.FOLLOW_UP, StepKind.REFERRAL})
_CLAUSE: Final = r"[^。；;，,.!?！？\n]"
# What is said of another person, or that it is not so.
_NOT_THE_PATIENT: Final = frozenset({Assertion.ABSENT, Assertion.FAMILY})
# "无青霉素过敏史", "denies any allergy": a denial before the words, in the same clause.
_DENIED_BEFORE: Final = re.compile(
    r"(?:无|否认|没有|未|非|不|\bno\b|\bnot\b|\bdenie[sd]\b|\bdenying\b|\bwithout\b|\bnegative for\b)"
    rf"{_CLAUSE}{{0,12}}$",
    re.IGNORECASE,
)
# "药物过敏史（-）", "pregnancy test negative".
_DENIED_AFTER: Final = re.compile(
    r"^(?:史|试验|测试|test)?\s*(?:[（(][-－—][)）]|阴性|已排除|除外|"
    r"(?:is |was )?(?:negative|excluded|ruled out|denied))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Words of a complaint, and the drugs and acts that they speak against.

    Attributes:
        id: Name of the rule.
        now_only: Whether it must be so now; what is told of the past does not count.
        pattern: The words.
        concepts: Lexicon ids they speak against, narrower ones included.
        spared: Lexicon ids among the narrower ones that they do not speak against.
        zh: Why, in Chinese.
        en: Why, in English.
        source: Where the rule is from.
    """

    id: str
    now_only: bool
    pattern: re.Pattern[str]
    concepts: tuple[str, ...]
    spared: tuple[str, ...]
    zh: str
    en: str
    source: str


def find_discordances(question: str, variants: Sequence[Variant], lexicon: Lexicon) -> tuple[Discordance, ...]:
    """Flag steps that a rule's words in the question speak against; denied words do not count.

    Args:
        question: The complaint as written.
        variants: The merged path.
        lexicon: Knows which drugs belong to which class.
    """
    held: dict[str, tuple[frozenset[str], list[str]]] = {}
    for variant in variants:
        for step in variant.steps:
            if step.concepts and step.kind not in _TALK:
                held.setdefault(step.key, (frozenset(step.concepts), []))[1].append(variant.id)
    if not question or not held:
        return ()
    complaint, found = _Complaint(question), []
    for rule in discordance_rules():
        span = complaint.span_of(rule)
        if span is None:
            continue
        wanted = _with_narrower(rule.concepts, lexicon) - _with_narrower(rule.spared, lexicon)
        for key, (concepts, ids) in sorted(held.items()):
            if wanted.isdisjoint(concepts):
                continue
            found.append(
                Discordance(rule.id, key, tuple(ids), span, question[slice(*span)], rule.zh, rule.en, rule.source)
            )
    return tuple(found)


@cache
def discordance_rules() -> tuple[Rule, ...]:
    """Return the shipped rules.

    Raises:
        LexiconError: A line of the table breaks its format.
    """
    return tuple(_read_rules())


def _read_rules() -> Iterator[Rule]:
    text = files("casefinder.pathways").joinpath("discordance_rules.tsv").read_text(encoding="utf-8")
    header, *rows = text.removesuffix("\n").split("\n")
    if tuple(header.split("\t")) != _COLUMNS:
        raise LexiconError(f"discordance_rules.tsv:1: wrong header {header[:60]!r}. Make it {'<tab>'.join(_COLUMNS)}.")
    for line, row in enumerate(rows, start=2):
        cells = row.split("\t")
        if len(cells) != len(_COLUMNS) or not all(cells):
            raise LexiconError(f"discordance_rules.tsv:{line}: {row[:60]!r} has no seven filled columns. Fill in all.")
        name, when, pattern, ids, zh, en, source = cells
        spared = tuple(i.removeprefix("-") for i in ids.split("|") if i.startswith("-"))
        concepts = tuple(i for i in ids.split("|") if not i.startswith("-"))
        yield Rule(name, when == "now", re.compile(pattern, re.IGNORECASE), concepts, spared, zh, en, source)


class _Complaint:
    """A question, and what it says of the findings in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._findings = extract(text).findings

    def span_of(self, rule: Rule) -> tuple[int, int] | None:
        """Return the first words of a rule that hold for the patient, and now where the rule asks for that."""
        said_otherwise = _NOT_THE_PATIENT | ({Assertion.HISTORICAL} if rule.now_only else frozenset())
        for match in rule.pattern.finditer(self._text):
            said = {f.assertion for f in self._findings if f.span.start < match.end() and match.start() < f.span.end}
            if said <= said_otherwise if said else self._is_denied(match):
                continue
            return match.span()
        return None

    def _is_denied(self, match: re.Match[str]) -> bool:
        """Tell whether words that are no known finding are denied."""
        before = _DENIED_BEFORE.search(self._text, 0, match.start())
        return bool(before or _DENIED_AFTER.search(self._text[match.end() :]))


def _with_narrower(ids: Iterable[str], lexicon: Lexicon) -> frozenset[str]:
    known = [i for i in ids if i in lexicon]
    return frozenset(known).union(*(lexicon.descendants(i) for i in known))
