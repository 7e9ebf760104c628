"""The frame of one case: who comes when with what, which path is taken and how it ends. No text yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from drawing import by_share, chance, cumulative, triangular, whole
from knowledge import Condition, PathStep, PathVariant, Range
from spans import Span, draw_age, draw_duration

from casefinder.cases import Age, Language

FIRST_DAY = date(2021, 1, 1)
LAST_DAY = date(2025, 12, 31)
_LANGUAGES = (Language.ZH, Language.EN, Language.MIXED)
_LANGUAGE_SUMS = cumulative((0.60, 0.25, 0.15))
_NOT_DURING_STAY = ("follow_up", "referral", "advice")
# Months in which a condition is seen in the northern half of China; anything else comes all year round.
_SEASONS = {"heat-stroke": (6, 8), "snake-bite": (5, 10), "dengue": (7, 11), "scrub-typhus": (6, 11)}


@dataclass(frozen=True, slots=True)
class Visit:
    """All about a visit but its words. ``stay_days`` and ``readmitted`` are None outside hospital."""

    number: int
    patient_number: int
    condition: Condition
    path: PathVariant
    status: str
    language: Language
    is_male: bool
    age: Age
    age_years: float
    duration: Span
    day: date
    stay_days: int | None
    readmitted: bool | None

    @property
    def began_in_hospital(self) -> bool:
        """Whether it befell somebody who was in hospital already, as bleeding after a birth does."""
        return self.condition.setting == "inpatient" and self.duration.unit == "minutes"


def draw_visit(rng: Random, number: int, conditions: tuple[Condition, ...], weights: tuple[float, ...]) -> Visit:
    """Draw the frame of a first visit; ``weights`` are the running sums of the weights of the conditions."""
    language = _LANGUAGES[by_share(rng, _LANGUAGE_SUMS)]
    condition = conditions[by_share(rng, weights)]
    path, status, stay_days, readmitted = draw_course(rng, condition)
    age, age_years = draw_age(rng, condition.age)
    return Visit(
        number=number,
        patient_number=number,
        condition=condition,
        path=path,
        status=status,
        language=language,
        is_male=chance(rng, condition.male_share),
        age=age,
        age_years=age_years,
        duration=draw_duration(rng, condition.duration, age_years=age_years),
        day=_draw_day(rng, condition.id),
        stay_days=stay_days,
        readmitted=readmitted,
    )


def draw_course(rng: Random, condition: Condition) -> tuple[PathVariant, str, int | None, bool | None]:
    """Draw path, outcome, days in hospital and readmission."""
    path = condition.paths[by_share(rng, cumulative([path.share for path in condition.paths]))]
    status = tuple(path.outcomes)[by_share(rng, cumulative(tuple(path.outcomes.values())))]
    if path.stay_days is None:
        return path, status, None, None
    stay_days = _draw_stay(rng, path, path.stay_days, status)
    may_return = path.readmission_share is not None and status not in ("died", "transferred")
    return path, status, stay_days, chance(rng, path.readmission_share or 0) if may_return else None


def is_during_stay(step: PathStep, path: PathVariant) -> bool:
    """Tell whether a step is done while the patient is in hospital, given an ordinary stay."""
    if path.stay_days is None or step.kind in _NOT_DURING_STAY:
        return False
    return step.first_day <= path.stay_days.high


def _draw_stay(rng: Random, path: PathVariant, span: Range, status: str) -> int:
    if status in ("died", "transferred", "left_against_advice"):
        # The stay is cut short: at any time before the ordinary end of it.
        return int(triangular(rng, Range(0 if status != "died" else min(1, span.low), span.mode / 3, span.mode + 0.99)))
    last_step = max((step.first_day for step in path.steps if is_during_stay(step, path)), default=0)
    return max(last_step, round(triangular(rng, span)))


def _draw_day(rng: Random, condition_id: str) -> date:
    while True:
        day = FIRST_DAY + timedelta(days=whole(rng, 0, (LAST_DAY - FIRST_DAY).days))
        first, last = _SEASONS.get(condition_id, (1, 12))
        if first <= day.month <= last:
            return day
