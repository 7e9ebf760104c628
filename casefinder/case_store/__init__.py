"""The records of a case base in SQLite: schema, reading and writing."""

from casefinder.case_store.case_findings import DIAGNOSES, CaseFindings, MeasuredValue, Mention
from casefinder.case_store.documents import checksum_of
from casefinder.case_store.store import CaseStore
from casefinder.case_store.writer import CaseWriter, EncodedCase

__all__ = [
    "DIAGNOSES",
    "CaseFindings",
    "CaseStore",
    "CaseWriter",
    "EncodedCase",
    "MeasuredValue",
    "Mention",
    "checksum_of",
]
