"""What is written down about one visit: which findings, which negatives, which history, in which wording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from drawing import chance, pick, shuffled
from histories import Comorbid, Past, agreeing, past_of
from knowledge import Condition, Phrase
from meanings import age_band, denied_symptoms, parts, side, suits, symptoms
from templates import Template, template
from visits import Visit

from casefinder.cases import Language

_TEMPERATURE = re.compile(r"T ?\{n:[\d.]+-([\d.]+)\}")
_FEVER_C = 37.5  # above it "no fever" would contradict the temperature measured
_MOST_FINDINGS = 8  # beyond it a present illness reads like a list


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase prepared for patients of one sex and age band. ``names`` are the symptoms it speaks of."""

    share: float
    zh: tuple[Template, ...]
    en: tuple[Template, ...]
    names: frozenset[str]
    all_text: str


@dataclass(frozen=True, slots=True)
class Negative:
    """Something denied, with what must not be said beside it."""

    entry: Entry
    names: frozenset[str]
    parts: tuple[str, ...]
    bars_findings: frozenset[int]
    bars_history: frozenset[int]


@dataclass(frozen=True, slots=True)
class Stock:
    """All that can be written about patients of one condition, sex and age band."""

    complaint_zh: tuple[str, ...]
    complaint_en: tuple[str, ...]
    onset_zh: tuple[str, ...]
    onset_en: tuple[str, ...]
    findings: tuple[Entry, ...]
    negatives: tuple[Negative, ...]
    history: tuple[Entry, ...]
    pasts: tuple[Past, ...]
    exam: tuple[Entry, ...]
    tests: tuple[Entry, ...]
    is_sided: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What one case says: the complaint with a gap for the duration, and the entries chosen."""

    complaint: str
    complaint_in_chinese: bool
    stock: Stock
    side: str
    findings: tuple[Entry, ...]
    negatives: tuple[Entry, ...]
    history: tuple[Entry, ...]
    exam: tuple[Entry, ...]
    tests: tuple[Entry, ...]
    comorbid: tuple[Comorbid, ...]

    def told(self) -> frozenset[str]:
        """Name the symptoms that complaint and findings speak of."""
        return symptoms(self.complaint).union(*(entry.names for entry in self.findings))


class Stocks:
    """The stocks of all conditions, each prepared when it is first needed."""

    def __init__(self) -> None:
        self._stocks: dict[tuple[str, bool, str], Stock] = {}

    def of(self, visit: Visit) -> Stock:
        """Return the stock for the patient of a visit."""
        key = (visit.condition.id, visit.is_male, age_band(visit.age_years))
        if key not in self._stocks:
            self._stocks[key] = _stock(visit.condition, is_male=key[1], band=key[2])
        return self._stocks[key]


def choose_content(rng: Random, visit: Visit, stock: Stock, *, complaint_in_chinese: bool) -> Content:
    """Choose what the case says; the parts agree with each other and with the patient."""
    complaint = pick(rng, stock.complaint_zh if complaint_in_chinese else stock.complaint_en)
    chosen = _findings(rng, stock, symptoms(complaint))
    history = agreeing(stock.pasts, [n for n, entry in enumerate(stock.history) if chance(rng, entry.share)])
    said = complaint.lower()
    negatives = [
        negative
        for negative in stock.negatives
        if chance(rng, negative.entry.share)
        and not negative.bars_findings & set(chosen)
        and not negative.bars_history & set(history)
        and not negative.names & symptoms(complaint)
        and not any(part in said for part in negative.parts)
    ]
    return Content(
        complaint=complaint,
        complaint_in_chinese=complaint_in_chinese,
        stock=stock,
        side=side(complaint) if stock.is_sided else "",
        findings=tuple(stock.findings[n] for n in chosen),
        negatives=tuple(negative.entry for negative in shuffled(rng, negatives)),
        history=tuple(stock.history[n] for n in history),
        exam=tuple(entry for entry in stock.exam if chance(rng, entry.share)),
        tests=tuple(entry for entry in stock.tests if chance(rng, entry.share)),
        comorbid=tuple(
            illness
            for n in history
            if (illness := stock.pasts[n].comorbid) is not None and stock.history[n].zh[0].fits(visit.age_years)
        ),
    )


def wording(rng: Random, entry: Entry, visit: Visit, content: Content, *, chinese: bool) -> str:
    """Word an entry for this patient; empty where no wording fits the side or the length of life."""
    wordings = [
        each
        for each in (entry.zh if chinese else entry.en)
        if each.fits(visit.age_years) and (not content.side or side(each.text) in ("", content.side))
    ]
    return pick(rng, wordings).fill(rng, visit.age_years) if wordings else ""


def words(
    rng: Random, entries: tuple[Entry, ...], visit: Visit, content: Content, *, english_share: float
) -> list[str]:
    """Word entries one after another, each in English with the share given."""
    written = (wording(rng, e, visit, content, chinese=not chance(rng, english_share)) for e in entries)
    return [text for text in written if text]


def english_share(language: Language, share_if_mixed: float) -> float:
    """Return how much of a section is written in English."""
    return {Language.ZH: 0.0, Language.EN: 1.0, Language.MIXED: share_if_mixed}[language]


def _findings(rng: Random, stock: Stock, complained: frozenset[str]) -> list[int]:
    """Choose findings: the likely ones, and at least one for every symptom that was complained of."""
    chosen = [n for n, entry in enumerate(stock.findings) if chance(rng, entry.share)]
    named = frozenset[str]().union(*(stock.findings[n].names for n in chosen))
    for number, entry in enumerate(stock.findings):
        if number not in chosen and entry.names & (complained - named):
            chosen.append(number)
            named |= entry.names
    if not chosen:
        return [0]
    core = sorted(chosen)[:2]
    return [*core, *shuffled(rng, [n for n in chosen if n not in core])][:_MOST_FINDINGS]


def _stock(condition: Condition, *, is_male: bool, band: str) -> Stock:
    mixed_sexes = 0 < condition.male_share < 1

    def fitting(texts: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(t for t in texts if suits(t, is_male=is_male, band=band, mixed_sexes=mixed_sexes))
        return kept or texts

    def usable(phrases: tuple[Phrase, ...]) -> list[Phrase]:
        return [
            phrase
            for phrase in phrases
            if any(suits(t, is_male=is_male, band=band, mixed_sexes=mixed_sexes) for t in phrase.zh)
        ]

    def entries(phrases: tuple[Phrase, ...]) -> tuple[Entry, ...]:
        return tuple(_entry(phrase, fitting(phrase.zh), fitting(phrase.en)) for phrase in usable(phrases))

    findings, history = entries(condition.findings), entries(condition.history)
    temperatures = [float(t) for phrase in condition.exam for text in phrase.zh for t in _TEMPERATURE.findall(text)]
    may_be_hot = max(temperatures, default=0.0) > _FEVER_C
    sides = {side(text) for text in (*condition.complaint_zh, *condition.complaint_en)}
    return Stock(
        complaint_zh=fitting(condition.complaint_zh),
        complaint_en=fitting(condition.complaint_en),
        onset_zh=fitting(condition.onset_zh),
        onset_en=fitting(condition.onset_en),
        findings=findings,
        negatives=tuple(
            negative
            for negative in (_negative(entry, findings, history) for entry in entries(condition.negatives))
            if not (may_be_hot and "fever" in negative.names)
        ),
        history=history,
        pasts=tuple(past_of(phrase) for phrase in usable(condition.history)),
        exam=entries(condition.exam),
        tests=entries(condition.tests),
        is_sided={"L", "R"} <= sides,
    )


def _entry(phrase: Phrase, zh: tuple[str, ...], en: tuple[str, ...]) -> Entry:
    text = "\n".join((*phrase.zh, *phrase.en))
    named = frozenset[str]().union(*(symptoms(wording) for wording in (*phrase.zh, *phrase.en)))
    return Entry(
        share=phrase.share,
        zh=tuple(map(template, zh)),
        en=tuple(map(template, en)),
        names=named,
        all_text=text.lower(),
    )


def _negative(entry: Entry, findings: tuple[Entry, ...], history: tuple[Entry, ...]) -> Negative:
    texts = [each.text for each in (*entry.zh, *entry.en)]
    denied = frozenset[str]().union(*(denied_symptoms(text) for text in texts))
    pieces = tuple(dict.fromkeys(part for text in texts for part in parts(text)))

    def barred(others: tuple[Entry, ...], *, by_name: bool) -> frozenset[int]:
        return frozenset(
            number
            for number, other in enumerate(others)
            if (by_name and denied & other.names) or any(part in other.all_text for part in pieces)
        )

    return Negative(entry, denied, pieces, barred(findings, by_name=True), barred(history, by_name=False))
