"""The manifest: the one small file that says which records and which snapshot of a case base are current."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from casefinder.casebase.aims import IndexAims
from casefinder.casebase.layout import (
    BUILDING_NAME,
    INDEX_NAME,
    INTERRUPTED_NAME,
    MANIFEST_NAME,
    STORE_NAME,
    TERMS_NAME,
)
from casefinder.errors import CaseBaseDamagedError, CaseBaseFormatError, CaseBaseNotFoundError
from casefinder.files import StoredFile, durable
from casefinder.vector_index import IndexPlan

FORMAT_VERSION: Final = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is derived from the records as they were after one change.

    Attributes:
        name: Name of the folder that holds the files.
        sequence: Number of the last change that it covers.
        n_cases: Cases that it holds.
        made_at: When it was made, ISO 8601 in UTC.
        plan: How the vectors are indexed.
        recall_at_10: Share of the ten nearest cases that the index finds, measured on the base's own cases.
        index: The index file.
        terms: The file of words, concepts, traits and columns.
    """

    name: str
    sequence: int
    n_cases: int
    made_at: str
    plan: IndexPlan
    recall_at_10: float
    index: StoredFile
    terms: StoredFile


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a case base is made of.

    Attributes:
        records: Name of the folder that holds the database.
        records_id: Identity of the records in it.
        built_at: Time of the build, ISO 8601 in UTC.
        source: Name of what was read.
        encoder_name: How the user named the encoder.
        encoder_fingerprint: Identity of its weights.
        dim: Components of a vector.
        aims: What the vector index is made to be; its fields stand among those of the manifest on disk.
        snapshot: What is derived from the records.
    """

    records: str
    records_id: str
    built_at: str
    source: str
    encoder_name: str
    encoder_fingerprint: str
    dim: int
    aims: IndexAims
    snapshot: Snapshot

    def store_path(self, directory: Path) -> Path:
        """Return the path of the database."""
        return directory / self.records / STORE_NAME

    def index_path(self, directory: Path) -> Path:
        """Return the path of the index file."""
        return directory / self.snapshot.name / INDEX_NAME

    def terms_path(self, directory: Path) -> Path:
        """Return the path of the file of words, concepts, traits and columns."""
        return directory / self.snapshot.name / TERMS_NAME


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Make a manifest the current one, in one step that survives a power cut; keep a copy beside the records."""
    fields = asdict(manifest)
    body = {"format_version": FORMAT_VERSION, **fields.pop("aims"), **fields}
    text = json.dumps({"checksum": body_checksum(body), **body}, ensure_ascii=False, indent=2)
    durable.replace_file(directory / manifest.records / MANIFEST_NAME, text + "\n")
    durable.replace_file(directory / MANIFEST_NAME, text + "\n")


def read_manifest(directory: Path) -> Manifest:
    """Return the current manifest of a case base.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseFormatError: Another version of casefinder wrote it.
        CaseBaseDamagedError: The file is not what was written.
    """
    body = read_manifest_body(directory)
    version, path = body["format_version"], directory / MANIFEST_NAME
    if version != FORMAT_VERSION:
        hint = "upgrade casefinder" if version > FORMAT_VERSION else f"run `casefinder migrate --index {directory}`"
        raise CaseBaseFormatError(
            f"{path} has format version {version}, this casefinder reads {FORMAT_VERSION};"
            f" {hint}, or build the case base again from its source"
        )
    if body.pop("checksum", None) != body_checksum(body):
        raise _damaged(path)
    try:
        return _manifest(body)
    except (KeyError, TypeError, ValueError) as exc:
        raise CaseBaseFormatError(
            f"{path} has format version {version}, but not the fields that this casefinder reads ({exc}):"
            " another casefinder wrote it; open it with that one, or build the case base again from its source"
        ) from exc


def read_manifest_body(directory: Path) -> dict[str, Any]:
    """Return the manifest of a case base of any format as JSON has it, not yet compared with its checksum.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseDamagedError: The file is no manifest.
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
    return body


def body_checksum(body: dict[str, Any]) -> str:
    """Return the checksum of a manifest, of the form that it has in JSON."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _manifest(body: dict[str, Any]) -> Manifest:
    fields = {name: body[name] for name in Manifest.__dataclass_fields__ if name not in ("aims", "snapshot")}
    return Manifest(**fields, aims=aims_of(body), snapshot=_snapshot(body["snapshot"]))


def aims_of(body: dict[str, Any]) -> IndexAims:
    """Return what the index of a manifest was made to be; what an older one does not say is the default."""
    return IndexAims(**{name: body[name] for name in IndexAims.__dataclass_fields__ if name in body})


def _snapshot(body: dict[str, Any]) -> Snapshot:
    files = {name: StoredFile(**body[name]) for name in ("index", "terms")}
    return Snapshot(**{**body, **files, "plan": IndexPlan.from_json(body["plan"])})


def _absence(directory: Path) -> str:
    if any((directory / name).is_dir() for name in (BUILDING_NAME, INTERRUPTED_NAME)):
        return f"the case base in {directory} is not finished; run `casefinder build-index` again to resume it"
    return f"no case base in {directory}; make one with `casefinder build-index SOURCE --index {directory}`"


def _damaged(path: Path) -> CaseBaseDamagedError:
    return CaseBaseDamagedError(
        f"{path} was altered or cut short; run `casefinder verify --repair --index {path.parent}`"
    )
