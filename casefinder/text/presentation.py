"""Which texts of a case a new complaint is compared with, and how much each counts.

Only the presentation is compared: treatment, outcome and notes would leak the answer into the question.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from casefinder.cases import Case
from casefinder.text.normalise import normalise_text

# What brings a patient in counts most, the past history least: it is shared by many whose visits differ.
# `scripts/bench/sections.py` prints precision@10 for these and other weights.
SECTION_WEIGHTS: Final = {
    "chief_complaint": 1.0,
    "present_illness": 1.2,
    "exam": 0.6,
    "past_history": 0.2,
}
_COMPOSITION_VERSION: Final = 1  # raise when the same case would be composed differently


@dataclass(frozen=True, slots=True)
class WeightedText:
    """A text to encode and its share in the vector of a case; weights of one case add up to 1."""

    text: str
    weight: float


def compose_presentation(case: Case) -> tuple[WeightedText, ...]:
    """Return the searchable sections of a case, normalised and weighted; at least one, in a fixed order."""
    texts = {name: normalise_text(getattr(case.sections, name)) for name in SECTION_WEIGHTS}
    total = sum(SECTION_WEIGHTS[name] for name, text in texts.items() if text)
    return tuple(WeightedText(text, SECTION_WEIGHTS[name] / total) for name, text in texts.items() if text)


def presentation_digest(parts: tuple[WeightedText, ...]) -> bytes:
    """Return 16 bytes that identify what is encoded: equal for two cases that present with the same words."""
    digest = hashlib.sha256(f"presentation {_COMPOSITION_VERSION}".encode())
    for part in parts:
        digest.update(f"\x00{part.weight:.6f}\x00{part.text}".encode())
    return digest.digest()[:16]


def diagnosis_digest(text: str) -> bytes:
    """Return 16 bytes that identify the normalised wording of a diagnosis."""
    return hashlib.sha256(f"diagnosis\x00{text}".encode()).digest()[:16]
