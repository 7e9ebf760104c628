"""Treatment paths: what was done for similar cases, and how it ended."""

from casefinder.pathways.paths import STANDING_SENTENCE, TreatmentPath, treatment_paths

__all__ = ["STANDING_SENTENCE", "TreatmentPath", "treatment_paths"]
