"""Text: normalisation, and the parts of a case that are compared."""

from casefinder.text.normalise import normalise_text
from casefinder.text.presentation import (
    SECTION_WEIGHTS,
    WeightedText,
    compose_presentation,
    diagnosis_digest,
    presentation_digest,
)
from casefinder.text.terms import lexical_terms

__all__ = [
    "SECTION_WEIGHTS",
    "WeightedText",
    "compose_presentation",
    "diagnosis_digest",
    "lexical_terms",
    "normalise_text",
    "presentation_digest",
]
