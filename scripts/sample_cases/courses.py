"""The treatment path and the outcome of one visit, in its language."""

from __future__ import annotations

import re
from functools import lru_cache
from random import Random

from drawing import chance, pick, whole
from knowledge import PathStep
from visits import Visit, is_during_stay

from casefinder.cases import Language, Outcome, OutcomeStatus, StepKind, TreatmentStep

_CUT_SHORT = ("died", "transferred", "left_against_advice")
_AFTER_DISCHARGE = ("follow_up", "advice", "referral")
_NAMED_IN_ENGLISH = {"medication": 0.6, "test": 0.35, "procedure": 0.3, "surgery": 0.3}  # share in mixed cases
# Notes of a path that do not go with so good an outcome.
_UNFIT = {
    "recovered": re.compile(
        r"仍|不足|失败|无效|疾病进展|进展较快|反复|复发一次|恶化|拟手术|更换"
        r"|still|insufficient|fail|progress|recurr|relaps|remain|persist|poor response"
    ),
    "improved": re.compile(
        r"疗效不足|疾病进展|进展较快|试拔失败|insufficient|disease progress|failed|fast progression"
    ),
}
_NOTES_ZH = {
    "died": ("病情进行性恶化，经积极抢救无效死亡", "抢救无效，宣布临床死亡", "多脏器功能衰竭，救治无效死亡"),
    "transferred": ("转上级医院继续治疗", "家属同意后转往上级医院", "病情需要，联系转院"),
    "left_against_advice": ("签字自动出院，已告知风险", "患方要求出院，劝阻无效，已签字", "因个人原因中止治疗离院"),
    "worsened": ("治疗后病情仍有进展", "症状较前加重，需进一步处理", "疗效不佳，病情加重"),
    "unchanged": ("症状无明显变化", "病情与前相仿，继续观察", "疗效不明显，拟调整方案"),
}
_NOTES_EN = {
    "died": (
        "deteriorated despite full treatment and died", "resuscitation was unsuccessful", "died of multi-organ failure",
    ),
    "transferred": ("transferred to a tertiary hospital", "moved to a higher-level centre for further care"),
    "left_against_advice": (
        "left against medical advice after the risks were explained", "self-discharged, form signed",
    ),
    "worsened": (
        "progressed despite treatment", "symptoms worse than on arrival", "poor response, condition worsening",
    ),
    "unchanged": ("no clear change with treatment", "much the same as before; plan under review"),
}  # fmt: skip


def treatment_path(rng: Random, visit: Visit) -> tuple[TreatmentStep, ...]:
    """Write the steps that were done, in the order of their days."""
    done = [step for step in visit.path.steps if chance(rng, step.share) and _happens(step, visit)]
    steps = [(_day(rng, step, visit), step) for step in done]
    steps.sort(key=lambda item: item[0])
    return tuple(_write(rng, step, day, visit.language) for day, step in steps)


def outcome(rng: Random, visit: Visit) -> Outcome:
    """Write how the visit ended."""
    return Outcome(OutcomeStatus(visit.status), visit.stay_days, visit.readmitted, _note(rng, visit))


def in_chinese(rng: Random, language: Language, *, english_share: float) -> bool:
    """Tell whether a name is written in Chinese; in a mixed case English is taken with the share given."""
    if language == Language.MIXED:
        return not chance(rng, english_share)
    return language == Language.ZH


def _happens(step: PathStep, visit: Visit) -> bool:
    if visit.status not in _CUT_SHORT:
        return True
    if visit.status == "died" and ("出院" in step.zh + step.detail_zh or step.kind in _AFTER_DISCHARGE):
        return False
    if step.kind == "follow_up" or (step.kind == "advice" and step.first_day > 0):
        return False
    return visit.stay_days is None or step.first_day <= visit.stay_days


def _day(rng: Random, step: PathStep, visit: Visit) -> int:
    day = whole(rng, step.first_day, step.last_day)
    if visit.stay_days is None:
        return day
    if is_during_stay(step, visit.path) or visit.status in _CUT_SHORT:
        return min(day, visit.stay_days)
    return max(day, visit.stay_days + 7) if step.kind == "follow_up" else day


def _write(rng: Random, step: PathStep, day: int, language: Language) -> TreatmentStep:
    if in_chinese(rng, language, english_share=_NAMED_IN_ENGLISH.get(step.kind, 0.1)):
        return _step(step.kind, step.zh, step.detail_zh, day)
    return _step(step.kind, step.en, step.detail_en, day)


@lru_cache(maxsize=100_000)
def _step(kind: str, name: str, detail: str, day: int) -> TreatmentStep:
    """Make a step once: the same ones stand in many cases."""
    return TreatmentStep(StepKind(kind), name, detail, day)


def _note(rng: Random, visit: Visit) -> str:
    chinese = in_chinese(rng, visit.language, english_share=0.3)
    general = (_NOTES_ZH if chinese else _NOTES_EN).get(visit.status)
    if general:
        return pick(rng, general)
    notes = visit.path.notes_zh if chinese else visit.path.notes_en
    if unfit := _UNFIT.get(visit.status):
        notes = tuple(note for note in notes if not unfit.search(note))
    return pick(rng, notes) if notes and chance(rng, 0.85) else ""
