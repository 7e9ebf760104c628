"""The SQLite schema: the only truth of a case base. Vectors are stored as bytes whose meaning is not known here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

SCHEMA_VERSION: Final = 2
VECTOR_DTYPE: Final = "<f2"  # little-endian float16: half the size of float32, within 2**-11 of each component


def create_schema(database: Database) -> None:
    """Create every table in an empty database."""
    database.table("meta").create({"name": str, "value": str}, pk="name")
    # A vector is kept under the encoder and the text that it was made from, so it is the embedding cache as well.
    database.table("vectors").create(
        {"key": int, "fingerprint": str, "digest": bytes, "vector": bytes},
        pk="key",
        not_null={"fingerprint", "digest", "vector"},
    )
    database.table("vectors").create_index(["fingerprint", "digest"], unique=True)
    database.table("cases").create(
        {
            "key": int,
            "id": str,
            "checksum": bytes,
            "document": str,
            "vector_key": int,
            "department": str,
            "sex": str,
            "age_years": float,
            "visit_date": str,
            "outcome": str,
        },
        pk="key",
        not_null={"id", "checksum", "document", "vector_key"},
    )
    database.table("cases").create_index(["id"], unique=True)
    for column in ("department", "age_years", "visit_date"):
        database.table("cases").create_index([column])
    # Distinct wordings of diagnoses: there are far fewer of them than cases, and each is encoded once.
    database.table("diagnosis_names").create({"key": int, "text": str, "vector_key": int}, pk="key")
    database.table("diagnosis_names").create_index(["text"], unique=True)
    database.table("case_diagnoses").create(
        {"case_key": int, "position": int, "name_key": int, "icd10": str}, pk=("case_key", "position")
    )
    database.table("case_diagnoses").create_index(["name_key"])
    database.table("case_diagnoses").create_index(["icd10"])
    # What was read out of the texts of a case, by which version of lexicon and rules; computed once per case.
    database.table("findings").create(
        {"case_key": int, "fingerprint": str, "data": str}, pk="case_key", not_null={"fingerprint", "data"}
    )
