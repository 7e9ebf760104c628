"""Treatments and outcome read out of free text, for cases without a recorded path."""

from __future__ import annotations

from casefinder.cases import Case, TreatmentStep
from casefinder.pathways.naming import StepNamer


def narrated_steps(case: Case, namer: StepNamer) -> tuple[TreatmentStep, ...]:
    """Return the acts that a case tells of in its own words."""
    return ()
