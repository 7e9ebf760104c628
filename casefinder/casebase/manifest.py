"""The manifest: the one small file that says which generation of a case base is current.

DIRECTORY/
casebase.json            the manifest; replaced in one step when a build is complete
generation-000002/
cases.sqlite           records and vectors, the only truth
vectors.index          FAISS or numpy index, derived from the records
terms.index            words, concepts and traits of the cases, derived from the records
rejects.jsonl            rows of the last build that are no valid case
building/                an unfinished build; what it has encoded is used again
lock                     held by the one writer
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from casefinder.errors import CaseBaseDamagedError, CaseBaseFormatError, CaseBaseNotFoundError
from casefinder.files import StoredFile, open_private, sync_path
from casefinder.vector_index import IndexPlan

FORMAT_VERSION: Final = 2
MANIFEST_NAME: Final = "casebase.json"
STORE_NAME: Final = "cases.sqlite"
INDEX_NAME: Final = "vectors.index"
TERMS_NAME: Final = "terms.index"
REJECTS_NAME: Final = "rejects.jsonl"
BUILDING_NAME: Final = "building"
LOCK_NAME: Final = "lock"
GENERATION_PREFIX: Final = "generation-"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a case base holds and how it was made.

    Attributes:
        generation: Name of the folder that holds the files.
        built_at: Time of the build, ISO 8601 in UTC.
        source: Name of what was read.
        n_cases: Cases stored.
        encoder_name: How the user named the encoder.
        encoder_fingerprint: Identity of its weights.
        dim: Components of a vector.
        plan: How the vectors are indexed.
        recall_at_10: Share of the ten nearest cases that the index finds, measured on the base's own cases.
        store: The database file; ``sha256`` is that of the file as built.
        index: The index file.
        terms: The file of words, concepts and traits.
    """

    generation: str
    built_at: str
    source: str
    n_cases: int
    encoder_name: str
    encoder_fingerprint: str
    dim: int
    plan: IndexPlan
    recall_at_10: float
    store: StoredFile
    index: StoredFile
    terms: StoredFile


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Make a manifest the current one, in one step that survives a power cut."""
    body = {"format_version": FORMAT_VERSION, **asdict(manifest)}
    text = json.dumps({"checksum": _checksum(body), **body}, ensure_ascii=False, indent=2)
    temporary = directory / f"{MANIFEST_NAME}.new"
    with open_private(temporary) as file:
        file.write(text + "\n")
    sync_path(temporary)
    os.replace(temporary, directory / MANIFEST_NAME)
    sync_path(directory)


def read_manifest(directory: Path) -> Manifest:
    """Return the current manifest of a case base.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseFormatError: A newer casefinder wrote it.
        CaseBaseDamagedError: The file is not what was written.
    """
    path = directory / MANIFEST_NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise CaseBaseNotFoundError(_absence(directory)) from exc
    except ValueError as exc:
        raise _damaged(path) from exc
    if not isinstance(body, dict) or not isinstance(body.get("format_version"), int):
        raise _damaged(path)
    if body["format_version"] > FORMAT_VERSION:
        raise CaseBaseFormatError(
            f"{path} has format version {body['format_version']}, this casefinder reads {FORMAT_VERSION};"
            " upgrade casefinder, or build the case base again"
        )
    if body["format_version"] < FORMAT_VERSION:
        raise CaseBaseFormatError(
            f"{path} has format version {body['format_version']}, this casefinder reads {FORMAT_VERSION};"
            " build the case base again from its source"
        )
    if body.pop("checksum", None) != _checksum(body):
        raise _damaged(path)
    return _manifest(body)


def _manifest(body: dict[str, Any]) -> Manifest:
    fields = {name: body[name] for name in Manifest.__dataclass_fields__}
    plan = fields.pop("plan")
    files = {name: StoredFile(**fields.pop(name)) for name in ("store", "index", "terms")}
    return Manifest(**{**fields, **files, "plan": IndexPlan.from_json(plan)})


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _absence(directory: Path) -> str:
    if (directory / BUILDING_NAME).is_dir():
        return f"the case base in {directory} is not finished; run `casefinder build-index` again to resume it"
    return f"no case base in {directory}; make one with `casefinder build-index SOURCE --index {directory}`"


def _damaged(path: Path) -> CaseBaseDamagedError:
    return CaseBaseDamagedError(f"{path} was altered or cut short; build the case base again from its source")
