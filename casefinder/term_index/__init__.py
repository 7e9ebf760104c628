"""What cases are found by word for word, filtered by and ranked by: arrays derived from the records."""

from casefinder.term_index.deriving import FIELD_WEIGHTS, Entry, VectorsOf, concept_term, derive_terms
from casefinder.term_index.filters import (
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
from casefinder.term_index.index import TermIndex
from casefinder.term_index.lists import Rows, are_in, united
from casefinder.term_index.part import TermPart, read_terms
from casefinder.term_index.traits import ASSERTIONS, SIDES, FoundConcepts, FoundValues, Traits, deviations_of
from casefinder.term_index.writing import ENTRIES_PER_RUN, joined_part, write_merged_terms, write_terms

__all__ = [
    "ASSERTIONS",
    "ENTRIES_PER_RUN",
    "FIELD_WEIGHTS",
    "SIDES",
    "AgeBetween",
    "AllOf",
    "AnyOf",
    "AttributeIs",
    "DepartmentIs",
    "DiagnosisIs",
    "Entry",
    "FoundConcepts",
    "FoundValues",
    "Not",
    "OutcomeIs",
    "Rows",
    "SexIs",
    "TermIndex",
    "TermPart",
    "Traits",
    "VectorsOf",
    "VisitedBetween",
    "Where",
    "are_in",
    "concept_term",
    "derive_terms",
    "deviations_of",
    "joined_part",
    "read_terms",
    "united",
    "write_merged_terms",
    "write_terms",
]
