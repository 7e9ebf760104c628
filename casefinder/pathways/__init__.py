"""Treatment paths: what was done for similar cases, in what order, and how it ended."""

from casefinder.pathways.evidence import treatment_paths
from casefinder.pathways.model import (
    STANDING_SENTENCE_ZH,
    Act,
    Baseline,
    BaselineDifference,
    Comparison,
    Discordance,
    Ending,
    PathStep,
    PathwayEvidence,
    PatientPath,
    Phase,
    Reason,
    SetAside,
    Stratum,
    Variant,
    Verdict,
)
from casefinder.pathways.naming import DrugClass
from casefinder.pathways.rates import DEFAULT_SMALL_CELL, Rate, Spread
from casefinder.settings import STANDING_SENTENCE

__all__ = [
    "DEFAULT_SMALL_CELL",
    "STANDING_SENTENCE",
    "STANDING_SENTENCE_ZH",
    "Act",
    "Baseline",
    "BaselineDifference",
    "Comparison",
    "Discordance",
    "DrugClass",
    "Ending",
    "PathStep",
    "PathwayEvidence",
    "PatientPath",
    "Phase",
    "Rate",
    "Reason",
    "SetAside",
    "Spread",
    "Stratum",
    "Variant",
    "Verdict",
    "treatment_paths",
]
