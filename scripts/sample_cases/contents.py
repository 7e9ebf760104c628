"""What is written down about one visit: which findings, which negatives, which history, in which wording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from casefinder.cases import Language
from drawing import chance, pick, shuffled
from meanings import age_band, denied_symptoms, parts, side, suits, symptoms
from templates import Template, template
from visits import Visit

from knowledge import Condition, Phrase

_TEMPERATURE = re.compile(r"T ?\{n:[\d.]+-([\d.]+)\}")
_FEVER_C = 37.5  # above it "no fever" would contradict the temperature measured
_MOST_FINDINGS = 8  # beyond it a present illness reads like a list


@dataclass(frozen=True, slots=True)
class Comorbid:
    """A long-standing illness that is a diagnosis of its own. ``same`` are codes that would say it twice."""

    zh: str
    en: str
    icd10: str
    same: tuple[str, ...]


_COMORBID = {
    r"^(有|患)?高血压(?!性)": Comorbid("高血压病", "hypertension", "I10", ("I1", "O", "N18", "I60", "I61")),
    r"^(有|患)?2型糖尿病|^(有|患)?糖尿病(?!家族)": Comorbid("2型糖尿病", "type 2 diabetes mellitus", "E11.9", ("E1", "O", "N08", "E16")),
    r"^(有|患)?(阵发性|持续性)?(心房颤动|房颤)": Comorbid("心房颤动", "atrial fibrillation", "I48.9", ("I4",)),
    r"^(有|患)?(慢阻肺|慢性阻塞性肺)": Comorbid("慢性阻塞性肺疾病", "COPD", "J44.9", ("J",)),
    r"^(有|患)?(冠心病)": Comorbid("冠心病", "coronary heart disease", "I25.1", ("I2",)),
}
_HEALTHY = re.compile(r"体健|健康|无特殊|previously (well|healthy)|fit and well|physically healthy|otherwise well")
_SMOKES = re.compile(r"^(有)?吸烟|^smoker", re.MULTILINE)
_NEVER_SMOKED = re.compile(r"从不吸烟|不吸烟|无烟酒|never smoked|non-smoker")
_HARMLESS = re.compile(r"^(无|否认|父|母|家|从不|不吸烟|未婚|已婚|孕|产|足月)|过敏")


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase prepared for patients of one sex and age band. ``names`` are the symptoms it speaks of."""

    share: float
    zh: tuple[Template, ...]
    en: tuple[Template, ...]
    names: frozenset[str]
    all_text: str
    is_healthy: bool = False
    is_harmless: bool = False
    comorbid: Comorbid | None = None


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
    history = _history(rng, stock)
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


def _history(rng: Random, stock: Stock) -> list[int]:
    """Choose the history; nobody is said to be healthy beside an illness, or never to smoke beside smoking."""
    chosen = [n for n, entry in enumerate(stock.history) if chance(rng, entry.share)]
    entries = stock.history
    if any(not entries[n].is_harmless and not entries[n].is_healthy for n in chosen):
        chosen = [n for n in chosen if not entries[n].is_healthy]
    smokes = any(_SMOKES.search(entries[n].all_text) for n in chosen)
    return [n for n in chosen if not (smokes and _NEVER_SMOKED.search(entries[n].all_text))]


def _stock(condition: Condition, *, is_male: bool, band: str) -> Stock:
    mixed_sexes = 0 < condition.male_share < 1

    def fitting(texts: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(t for t in texts if suits(t, is_male=is_male, band=band, mixed_sexes=mixed_sexes))
        return kept or texts

    def entries(phrases: tuple[Phrase, ...]) -> tuple[Entry, ...]:
        usable = [
            phrase
            for phrase in phrases
            if any(suits(t, is_male=is_male, band=band, mixed_sexes=mixed_sexes) for t in phrase.zh)
        ]
        return tuple(_entry(phrase, fitting(phrase.zh), fitting(phrase.en)) for phrase in usable)

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
        is_healthy=_HEALTHY.search(text) is not None,
        is_harmless=_HARMLESS.search(zh[0]) is not None,
        comorbid=next((illness for pattern, illness in _COMORBID.items() if re.search(pattern, zh[0])), None),
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
