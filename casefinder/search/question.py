"""What a question asks for: its words, its meaning, and the findings that it names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from casefinder.case_store import MeasuredValue, Mention
from casefinder.casebase.reading_findings import lasting, mentions_of, values_of
from casefinder.cases import Sex
from casefinder.clinical.findings import extract
from casefinder.encoders import Encoder, Vectors
from casefinder.errors import EmptyQueryError
from casefinder.text import lexical_terms, normalise_text

QUESTION: Final = "question"
ADULT_YEARS: Final = 18.0
# Words that say that the patient is a child where no age is given.
_CHILD: Final = re.compile(
    r"患儿|小儿|儿童|婴儿|幼儿|新生儿|宝宝|孩子|\b(?:child|infant|baby|toddler|newborn|neonate)\b", re.I
)
_CHUNK: Final = re.compile(r"[\s,，、;；。:：+/和及]+|\.(?:\s|$)")
_SATURATION: Final = 1.2  # a word said twice in a question counts for 1.4, never beyond 2.2


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is compared with cases.

    Attributes:
        text: As it was asked; spans refer to it.
        vector: float32 [dim], unit length.
        terms: Weight of each lexical term.
        chunks: Its parts between separators, as lexical terms, where names are looked for.
        mentions: The findings that it names.
        coverage: Share of its characters that name findings, 0 to 1.
        values: The measured values that it gives.
        days: How long the complaint has lasted, or None.
        age_years: The patient's age where the question says it, or None.
        is_child: Whether the patient is a child; None where the question does not say.
        sex: The patient's sex where the question says it, or None.
    """

    text: str
    vector: Vectors
    terms: dict[str, float]
    chunks: tuple[tuple[str, ...], ...]
    mentions: tuple[Mention, ...]
    coverage: float
    values: tuple[MeasuredValue, ...]
    days: float | None
    age_years: float | None
    is_child: bool | None
    sex: Sex | None


def read_question(text: str, encoder: Encoder) -> Question:
    """Read a question; see ``read_questions``."""
    return read_questions([text], encoder)[0]


def read_questions(texts: Sequence[str], encoder: Encoder) -> list[Question]:
    """Read questions; they are encoded together.

    Raises:
        EmptyQueryError: One of them holds nothing that could be compared.
    """
    if not texts:
        return []
    vectors: Vectors = encoder.encode([normalise_text(text) for text in texts])
    return [_question(text, vector) for text, vector in zip(texts, vectors, strict=True)]


def _question(text: str, vector: Vectors) -> Question:
    counts = Counter(lexical_terms(text))
    if not vector.any() and not counts:
        raise EmptyQueryError("the question holds no words; describe a complaint, such as 胸痛伴冷汗")
    extraction = extract(text)
    age = extraction.ages[0].age.in_years if extraction.ages else None
    is_child = age < ADULT_YEARS if age is not None else (True if _CHILD.search(text) else None)
    mentions = tuple(mentions_of(extraction, QUESTION))
    return Question(
        text=text,
        vector=vector,
        terms={term: n * (_SATURATION + 1) / (n + _SATURATION) for term, n in counts.items()},
        chunks=tuple(tuple(lexical_terms(chunk)) for chunk in _CHUNK.split(text) if len(chunk) > 1),
        mentions=mentions,
        coverage=_coverage(text, mentions),
        values=tuple(values_of(extraction, QUESTION)),
        days=lasting(extraction.durations),
        age_years=age,
        is_child=is_child,
        sex=extraction.sexes[0].sex if extraction.sexes else None,
    )


def _coverage(text: str, mentions: tuple[Mention, ...]) -> float:
    named = {place for mention in mentions for place in range(mention.start, mention.end)}
    n_letters = sum(character.isalnum() for character in text)
    return min(1.0, sum(text[place].isalnum() for place in named) / n_letters) if n_letters else 0.0
