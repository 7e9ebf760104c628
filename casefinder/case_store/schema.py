"""The SQLite schema: the only truth of a case base. Vectors are stored as bytes whose meaning is not known here.

Keys of cases rise and are never used again, and what stands under a key never changes: an update removes one key and
adds another. So a reader may keep what it has read by key for as long as it likes. Every table has a checksum per
row, over all its columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

SCHEMA_VERSION: Final = 3  # kept as PRAGMA user_version
VECTOR_DTYPE: Final = "<f2"  # little-endian float16: half the size of float32, within 2**-11 of each component
ADD: Final = "add"
REMOVE: Final = "remove"


def create_schema(database: Database) -> None:
    """Create every table in an empty database."""
    database.table("state").create(
        {
            "one": int,
            "records_id": str,
            "sequence": int,
            "n_cases": int,
            "last_key": int,
            "checksum": bytes,
        },
        pk="one",
    )
    # What happened since the last snapshot, without a gap: nothing can be missing unnoticed.
    database.table("changes").create({"sequence": int, "kind": str, "case_key": int, "checksum": bytes}, pk="sequence")
    # A vector is kept under the encoder and the text that it was made from, so it is the embedding cache as well.
    database.table("vectors").create(
        {"key": int, "fingerprint": str, "digest": bytes, "vector": bytes, "checksum": bytes},
        pk="key",
        not_null={"fingerprint", "digest", "vector", "checksum"},
    )
    database.table("vectors").create_index(["digest", "fingerprint"], unique=True)
    # `digest` names the vector of the presentation. Those of diagnoses are found by the digest of their wording.
    database.table("cases").create(
        {"key": int, "id": str, "digest": bytes, "document": str, "checksum": bytes},
        pk="key",
        not_null={"id", "digest", "document", "checksum"},
    )
    database.table("cases").create_index(["id"], unique=True)
    database.table("cases").create_index(["digest"])
    # What was read out of the texts of a case, by which version of lexicon and rules; computed once per case.
    database.table("findings").create(
        {"case_key": int, "fingerprint": str, "data": str, "checksum": bytes},
        pk="case_key",
        not_null={"fingerprint", "data", "checksum"},
    )
