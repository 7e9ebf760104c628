"""Free notes: the course in hospital as a discharge letter sums it up, or the nurse's line at arrival."""

from __future__ import annotations

from random import Random

from drawing import chance, pick
from visits import Visit

from casefinder.cases import Language, StepKind, TreatmentStep

_TREATMENTS = (StepKind.MEDICATION, StepKind.PROCEDURE, StepKind.SURGERY, StepKind.THERAPY)
_LETTER_SHARE = 0.4
_TRIAGE_SHARE = 0.3
_ENDS_ZH = {
    "recovered": ("治愈出院", "症状消失，予以出院", "恢复良好出院"),
    "improved": ("病情好转出院", "症状明显减轻，办理出院", "好转后出院"),
    "unchanged": ("病情平稳出院", "症状未见明显改善"), "worsened": ("病情仍有进展",), "died": ("终因病情危重死亡",),
    "transferred": ("后转院", "病情需要转院"),
    "left_against_advice": ("后自动出院",), "ongoing": ("目前继续治疗中", "治疗仍在继续"),
}  # fmt: skip
_ENDS_EN = {
    "recovered": ("discharged well", "made a full recovery"),
    "improved": ("discharged improved", "improved and went home"),
    "unchanged": ("discharged in much the same state",), "worsened": ("the condition progressed",),
    "died": ("died in hospital",), "transferred": ("transferred out",), "left_against_advice": ("self-discharged",),
    "ongoing": ("treatment continues",),
}  # fmt: skip
_ARRIVAL_ZH = ("步行入室", "轮椅推入", "平车送入", "家属陪同入室", "120救护车送入")
_ARRIVAL_EN = (
    "walked in",
    "came by wheelchair",
    "arrived on a stretcher",
    "arrived by ambulance",
    "came with a relative",
)


def letter(rng: Random, visit: Visit, path: tuple[TreatmentStep, ...]) -> str:
    """Write the free notes of a visit; empty for most."""
    if visit.stay_days is not None and chance(rng, _LETTER_SHARE):
        return _summary(rng, visit, path)
    if visit.condition.setting == "emergency" and chance(rng, _TRIAGE_SHARE):
        english = visit.language == Language.EN
        level = _triage_level(visit)
        arrivals = _ARRIVAL_EN if english else _ARRIVAL_ZH
        arrival = pick(rng, arrivals[2:] if level == 1 else arrivals)
        return f"Triage category {level}, {arrival}." if english else f"急诊分诊{'ⅠⅡⅢ'[level - 1]}级，{arrival}。"
    return ""


def _triage_level(visit: Visit) -> int:
    """Return 1 (resuscitate) to 3 (urgent) by how often people die of the condition."""
    risk = sum(path.share * path.outcomes.get("died", 0) for path in visit.condition.paths)
    return 1 if risk >= 0.08 else 2 if risk > 0 else 3


def _summary(rng: Random, visit: Visit, path: tuple[TreatmentStep, ...]) -> str:
    stay = visit.stay_days or 0
    during = [step for step in path if step.day is not None and step.day <= stay]
    tests = [step.name for step in during if step.kind == StepKind.TEST][:3]
    given = list(dict.fromkeys(step.name for step in during if step.kind in _TREATMENTS))[:4]
    if visit.language == Language.EN:
        return _summary_en(rng, visit, tests, given)
    parts = [f"完善{'、'.join(tests)}"] if tests else []
    if given:
        parts.append(pick(rng, ("予", "给予", "先后予")) + "、".join(given) + pick(rng, ("治疗", "等处理", "等治疗")))
    opening = pick(rng, ("入院后", "住院期间", "诊疗经过：", "收入院后"))
    return f"{opening}{'，'.join([*parts, pick(rng, _ENDS_ZH[visit.status])])}。"


def _summary_en(rng: Random, visit: Visit, tests: list[str], given: list[str]) -> str:
    sentences = [f"Work-up included {', '.join(tests)}"] if tests else []
    sentences += [f"{pick(rng, ('Treated with', 'Received', 'Managed with'))} {', '.join(given)}"] if given else []
    end = pick(rng, _ENDS_EN[visit.status])
    if visit.status in ("recovered", "improved"):
        end += f" after {visit.stay_days} day{'' if visit.stay_days == 1 else 's'}"
    return f"Course: {'. '.join([*sentences, end[:1].upper() + end[1:]])}."
