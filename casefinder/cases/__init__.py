"""Cases: their model, their JSON form, and readers for the files that hospitals have."""

from casefinder.cases.codec import case_from_dict, case_from_json, case_to_dict, case_to_json
from casefinder.cases.model import (
    Age,
    AgeUnit,
    Case,
    Diagnosis,
    Language,
    Outcome,
    OutcomeStatus,
    Patient,
    Sections,
    Sex,
    StepKind,
    TreatmentStep,
)

__all__ = [
    "Age",
    "AgeUnit",
    "Case",
    "Diagnosis",
    "Language",
    "Outcome",
    "OutcomeStatus",
    "Patient",
    "Sections",
    "Sex",
    "StepKind",
    "TreatmentStep",
    "case_from_dict",
    "case_from_json",
    "case_to_dict",
    "case_to_json",
]
