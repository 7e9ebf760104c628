"""The parts of a score, for all candidates of a question at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.cases import Sex
from casefinder.clinical.findings import MOST_DEVIATION
from casefinder.encoders import Calibration
from casefinder.search.asked import Agreement, Asked, trust
from casefinder.search.question import ADULT_YEARS, Question
from casefinder.search.weights import COSTS, GAINS, PARTS, RankingWeights
from casefinder.search.words import AskedWords, WordMatch
from casefinder.term_index import FoundConcepts, FoundValues, Traits

Matrix = NDArray[np.float32]

_AGE_OFFSET_YEARS: Final = 5.0  # below it a year is much, above it little
_USUAL_SCALE: Final = 3.0  # how far related texts stand out, for an encoder that says nothing of it
_SEXES: Final = {Sex.FEMALE: 1, Sex.MALE: 2}
_DURATION_OFFSET_DAYS: Final = 0.1
_DURATION_DECADES: Final = 2.0
_COUNTED_NATS: Final = 100.0  # of information in the words of a question; more of them say no more
_STAGE_TOLERANCE_YEARS: Final = 2.0  # seventeen and nineteen are not kept apart


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates of a question with the parts of their scores, n candidates in no order.

    Attributes:
        question: What is asked.
        asked: The findings that it asks for.
        keys: int64 [n].
        parts: float32 [n, len(PARTS)], 0 to 1; see ``score_parts``.
        applies: How far each gain applies to the question, 0 and up.
        cosines: float32 [n], of question and presentation.
        diagnoses: float32 [n], best cosine of a diagnosis that the question names, NaN where there is none.
        exact: Whether no case nearer in meaning can have been missed.
        has_disease: bool [n], whether each has a disease that is asked for; see ``Agreement``.
        unknown: What those words outside its findings tell, in nats, that no case of the case base holds.
    """

    question: Question
    asked: tuple[Asked, ...]
    keys: NDArray[np.int64]
    parts: Matrix
    applies: tuple[float, ...]
    cosines: Matrix
    diagnoses: Matrix
    exact: bool
    has_disease: NDArray[np.bool_]
    unknown: float


def score_parts(
    question: Question,
    traits: Traits,
    rows: NDArray[np.int64],
    *,
    found: FoundConcepts,
    answered: Agreement,
    values: FoundValues,
    meaning: Matrix,
    words: WordMatch,
    names: Matrix,
) -> Matrix:
    """Return the parts of the scores of some cases: float32 [n_rows, len(PARTS)], 0 to 1.

    In a case without any finding that could be read, nothing is known of those asked for: NaN.

    Args:
        question: What is asked.
        traits: Of all cases.
        rows: int64 [n_rows], the candidates, rising.
        found: Their concepts.
        answered: How far these agree with what is asked.
        values: Their values.
        meaning: float32 [n_rows], from 0 to 1.
        words: What they hold of the question's words.
        names: The same as meaning.
    """
    records = traits.records(rows)
    ages = records["age"]
    columns = {
        "meaning": meaning,
        "words": words.shares(answered.share),
        "findings": np.where(np.bincount(found.cases, minlength=len(rows)) > 0, answered.likeness, np.nan),
        "names": names,
        "contradiction": answered.contradicted,
        "age": _age_distance(question, ages),
        "life_stage": _other_stage(question, ages),
        "sex": _other_sex(question, records["sex"]),
        "duration": _duration_distance(question, records["days"]),
        "severity": _severity_distance(question, values, traits, n_cases=len(rows)),
    }
    return np.stack([columns[name].astype(np.float32) for name in PARTS], axis=1)


def meaning_of(cosines: Matrix, calibration: Calibration | None) -> Matrix:
    """Return where cosines lie between the median of unrelated texts (0) and identical ones (1)."""
    zero = calibration.cosines[0] if calibration else 0.0
    places: Matrix = np.clip((cosines - np.float32(zero)) / np.float32(1 - zero), 0.0, 1.0)
    return places


def meaning_scale(calibration: Calibration | None) -> float:
    """Return how many times the distance from unrelated to related texts goes into that to identical ones.

    It makes cosines of different encoders count alike: where unrelated texts lie close together, less tells more.
    """
    if calibration is None:
        return _USUAL_SCALE
    zero = calibration.cosines[0]
    return (1 - zero) / (calibration.related - zero)


def applying(
    question: Question,
    asked: Sequence[Asked],
    words: AskedWords,
    *,
    calibration: Calibration | None,
    named: float,
) -> tuple[float, ...]:
    """Return how much each side of a question tells, 0 and up: what a question says little of counts little.

    Words tell by the root of their information: a long text repeats itself, and beyond 100 nats, some twenty Chinese
    characters, more words tell nothing more. And they tell as much as the case with most of them holds: where none
    says it in such words, those that happen to be shared are chance.
    """
    applies = {
        "meaning": meaning_scale(calibration) if question.vector.any() else 0.0,
        "words": float(np.sqrt(min(words.information, _COUNTED_NATS))) * words.met,
        "findings": trust(asked, coverage=question.coverage),
        "names": named,
    }
    return tuple(applies[name] for name in GAINS)


def weights_for(applies: Sequence[float], weights: RankingWeights) -> Matrix:
    """Return what each part adds to a similarity: float32 [len(PARTS)], gains that add up to 1, then costs."""
    gains = np.array([getattr(weights, name) for name in GAINS]) * np.array(applies)
    costs = np.array([getattr(weights, name) for name in COSTS])
    total = gains.sum() or 1.0  # a question may tell nothing on any side that has a weight
    costs[COSTS.index("contradiction")] *= applies[GAINS.index("findings")] / total
    return np.concatenate([gains / total, -costs]).astype(np.float32)


def similarities(parts: Matrix, applies: Sequence[float], weights: RankingWeights) -> Matrix:
    """Return the similarity of each candidate: float32 [n_rows], at most 1.

    A gain of which nothing is known (NaN) is left out of the mean of that candidate.
    """
    shares = shares_of(parts, weights_for(applies, weights))
    total: Matrix = shares.sum(axis=1)
    return total


def shares_of(parts: Matrix, weights: Matrix) -> Matrix:
    """Return what each part adds to the similarity of each candidate: float32 [n_rows, len(PARTS)], costs below 0.

    Args:
        parts: float32 [n_rows, len(PARTS)]; NaN for a gain of which nothing is known, which adds 0.
        weights: float32 [len(PARTS)], as ``weights_for`` returns them.
    """
    n_gains = len(GAINS)
    shares = np.nan_to_num(parts) * weights
    known = (~np.isnan(parts[:, :n_gains])).astype(np.float32) @ weights[:n_gains]
    shares[:, :n_gains] /= np.where(known > 0, known, np.float32(1))[:, None]
    return np.asarray(shares, dtype=np.float32)


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


def _severity_distance(question: Question, values: FoundValues, traits: Traits, *, n_cases: int) -> Matrix:
    """Return how much more or less out of range the values of cases are, on average over those of the question."""
    distances = np.zeros(n_cases, dtype=np.float32)
    for concept_id, deviation in question.deviations.items():
        is_of_it = values.concepts == traits.numbers.get(concept_id, -1)
        apart = np.abs(values.deviations[is_of_it] - np.float32(deviation)) / MOST_DEVIATION
        distances[values.cases[is_of_it]] += np.minimum(apart, 1.0)
    return distances / np.float32(max(len(question.deviations), 1))
