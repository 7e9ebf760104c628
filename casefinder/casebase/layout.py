"""What lies where in the directory of a case base.

DIRECTORY/
  casebase.json            the pointer: which records and which snapshot are current; replaced in one step
  records-000002/
    cases.sqlite           cases, findings and vectors, the only truth (with -wal and -shm while in use)
    acknowledged.json      number of the last acknowledged change
    casebase.json          a copy of the pointer, for the day when that is damaged
  snapshot-000005/
    vectors.index          FAISS or numpy index, derived from the records, never changed
    terms.index            words, concepts, traits and columns of the cases, derived, never changed
  rejects.jsonl            rows that the last command that read a source could not use
  milvus-leftovers.json    collections on a server that could not be dropped yet, where there are any
  ranking.json             weights of the ranking, once they have been learned
  building/                an unfinished build
  interrupted/             the one before, which did not end; what it holds of the same cases is used again
  lock, snapshot.lock      held by the one writer, and by who writes a snapshot
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

MANIFEST_NAME: Final = "casebase.json"
STORE_NAME: Final = "cases.sqlite"
ACKNOWLEDGED_NAME: Final = "acknowledged.json"
INDEX_NAME: Final = "vectors.index"
TERMS_NAME: Final = "terms.index"
REJECTS_NAME: Final = "rejects.jsonl"
LEFTOVERS_NAME: Final = "milvus-leftovers.json"
RANKING_NAME: Final = "ranking.json"
BUILDING_NAME: Final = "building"
INTERRUPTED_NAME: Final = "interrupted"
LOCK_NAME: Final = "lock"
SNAPSHOT_LOCK_NAME: Final = "snapshot.lock"
RECORDS_PREFIX: Final = "records-"
SNAPSHOT_PREFIX: Final = "snapshot-"
DAMAGED_PREFIX: Final = "damaged-"
GENERATION_PREFIX: Final = "generation-"  # of format 2


def folders(directory: Path, prefix: str) -> Iterator[Path]:
    """Iterate over the numbered folders of a kind."""
    return (path for path in sorted(directory.glob(f"{prefix}*")) if path.is_dir() and _number(path, prefix))


def next_folder(directory: Path, prefix: str) -> Path:
    """Return the path of the next numbered folder of a kind, higher than all that are there or were set aside."""
    numbers = [_number(path, prefix) for path in folders(directory, prefix)]
    numbers += [_number(path, DAMAGED_PREFIX + prefix) for path in directory.glob(f"{DAMAGED_PREFIX}{prefix}*")]
    return directory / f"{prefix}{max(numbers, default=0) + 1:06d}"


def _number(path: Path, prefix: str) -> int:
    digits = path.name.removeprefix(prefix)
    return int(digits) if digits.isdecimal() else 0
