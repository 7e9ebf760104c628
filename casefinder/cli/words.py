"""Words of the model in the language of the reader."""

from __future__ import annotations

import re
from typing import Final

from casefinder.cases import Age, Case, Outcome, Patient, TreatmentStep

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_AGE_ZH: Final = {"years": "岁", "months": "月", "days": "天"}
_AGE_EN: Final = {"years": "y", "months": "mo", "days": "d"}
_SEX_ZH: Final = {"female": "女", "male": "男", "other": "其他"}
_OUTCOME_ZH: Final = {
    "recovered": "治愈",
    "improved": "好转",
    "unchanged": "未愈",
    "worsened": "恶化",
    "died": "死亡",
    "transferred": "转院",
    "left_against_advice": "自动出院",
    "ongoing": "治疗中",
}


def is_chinese(text: str) -> bool:
    """Tell whether a reader who wrote this reads Chinese."""
    return bool(_HAN.search(text))


def patient_words(patient: Patient, *, zh: bool) -> str:
    """Write age and sex, as ``63岁 男`` or ``63 y, male``."""
    parts = [_age_words(patient.age, zh=zh) if patient.age else "", _sex_words(patient, zh=zh)]
    return (" " if zh else ", ").join(part for part in parts if part)


def complaint_words(case: Case) -> str:
    """Return the chief complaint, or what stands in for it."""
    sections = case.sections
    return sections.chief_complaint or sections.present_illness or sections.exam or sections.past_history


def diagnosis_words(case: Case) -> str:
    """Write the diagnoses with their codes."""
    return "；".join(f"{d.text} [{d.icd10}]" if d.icd10 else d.text for d in case.diagnoses)


def path_words(steps: tuple[TreatmentStep, ...]) -> str:
    """Write a treatment path day by day: ``D0 心电图 → 阿司匹林 300mg 嚼服; D30 随访``."""
    lines: list[str] = []
    day: int | None = None
    for step in steps:
        words = f"{step.name} {step.detail}".strip()
        if not lines or step.day != day:
            lines.append(f"D{step.day} {words}" if step.day is not None else words)
        else:
            lines[-1] += f" → {words}"
        day = step.day
    return "\n".join(lines)


def outcome_words(outcome: Outcome, *, zh: bool) -> str:
    """Write how it ended: status, stay, readmission, note."""
    status = str(outcome.status or "")
    parts = [_OUTCOME_ZH.get(status, status) if zh else status.replace("_", " ")]
    if outcome.stay_days is not None:
        unit = "day" if outcome.stay_days == 1 else "days"
        parts.append(f"住院{outcome.stay_days}天" if zh else f"{outcome.stay_days} {unit} in hospital")
    if outcome.readmitted_30d:
        parts.append("30天内再入院" if zh else "readmitted within 30 days")
    parts.append(outcome.note)
    return ("，" if zh else ", ").join(part for part in parts if part)


def _age_words(age: Age, *, zh: bool) -> str:
    return f"{age.value}{_AGE_ZH[age.unit]}" if zh else f"{age.value} {_AGE_EN[age.unit]}"


def _sex_words(patient: Patient, *, zh: bool) -> str:
    sex = str(patient.sex or "")
    return _SEX_ZH.get(sex, "") if zh else sex
