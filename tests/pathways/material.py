"""Patients of our own making: three ways of treating a heart attack, with known numbers."""

from __future__ import annotations

from collections.abc import Sequence

from casefinder.cases import (
    Age,
    AgeUnit,
    Case,
    Diagnosis,
    Outcome,
    OutcomeStatus,
    Patient,
    Sections,
    Sex,
    StepKind,
    TreatmentStep,
)
from casefinder.search import Explanation, Hit
from casefinder.search.hit import MatchedBy

ECG = TreatmentStep(StepKind.TEST, "心电图", day=0)
ASPIRIN = TreatmentStep(StepKind.MEDICATION, "阿司匹林", "300mg 嚼服", 0)
ASPIRIN_EN = TreatmentStep(StepKind.MEDICATION, "aspirin", "300 mg chewed", 0)
PCI = TreatmentStep(StepKind.PROCEDURE, "经皮冠状动脉介入治疗", day=0)
PCI_EN = TreatmentStep(StepKind.PROCEDURE, "PCI", day=0)
LYSIS = TreatmentStep(StepKind.MEDICATION, "替奈普酶", day=0)
STATIN = TreatmentStep(StepKind.MEDICATION, "阿托伐他汀", day=1)
CLINIC = TreatmentStep(StepKind.FOLLOW_UP, "心内科门诊随访", day=30)

PCI_PATH = (ECG, ASPIRIN, PCI, STATIN, CLINIC)
PCI_PATH_EN = (ECG, ASPIRIN_EN, PCI_EN, STATIN, CLINIC)
LYSIS_PATH = (ECG, ASPIRIN, LYSIS, STATIN, CLINIC)
CONSERVATIVE_PATH = (ECG, ASPIRIN, STATIN, CLINIC)


def made_hit(
    number: int,
    path: Sequence[TreatmentStep],
    *,
    similarity: float = 0.8,
    status: OutcomeStatus = OutcomeStatus.IMPROVED,
    patient_id: str | None = "",
    text: str = "",
    stay_days: int | None = 6,
    readmitted: bool | None = False,
) -> Hit:
    """A hit with this path; every number is another patient unless ``patient_id`` says otherwise."""
    case = Case(
        id=f"H{number:04d}",
        sections=Sections(chief_complaint=text or f"胸痛伴冷汗，第{number}例"),
        patient=Patient(
            age=Age(50 + number % 30, AgeUnit.YEARS),
            sex=(Sex.MALE, Sex.FEMALE)[number % 2],
            id=f"P{number:04d}" if patient_id == "" else patient_id,
        ),
        diagnoses=(Diagnosis("急性心肌梗死", "I21.9"),),
        treatment_path=tuple(path),
        outcome=Outcome(status, stay_days, readmitted),
    )
    return Hit(
        rank=number + 1,
        case=case,
        similarity=similarity,
        parts=(),
        explanation=Explanation((), (), (), (), None, None),
        matched_by=MatchedBy.PRESENTATION,
        presentation_cosine=similarity,
        diagnosis_cosine=None,
        percent=None,
        relation=None,
    )


def heart_attacks(n_pci: int = 12, n_lysis: int = 8, n_conservative: int = 6) -> list[Hit]:
    """Patients of three ways of treating, half of the first written in English; one of each dies."""
    paths: list[tuple[TreatmentStep, ...]] = [(PCI_PATH, PCI_PATH_EN)[i % 2] for i in range(n_pci)]
    paths += [LYSIS_PATH] * n_lysis + [CONSERVATIVE_PATH] * n_conservative
    first_ones = {0, n_pci, n_pci + n_lysis}
    return [
        made_hit(
            number,
            path[:3] if number in first_ones else path,
            similarity=0.9 - 0.005 * number,
            status=OutcomeStatus.DIED if number in first_ones else OutcomeStatus.IMPROVED,
            stay_days=1 if number in first_ones else 5 + number % 4,
            readmitted=None if number in first_ones else number % 5 == 0,
        )
        for number, path in enumerate(paths)
    ]
