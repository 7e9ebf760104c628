"""Second visits: a relapse of the illness, or a check-up after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from compose import case_of, main_diagnosis
from drawing import chance, pick, whole
from knowledge import PathStep
from spans import Span, age_en, age_zh, span_of
from visits import LAST_DAY, Visit

from casefinder.cases import Age, AgeUnit, Case, Language, Outcome, OutcomeStatus, Sections, StepKind, TreatmentStep

CHECK_UP = "check-up"
_NO_RETURN = ("died", "transferred", "left_against_advice", "worsened", "unchanged")  # nothing to check up on here
_CHECKS = ("test", "advice")
_STATES_ZH = (
    ("现症状基本消失，精神、饮食可", OutcomeStatus.RECOVERED), ("现无明显不适，日常活动如常", OutcomeStatus.RECOVERED),
    ("症状较前明显减轻，偶有轻度不适", OutcomeStatus.IMPROVED), ("恢复顺利，无新发不适", OutcomeStatus.IMPROVED),
    ("一般情况好，仍感体力稍差", OutcomeStatus.IMPROVED), ("近期病情平稳，无特殊不适", OutcomeStatus.ONGOING),
)  # fmt: skip
_STATES_EN = (
    ("now free of symptoms and back to usual activity", OutcomeStatus.RECOVERED),
    ("no complaints today", OutcomeStatus.RECOVERED),
    ("much better, only occasional mild discomfort", OutcomeStatus.IMPROVED),
    ("recovering steadily with no new problems", OutcomeStatus.IMPROVED),
    ("well in general but still a little short of energy", OutcomeStatus.IMPROVED),
    ("stable with nothing new to report", OutcomeStatus.ONGOING),
)  # fmt: skip
_N_RECOVERED = 2  # states at the head that are no longer an illness; not for those who had only improved
_COMPLAINTS_ZH = (
    "出院后{gap}复诊", "治疗后{gap}复查", "来院复查，距上次就诊{gap}", "{gap}前就诊，今日复诊", "复查（距上次{gap}）",
)  # fmt: skip
_COMPLAINTS_EN = ("follow-up visit, {gap} after treatment", "routine review {gap} after the last visit",
                  "check-up after {gap}", "here for review, last seen {gap} ago")  # fmt: skip


def may_return(first: Visit) -> bool:
    """Tell whether a patient can be seen again after this visit."""
    return first.status not in _NO_RETURN


def is_relapse(first: Visit) -> bool:
    """Tell whether the second visit is for the same illness again: readmitted, and nothing was cured by operation."""
    operated = any(step.kind in ("surgery", "procedure") for step in first.path.steps)
    return bool(first.readmitted) and not operated and first.condition.department_id != "obstetrics"


def visit_again(rng: Random, first: Visit, number: int) -> Visit | None:
    """Draw the frame of the second visit; None where it would lie after the last day."""
    gap = whole(rng, 5, 29) if first.readmitted else whole(rng, 31, 150)
    day = first.day + timedelta(days=(first.stay_days or 0) + gap)
    if day > LAST_DAY:
        return None
    age, age_years = _older(first, (day - first.day).days)
    return replace(first, number=number, day=day, age=age, age_years=age_years, readmitted=None)


def compose_check_up(rng: Random, visit: Visit, first: Visit, first_complaint: str) -> Case:
    """Write a check-up after an earlier visit: no new illness, a few tests, advice.

    Args:
        rng: The stream of the case.
        visit: The frame of this visit.
        first: The frame of the visit before.
        first_complaint: What the patient had come with then, as written then.
    """
    gap = span_of((visit.day - first.day).days - (first.stay_days or 0), "days")
    english = visit.language == Language.EN
    states = _STATES_EN if english else _STATES_ZH
    state, status = pick(rng, states if first.status == "recovered" else states[_N_RECOVERED:])
    diagnosis = main_diagnosis(rng, first)
    write = _illness_en if english else _illness_zh
    complaints = _COMPLAINTS_EN if english else (_COMPLAINTS_ZH if first.stay_days is not None else _COMPLAINTS_ZH[1:])
    return case_of(
        visit,
        sections=Sections(
            chief_complaint=pick(rng, complaints).format(gap=gap.en(rng) if english else gap.zh(rng)),
            present_illness=write(rng, visit, first_complaint, diagnosis.text, gap, state),
        ),
        diagnoses=(diagnosis,),
        treatment_path=tuple(_check(rng, step, english=english) for step in _checks(first)),
        outcome=Outcome(status),
        path=CHECK_UP,
    )


def _older(first: Visit, days: int) -> tuple[Age, float]:
    """Return the age some days later, written as on a chart."""
    years = first.age_years + days / 365.25
    if first.age.unit == AgeUnit.YEARS:
        return first.age, first.age_years  # within half a year: the birthday may not have come
    if first.age.unit == AgeUnit.DAYS and first.age.value + days < 61:
        return Age(first.age.value + days, AgeUnit.DAYS), years
    months = int(years * 12)
    return (Age(months, AgeUnit.MONTHS), years) if months < 24 else (Age(months // 12, AgeUnit.YEARS), years)


def _checks(first: Visit) -> list[PathStep]:
    seen: dict[str, PathStep] = {}
    for step in first.path.steps:
        if step.kind in _CHECKS:
            seen.setdefault(step.zh, step)
    return list(seen.values())[:4]


def _check(rng: Random, step: PathStep, *, english: bool) -> TreatmentStep:
    name, detail = (step.en, step.detail_en) if english else (step.zh, step.detail_zh)
    return TreatmentStep(StepKind(step.kind), name, detail if step.kind == "advice" else "", 0)


def _illness_zh(rng: Random, visit: Visit, complaint: str, diagnosis: str, gap: Span, state: str) -> str:
    person = f"{'男' if visit.is_male else '女'}，{age_zh(visit.age)}"
    who = "患儿" if visit.age_years < 14 else "患者"
    place = "住院" if visit.stay_days is not None else "就诊"
    openings = (
        f"{person}。{gap.zh(rng)}前因“{complaint}”在我院{visit.condition.department_zh}{place}，诊断“{diagnosis}”，经治疗好转",
        f"{who}（{person}）{gap.zh(rng)}前以“{complaint}”{place}，考虑{diagnosis}，治疗后病情缓解",
        f"{person}，因“{complaint}”确诊{diagnosis}，治疗后{gap.zh(rng)}，按期来院",
    )
    return f"{pick(rng, openings)}。{state}{'，规律用药' if visit.status != 'recovered' and chance(rng, 0.4) else ''}。"


def _illness_en(rng: Random, visit: Visit, complaint: str, diagnosis: str, gap: Span, state: str) -> str:
    noun = ("boy" if visit.is_male else "girl") if visit.age_years < 18 else ("man" if visit.is_male else "woman")
    who, complaint = f"{age_en(visit.age)} {noun}".capitalize(), complaint[:1].lower() + complaint[1:]
    openings = (
        f"{who} treated {gap.en(rng)} ago for {diagnosis} (had come with {complaint})",
        f"{who}, last seen {gap.en(rng)} ago with {complaint}; diagnosis then: {diagnosis}",
        f"Review of {diagnosis}, {gap.en(rng)} on. {who}; original complaint: {complaint}",
    )
    treated = ", keeping to the treatment as prescribed" if visit.status != "recovered" and chance(rng, 0.4) else ""
    return f"{pick(rng, openings)}. {state.capitalize()}{treated}."
