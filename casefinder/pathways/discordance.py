"""Drugs in the merged path that the new complaint's own text speaks against.

The rules stand in ``discordance_rules.tsv``, each with its source. They are few on purpose: a reminder to look, not
a check of prescriptions. No flag means that none of these rules applies, not that a drug is safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from casefinder.errors import LexiconError
from casefinder.pathways.model import Discordance, Variant
from casefinder.pathways.naming import StepNamer

_COLUMNS: Final = ("id", "pattern", "concepts", "zh", "en", "source")
_CLAUSE: Final = r"[^。；;.!?！？\n]"
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
    """Words of a complaint, and the drugs (lexicon ids, narrower ones included) that they speak against."""

    id: str
    pattern: re.Pattern[str]
    concepts: tuple[str, ...]
    zh: str
    en: str
    source: str


def find_discordances(question: str, variants: Sequence[Variant], namer: StepNamer) -> tuple[Discordance, ...]:
    """Flag steps that a rule's words in the question speak against; denied words do not count.

    Args:
        question: The complaint as written.
        variants: The merged path.
        namer: Knows which drugs belong to which class.
    """
    held: dict[str, tuple[frozenset[str], list[str]]] = {}
    for variant in variants:
        for step in variant.steps:
            if step.concepts:
                held.setdefault(step.key, (frozenset(step.concepts), []))[1].append(variant.id)
    found = []
    for rule in discordance_rules():
        span = _affirmed(rule.pattern, question)
        if span is None:
            continue
        wanted = _with_narrower(rule.concepts, namer)
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
            raise LexiconError(f"discordance_rules.tsv:{line}: {row[:60]!r} has no six filled columns. Fill in all.")
        name, pattern, concepts, zh, en, source = cells
        yield Rule(name, re.compile(pattern, re.IGNORECASE), tuple(concepts.split("|")), zh, en, source)


def _affirmed(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    """Return the first span of the pattern that the text does not deny."""
    for match in pattern.finditer(text):
        if not _DENIED_BEFORE.search(text, 0, match.start()) and not _DENIED_AFTER.search(text[match.end() :]):
            return match.span()
    return None


def _with_narrower(ids: Sequence[str], namer: StepNamer) -> frozenset[str]:
    known = [i for i in ids if i in namer.lexicon]
    return frozenset(known).union(*(namer.lexicon.descendants(i) for i in known))
