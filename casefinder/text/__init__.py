"""Text: normalisation, and the parts of a case that are compared."""

from casefinder.text.normalise import normalise_text
from casefinder.text.presentation import (
    SECTION_WEIGHTS,
    WeightedText,
    compose_presentation,
    diagnosis_digest,
    presentation_digest,
)

__all__ = [
    "SECTION_WEIGHTS",
    "WeightedText",
    "compose_presentation",
    "diagnosis_digest",
    "normalise_text",
    "presentation_digest",
]
