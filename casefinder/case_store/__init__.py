"""The records of a case base in SQLite: schema, filters, reading and writing."""

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
from casefinder.case_store.store import CaseStore
from casefinder.case_store.writer import CaseWriter, EncodedCase

__all__ = [
    "AgeBetween",
    "AllOf",
    "AnyOf",
    "AttributeIs",
    "CaseStore",
    "CaseWriter",
    "DepartmentIs",
    "DiagnosisIs",
    "EncodedCase",
    "Not",
    "OutcomeIs",
    "SexIs",
    "VisitedBetween",
    "Where",
    "checksum_of",
]
