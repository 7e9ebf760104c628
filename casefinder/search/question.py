"""What a question asks for: its words, its meaning, and the findings that it names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from casefinder.case_store import MeasuredValue, Mention
from casefinder.casebase.reading_findings import lasting, mentions_of, values_of
from casefinder.cases import Sex
from casefinder.clinical.findings import Extraction, Ranges, Span, default_extractor, extract
from casefinder.encoders import Encoder, Vectors, WeighsTerms
from casefinder.errors import EmptyQueryError
from casefinder.term_index import deviations_of
from casefinder.text import lexical_terms, normalise_text

QUESTION: Final = "question"
ADULT_YEARS: Final = 18.0
# Words that say that the patient is a child, or an adult, where no age is given.
_CHILD: Final = re.compile(
    r"患儿|小儿|儿童|婴儿|幼儿|新生儿|宝宝|孩子|小孩|男孩|女孩|男婴|女婴|"
    r"\b(?:child|children|kids?|infants?|baby|babies|toddlers?|newborns?|neonates?|boy|girl|pa?ediatric)\b",
    re.I,
)
_ADULT: Final = re.compile(
    r"老人|老年(?:人|男|女|患者)|老太|老汉|老大爷|成人|孕妇|产妇|"
    r"\b(?:elderly|adults?|pregnant|(?:old|older|young|middle-aged) (?:man|woman|lady|gentleman))\b",
    re.I,
)
_SHORTHAND: Final = re.compile(
    r"(?:原因)?待[查诊排]|我(?:的|家)?(?:爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|老公|老婆|丈夫|妻子|儿子|女儿|孩子|宝宝)|"
    r"\bmy (?:dad|mum|mom|father|mother|husband|wife|son|daughter|child|baby|grandfather|grandmother)\b",
    re.I,
)
_CHUNK: Final = re.compile(r"[\s,，、;；。:：+/和及]+|\.(?:\s|$)")
_PRESENT: Final = "present"
_ABSENT: Final = "absent"
_FAMILY: Final = "family"
_FAMILY_HISTORY: Final = re.compile(r"家族|遗传|family (?:history|hx)|\bf(?:h|hx)\b|hereditary|runs in", re.I)
_MOST_OF_IT: Final = 0.5  # share of a question from which its findings stand for all of it
_FULL_COVERAGE: Final = 0.8  # what is left are words such as 伴, 3天 and "with"
_SATURATION: Final = 1.2  # a word said twice in a question counts for 1.4, never beyond 2.2


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is compared with cases.

    Attributes:
        text: As it was asked; spans refer to it.
        vector: float32 [dim], unit length, of what it does not deny, as a vector does not tell 胸痛 from 无胸痛; zeros
            where it says hardly more than that findings are absent.
        denial: float32 [dim], all of it, where it says hardly more than that; zeros otherwise. It stands in for
            ``vector`` where no case denies the same: the nearest cases are better than none, and marked as opposite.
        bridge: float32 [dim], its findings by their names in the other language; the longer, the more of the question
            names findings, and zeros where less than half does or only one is named, whose name alone is like enough
            in either language. It finds what is said in the other language.
        terms: Weight of each lexical term outside the findings that it names: how often it is said, and how much it
            counts in this text where the encoder has learned that.
        finding_terms: Weight of each lexical term inside those that it does not deny: cases may say them in other
            words, and so are compared by either. The words of what is denied are compared by nothing but concept, and
            so are measured values: 39.5度 shares no more with 35.5度 than a unit.
        chunks: Its parts between separators, as lexical terms, where names are looked for.
        mentions: The findings that it names.
        coverage: Share of its characters that name findings, 0 to 1.
        values: The measured values that it gives.
        deviations: How far these are out of the reference range, by quantity; see ``Quantity.deviation``.
        days: How long the complaint has lasted, or None.
        age_years: The patient's age where the question says it, or None.
        is_child: Whether the patient is a child; None where the question does not say.
        sex: The patient's sex where the question says it, or None.
    """

    text: str
    vector: Vectors
    denial: Vectors
    bridge: Vectors
    terms: dict[str, float]
    finding_terms: dict[str, float]
    chunks: tuple[tuple[str, ...], ...]
    mentions: tuple[Mention, ...]
    coverage: float
    values: tuple[MeasuredValue, ...]
    deviations: Mapping[str, float]
    days: float | None
    age_years: float | None
    is_child: bool | None
    sex: Sex | None

    @property
    def names_findings_only(self) -> bool:
        """Whether it is nothing but names of findings."""
        return self.coverage >= _FULL_COVERAGE


def read_question(text: str, encoder: Encoder) -> Question:
    """Read a question; see ``read_questions``."""
    return read_questions([text], encoder)[0]


def read_questions(texts: Sequence[str], encoder: Encoder) -> list[Question]:
    """Read questions; they are encoded together.

    Raises:
        EmptyQueryError: One of them holds nothing that could be compared.
    """
    readings = [_read(text) for text in texts]
    if not readings:
        return []
    said = [_without(reading.text, _denied(reading.mentions)) for reading in readings]
    denials = [reading.text if reading.only_denies else "" for reading in readings]
    bridges = [", ".join(_named_otherwise(reading.mentions, reading.text)) for reading in readings]
    vectors = encoder.encode([normalise_text(text) for text in (*said, *denials, *bridges)])
    questions = [_question(reading, *vectors[n :: len(readings)]) for n, reading in enumerate(readings)]
    if not isinstance(encoder, WeighsTerms):
        return questions
    return [_with_weighed_terms(question, encoder) for question in questions]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read in a question."""

    text: str
    extraction: Extraction
    mentions: tuple[Mention, ...]
    coverage: float

    @property
    def only_denies(self) -> bool:
        """Whether it says hardly more than that findings are absent."""
        return self.coverage >= _MOST_OF_IT and all(mention.assertion == _ABSENT for mention in self.mentions)


def _read(text: str) -> _Reading:
    extraction = extract(text)
    mentions = _of_who_is_asked_about(text, tuple(mentions_of(extraction, QUESTION)))
    return _Reading(text, extraction, mentions, _coverage(text, mentions))


def _of_who_is_asked_about(text: str, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Take a relative for the patient where a question says nothing of any other: "my father has leg pain"."""
    said = {mention.assertion for mention in mentions} - {_ABSENT}
    if said != {_FAMILY} or _FAMILY_HISTORY.search(text):
        return mentions
    return tuple(replace(m, assertion=_PRESENT) if m.assertion == _FAMILY else m for m in mentions)


def _question(reading: _Reading, vector: Vectors, denial: Vectors, bridge: Vectors) -> Question:
    text, extraction, mentions, coverage = reading.text, reading.extraction, reading.mentions, reading.coverage
    terms = lexical_terms(_without(text, (*mentions, *_said_of(text, extraction))))
    values = tuple(values_of(extraction, QUESTION))
    numbers = {(value.start, value.end) for value in values}
    named = [mention for mention in mentions if (mention.start, mention.end) not in numbers]
    finding_terms = [term for mention in named for term in _said_terms(text, mention)]
    if not (vector.any() or terms or finding_terms or mentions):
        raise EmptyQueryError("the question holds no words; describe a complaint, such as 胸痛伴冷汗")
    patient_age = extraction.ages[0].age if extraction.ages else None
    sex = extraction.sexes[0].sex if extraction.sexes else None
    age = patient_age.in_years if patient_age else None
    is_child = age < ADULT_YEARS if age is not None else _says_child(text)
    return Question(
        text=text,
        vector=np.zeros_like(vector) if reading.only_denies else vector,
        denial=denial,
        bridge=bridge * np.float32(min(1.0, coverage / _FULL_COVERAGE) if coverage >= _MOST_OF_IT else 0.0),
        terms=_weighted(terms),
        finding_terms=_weighted(finding_terms),
        chunks=_chunks(text),
        mentions=mentions,
        coverage=coverage,
        values=values,
        deviations=deviations_of(values, Ranges(age=patient_age, sex=sex)),
        days=lasting(extraction.durations),
        age_years=age,
        is_child=is_child,
        sex=sex,
    )


def _said_of(text: str, extraction: Extraction) -> tuple[Span, ...]:
    """Return where a question says how old the patient is, whose relative, and in shorthand what holds of a finding.

    None of that is a word to look for: ages are compared as ages, and no case lacks anything that does not say r/o,
    待查 or 我父亲.
    """
    cues = (f.cue for f in extraction.findings if f.cue and (f.surface.isascii() or f.assertion == _FAMILY))
    shorthand = (Span(*found.span()) for found in _SHORTHAND.finditer(text))
    return (*(age.span for age in extraction.ages), *cues, *shorthand)


def _says_child(text: str) -> bool | None:
    """Tell whether the words say a child (True) or an adult (False); None where they say neither."""
    if _CHILD.search(text):
        return True
    return False if _ADULT.search(text) else None


def _with_weighed_terms(question: Question, encoder: WeighsTerms) -> Question:
    """Let each term count as much as the encoder has learned, on average as much as before."""
    listed = list(question.terms | question.finding_terms)
    factors = dict(zip(listed, encoder.weigh_terms(normalise_text(question.text), listed).tolist(), strict=True))
    return replace(
        question,
        terms=_weighed(question.terms, factors),
        finding_terms=_weighed(question.finding_terms, factors),
    )


def _weighed(terms: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    return {term: weight * factors[term] for term, weight in terms.items()}


def _chunks(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the parts of a question that may be names. A bare number is one only where nothing else is asked."""
    chunks = [chunk for chunk in _CHUNK.split(text) if len(chunk) > 1]
    is_all = len(chunks) == 1 and chunks[0] == text.strip()
    named = chunks if is_all else [chunk for chunk in chunks if any(map(str.isalpha, chunk))]
    return tuple(tuple(lexical_terms(chunk)) for chunk in named)


def _weighted(terms: list[str]) -> dict[str, float]:
    return {term: n * (_SATURATION + 1) / (n + _SATURATION) for term, n in Counter(terms).items()}


def _without(text: str, spans: Iterable[Mention | Span]) -> str:
    """Return a text with gaps where it names findings or says something of them, so that no term reaches across."""
    kept = list(text)
    for span in spans:
        kept[span.start : span.end] = " " * (span.end - span.start)
    return "".join(kept)


def _denied(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return what a question denies beside what it says is there; nothing where it says of nothing that it is there."""
    denied = tuple(mention for mention in mentions if mention.assertion == _ABSENT)
    return denied if len(denied) < len(mentions) else ()


def _named_otherwise(mentions: tuple[Mention, ...], text: str) -> list[str]:
    """Return the findings that are not denied, by their names in the language that the text does not use for them."""
    lexicon = default_extractor().lexicon
    said = {m.concept_id: m for m in mentions if m.assertion != _ABSENT and m.concept_id in lexicon}
    names = [
        lexicon[concept_id].zh if text[m.start : m.end].isascii() else lexicon[concept_id].en
        for concept_id, m in said.items()
    ]
    return names if len(names) > 1 else []


def _said_terms(text: str, mention: Mention) -> list[str]:
    return [] if mention.assertion == _ABSENT else lexical_terms(text[mention.start : mention.end])


def _coverage(text: str, mentions: tuple[Mention, ...]) -> float:
    named = {place for mention in mentions for place in range(mention.start, mention.end)}
    n_letters = sum(character.isalnum() for character in text)
    return min(1.0, sum(text[place].isalnum() for place in named) / n_letters) if n_letters else 0.0
