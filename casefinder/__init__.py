"""casefinder: similar-case search over a hospital's own history, with treatment paths and outcomes.

    from casefinder import CaseFinder

Names are loaded when they are first used, so that ``casefinder --help`` imports nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casefinder.casebase import BuildReport, ChangeReport, Manifest, OnDuplicate
    from casefinder.cases import (
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
    from casefinder.encoders import Encoder, load_encoder
    from casefinder.errors import CasefinderError
    from casefinder.finder import CaseFinder
    from casefinder.pathways import PathwayEvidence
    from casefinder.search import Answer, Hit
    from casefinder.term_index import (
        AgeBetween,
        AllOf,
        AnyOf,
        AttributeIs,
        DepartmentIs,
        DiagnosisIs,
        Not,
        OutcomeIs,
        SexIs,
        VisitedBetween,
        Where,
    )

_MODULES = {
    "casebase": ("BuildReport", "ChangeReport", "Manifest", "OnDuplicate"),
    "cases": (
        "Age", "AgeUnit", "Case", "Diagnosis", "Language", "Outcome", "OutcomeStatus", "Patient", "Sections", "Sex",
        "StepKind", "TreatmentStep",
    ),
    "encoders": ("Encoder", "load_encoder"),
    "errors": ("CasefinderError",),
    "finder": ("CaseFinder",),
    "pathways": ("PathwayEvidence",),
    "search": ("Answer", "Hit"),
    "term_index": (
        "AgeBetween", "AllOf", "AnyOf", "AttributeIs", "DepartmentIs", "DiagnosisIs", "Not", "OutcomeIs", "SexIs",
        "VisitedBetween", "Where",
    ),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__version__ = "0.1.0"
__all__ = [
    "Age",
    "AgeBetween",
    "AgeUnit",
    "AllOf",
    "Answer",
    "AnyOf",
    "AttributeIs",
    "BuildReport",
    "Case",
    "CaseFinder",
    "CasefinderError",
    "ChangeReport",
    "DepartmentIs",
    "Diagnosis",
    "DiagnosisIs",
    "Encoder",
    "Hit",
    "Language",
    "Manifest",
    "Not",
    "OnDuplicate",
    "Outcome",
    "OutcomeIs",
    "OutcomeStatus",
    "PathwayEvidence",
    "Patient",
    "Sections",
    "Sex",
    "SexIs",
    "StepKind",
    "TreatmentStep",
    "VisitedBetween",
    "Where",
    "load_encoder",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type is that of the name
    """Load a public name from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'casefinder' has no attribute {name!r}")
    return getattr(import_module(f"casefinder.{_MODULE_OF[name]}"), name)
