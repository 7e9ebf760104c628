"""Findings with their assertion, measurements and times, read out of Chinese and English clinical text."""

from casefinder.clinical.findings.extractor import FindingExtractor, default_extractor, extract
from casefinder.clinical.findings.model import (
    AgeMention,
    Assertion,
    Duration,
    Extraction,
    Finding,
    Flag,
    Measurement,
    SexMention,
    Side,
    Span,
    Stand,
)
from casefinder.clinical.findings.quantities import MOST_DEVIATION, QUANTITIES
from casefinder.clinical.findings.ranges import Ranges

__all__ = [
    "MOST_DEVIATION",
    "QUANTITIES",
    "AgeMention",
    "Assertion",
    "Duration",
    "Extraction",
    "Finding",
    "FindingExtractor",
    "Flag",
    "Measurement",
    "Ranges",
    "SexMention",
    "Side",
    "Span",
    "Stand",
    "default_extractor",
    "extract",
]
