"""The records of a case base in SQLite: schema, reading and writing."""

from casefinder.case_store.case_findings import DIAGNOSES, CaseFindings, MeasuredValue, Mention
from casefinder.case_store.checking import problems_of_database
from casefinder.case_store.connecting import connect_to_read, connect_to_write, database_files
from casefinder.case_store.entries import Change, EncodedCase, StoredCase
from casefinder.case_store.salvaging import DamagedDatabase, SalvagedCase
from casefinder.case_store.schema import ADD, REMOVE
from casefinder.case_store.state import State
from casefinder.case_store.store import CaseStore
from casefinder.case_store.writer import CaseWriter, create_database

__all__ = [
    "ADD",
    "DIAGNOSES",
    "REMOVE",
    "CaseFindings",
    "CaseStore",
    "CaseWriter",
    "Change",
    "DamagedDatabase",
    "EncodedCase",
    "MeasuredValue",
    "Mention",
    "SalvagedCase",
    "State",
    "StoredCase",
    "connect_to_read",
    "connect_to_write",
    "create_database",
    "database_files",
    "problems_of_database",
]
