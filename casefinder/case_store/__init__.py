"""The records of a case base in SQLite: schema, filters, reading and writing."""

from casefinder.case_store.case_findings import CaseFindings, MeasuredValue, Mention
from casefinder.case_store.documents import checksum_of
from casefinder.case_store.filters import (
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
from casefinder.case_store.lexical import Postings, PostingsBuilder
from casefinder.case_store.store import CaseStore
from casefinder.case_store.traits import ASSERTIONS, FoundConcepts, Traits, TraitsBuilder
from casefinder.case_store.writer import CaseWriter, EncodedCase

__all__ = [
    "ASSERTIONS",
    "AgeBetween",
    "AllOf",
    "AnyOf",
    "AttributeIs",
    "CaseFindings",
    "CaseStore",
    "CaseWriter",
    "DepartmentIs",
    "DiagnosisIs",
    "EncodedCase",
    "FoundConcepts",
    "MeasuredValue",
    "Mention",
    "Not",
    "OutcomeIs",
    "Postings",
    "PostingsBuilder",
    "SexIs",
    "Traits",
    "TraitsBuilder",
    "VisitedBetween",
    "Where",
    "checksum_of",
]
