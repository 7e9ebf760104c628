"""The parts of a score, for all candidates of a question at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.cases import Sex
from casefinder.search.asked import Asked, agreement, evidence
from casefinder.search.question import ADULT_YEARS, Question
from casefinder.search.weights import COSTS, GAINS, PARTS, RankingWeights
from casefinder.term_index import Traits

Matrix = NDArray[np.float32]

_AGE_OFFSET_YEARS: Final = 5.0  # below it a year is much, above it little
_HALF_TERMS: Final = 12  # in a question of six characters a shared character is half chance
_SEXES: Final = {Sex.FEMALE: 1, Sex.MALE: 2}
_DURATION_OFFSET_DAYS: Final = 0.1
_DURATION_DECADES: Final = 2.0
_STAGE_TOLERANCE_YEARS: Final = 2.0  # seventeen and nineteen are not kept apart


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates of a question with the parts of their scores, n candidates in no order.

    Attributes:
        question: What is asked.
        asked: The findings that it asks for.
        keys: int64 [n].
        parts: float32 [n, len(PARTS)], 0 to 1.
        applies: How far each gain applies to the question, 0 and up.
        cosines: float32 [n], of question and presentation.
        diagnoses: float32 [n], best cosine of a diagnosis that the question names, NaN where there is none.
        exact: Whether no case nearer in meaning can have been missed.
    """

    question: Question
    asked: tuple[Asked, ...]
    keys: NDArray[np.int64]
    parts: Matrix
    applies: tuple[float, ...]
    cosines: Matrix
    diagnoses: Matrix
    exact: bool


def score_parts(
    question: Question,
    asked: Sequence[Asked],
    traits: Traits,
    rows: NDArray[np.int64],
    *,
    meaning: Matrix,
    words: Matrix,
    names: Matrix,
) -> Matrix:
    """Return the parts of the scores of some cases: float32 [n_rows, len(PARTS)], 0 to 1.

    Args:
        question: What is asked.
        asked: The findings that it asks for.
        traits: Of all cases.
        rows: int64 [n_rows], the candidates, rising.
        meaning: float32 [n_rows], from 0 to 1.
        words: The same, 0 and up.
        names: The same, 0 to 1.
    """
    agreed, contradicted = agreement(asked, traits.found(rows), traits, n_cases=len(rows))
    records = traits.records(rows)
    ages = records["age"]
    columns = {
        "meaning": meaning,
        # Other words for the same, or the other language, are no fault: meaning stands in where words are not shared.
        "words": np.maximum(np.minimum(words, 1.0), meaning),
        "findings": agreed,
        "names": names,
        "contradiction": contradicted,
        "age": _age_distance(question, ages),
        "life_stage": _other_stage(question, ages),
        "sex": _other_sex(question, records["sex"]),
        "duration": _duration_distance(question, records["days"]),
    }
    return np.stack([columns[name].astype(np.float32) for name in PARTS], axis=1)


def applying(question: Question, asked: Sequence[Asked], *, names_found: bool) -> tuple[float, ...]:
    """Return how far each gain applies to a question, 0 and up."""
    applies = {
        "meaning": 1.0,
        "words": len(question.terms) / (len(question.terms) + _HALF_TERMS),
        "findings": evidence(asked, coverage=question.coverage),
        "names": float(names_found),
    }
    return tuple(applies[name] for name in GAINS)


def weights_for(applies: Sequence[float], weights: RankingWeights) -> Matrix:
    """Return what each part adds to a similarity: float32 [len(PARTS)], gains that add up to 1, then costs."""
    gains = np.array([getattr(weights, name) for name in GAINS]) * np.array(applies)
    costs = np.array([getattr(weights, name) for name in COSTS])
    return np.concatenate([gains / gains.sum(), -costs]).astype(np.float32)


def similarities(parts: Matrix, applies: Sequence[float], weights: RankingWeights) -> Matrix:
    """Return the similarity of each candidate: float32 [n_rows], at most 1."""
    total: Matrix = parts @ weights_for(applies, weights)
    return total


def _age_distance(question: Question, ages: Matrix) -> Matrix:
    if question.age_years is None:
        return np.zeros_like(ages)
    ratio = np.log((ages + _AGE_OFFSET_YEARS) / (question.age_years + _AGE_OFFSET_YEARS))
    return np.asarray(np.nan_to_num(np.minimum(np.abs(ratio), 1.0)), dtype=np.float32)


def _other_stage(question: Question, ages: Matrix) -> Matrix:
    if question.is_child is None:
        return np.zeros_like(ages)
    near = question.age_years is not None and abs(question.age_years - ADULT_YEARS) <= _STAGE_TOLERANCE_YEARS
    tolerance = _STAGE_TOLERANCE_YEARS if near else 0.0
    other = ages >= ADULT_YEARS + tolerance if question.is_child else ages < ADULT_YEARS - tolerance
    return np.asarray(other & ~np.isnan(ages), dtype=np.float32)


def _other_sex(question: Question, sexes: NDArray[np.uint8]) -> Matrix:
    wanted = _SEXES.get(question.sex) if question.sex else None
    if wanted is None:
        return np.zeros(len(sexes), dtype=np.float32)
    return np.asarray((sexes != 0) & (sexes != wanted), dtype=np.float32)


def _duration_distance(question: Question, days: Matrix) -> Matrix:
    if question.days is None:
        return np.zeros_like(days)
    ratio = np.log10((days + _DURATION_OFFSET_DAYS) / (question.days + _DURATION_OFFSET_DAYS))
    return np.asarray(np.nan_to_num(np.minimum(np.abs(ratio) / _DURATION_DECADES, 1.0)), dtype=np.float32)
