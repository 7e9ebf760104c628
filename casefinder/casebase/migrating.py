"""Bringing a case base of an older format to this one; nothing is encoded again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import CaseWriter, EncodedCase, create_database
from casefinder.casebase.acknowledged import acknowledge
from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.layout import BUILDING_NAME, STORE_NAME
from casefinder.casebase.lock import both_locks
from casefinder.casebase.manifest import FORMAT_VERSION, Manifest, body_checksum, read_manifest, read_manifest_body
from casefinder.casebase.publishing import Origin, publish_records
from casefinder.casebase.reading_findings import findings_fingerprint, read_findings
from casefinder.casebase.space import require_space, size_of
from casefinder.cases import case_from_dict
from casefinder.errors import CaseBaseDamagedError, CaseBaseFormatError
from casefinder.files import durable

_OLDEST: Final = 2
_ROWS_PER_BATCH: Final = 512
_VECTOR_DTYPE: Final = "<f2"
_CHECKSUM_BYTES: Final = 16

_CASES: Final = (
    "SELECT c.id, c.document, c.checksum, v.digest, v.vector, f.fingerprint, f.data FROM cases c"
    " JOIN vectors v ON v.key = c.vector_key JOIN findings f ON f.case_key = c.key ORDER BY c.key"
)
_NAMES: Final = "SELECT v.digest, v.vector FROM diagnosis_names n JOIN vectors v ON v.key = n.vector_key"


def migrate(directory: Path) -> Manifest:
    """Bring a case base to the current format, in one step; one that has it is left alone.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseFormatError: The format is too old or too new.
        CaseBaseDamagedError: The case base is damaged.
        CaseBaseLockedError: Another process is writing there.
    """
    if read_manifest_body(directory)["format_version"] == FORMAT_VERSION:
        return read_manifest(directory)
    with telling_what_failed(directory), both_locks(directory):
        body = _checked_body(directory)
        old = directory / body["generation"] / STORE_NAME
        require_space(directory, 2 * size_of(old.parent), purpose="migrating")
        staging = directory / BUILDING_NAME
        durable.remove_folder(staging)
        durable.make_folder(staging)
        origin = Origin(**{name: body[name] for name in Origin.__dataclass_fields__ if name in body})
        _copy_records(old, staging, origin, n_cases=body["n_cases"])
        return publish_records(directory, staging, origin)


def _checked_body(directory: Path) -> dict[str, Any]:
    body = read_manifest_body(directory)
    if not _OLDEST <= body["format_version"] < FORMAT_VERSION:
        raise CaseBaseFormatError(
            f"{directory} has format version {body['format_version']}; only {_OLDEST} can be migrated."
            " Build the case base again from its source"
        )
    if body.pop("checksum", None) != body_checksum(body):
        raise CaseBaseDamagedError(
            f"the manifest of {directory} was altered; build the case base again from its source"
        )
    return body


def _copy_records(old: Path, staging: Path, origin: Origin, *, n_cases: int) -> None:
    create_database(staging / STORE_NAME)
    wordings: list[bytes] = []
    with (
        closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as read,
        CaseWriter(
            staging / STORE_NAME,
            encoder_fingerprint=origin.encoder_fingerprint,
            findings_fingerprint=findings_fingerprint(),
        ) as writer,
    ):
        for batch in _batches(read.execute(_NAMES)):
            writer.store_vectors({digest: _vector(vector) for digest, vector in batch})
            wordings += [digest for digest, _ in batch]
        for batch in _batches(read.execute(_CASES)):
            entries = [_entry(*row[:4], *row[5:]) for row in batch]
            vectors = {digest: _vector(vector) for _, _, _, digest, vector, _, _ in batch}
            writer.change(add=entries, vectors=vectors, is_logged=False)
        writer.finish_build(1, wordings)
        if writer.state.n_cases != n_cases:
            raise CaseBaseDamagedError(
                f"{old} holds {writer.state.n_cases} whole cases instead of {n_cases};"
                " build the case base again from its source"
            )
        acknowledge(staging, writer.state)


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, _ROWS_PER_BATCH)):
        yield batch


def _entry(case_id: str, document: str, checksum: bytes, digest: bytes, fingerprint: str, data: str) -> EncodedCase:
    if hashlib.sha256(document.encode()).digest()[:_CHECKSUM_BYTES] != checksum:
        raise CaseBaseDamagedError(
            f"the record of case {case_id!r} was altered on disk; build the case base again from its source"
        )
    case = case_from_dict(json.loads(document))
    return EncodedCase(case, digest, data if fingerprint == findings_fingerprint() else read_findings(case).to_json())


def _vector(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, dtype=_VECTOR_DTYPE).astype(np.float32)
