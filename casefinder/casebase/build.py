"""Building a case base: a stream of cases in, a complete generation on disk out, or nothing changed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from casefinder.case_store import CaseStore, CaseWriter
from casefinder.casebase.batch import BatchWriter, OnDuplicate
from casefinder.casebase.indexing import write_index
from casefinder.casebase.lock import write_lock
from casefinder.casebase.manifest import (
    BUILDING_NAME,
    GENERATION_PREFIX,
    INDEX_NAME,
    REJECTS_NAME,
    STORE_NAME,
    TERMS_NAME,
    Manifest,
    read_manifest,
    write_manifest,
)
from casefinder.casebase.reading_findings import findings_fingerprint
from casefinder.cases.reading import ReadRow, Reject
from casefinder.encoders import Encoder
from casefinder.errors import CaseBaseError, RejectedRowError
from casefinder.files import open_private, stored_file, sync_path
from casefinder.term_index import write_terms

_BATCH_CASES: Final = 512  # bounds memory; larger batches encode no faster


class Phase(StrEnum):
    """What a build is doing."""

    READING = "reading and encoding"
    INDEXING = "indexing"


Progress = Callable[[Phase, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        directory: Where the case base is.
        n_cases: Cases stored.
        n_rejected: Rows that are no valid case; they are in ``rejects_path``.
        n_duplicates: Rows skipped because the same case had been read already.
        n_replaced: Cases replaced by a later row of the same id.
        n_encoded: Texts encoded; the others were taken from the previous or the interrupted build.
        rejects_path: The file of rejected rows, or None when there are none.
        manifest: The new manifest.
    """

    directory: Path
    n_cases: int
    n_rejected: int
    n_duplicates: int
    n_replaced: int
    n_encoded: int
    rejects_path: Path | None
    manifest: Manifest


def build_case_base(
    rows: Iterable[ReadRow],
    directory: Path,
    *,
    encoder: Encoder,
    source: str,
    strict: bool = False,
    on_duplicate: OnDuplicate = OnDuplicate.REJECT,
    progress: Progress | None = None,
) -> BuildReport:
    """Build a case base from a stream of cases, replacing what was in the directory.

    The old case base stays in use until the new one is complete and on the disk. After an interruption the
    next build takes over what was encoded.

    Args:
        rows: Cases and rejects, as readers yield them; read once.
        directory: Where the case base is to be; made when absent, readable by its owner only.
        encoder: Turns the texts into vectors.
        source: Name of what is read, for ``casefinder info``.
        strict: Fail on the first reject.
        on_duplicate: What happens to a second case of an id with different content.
        progress: Called with the phase and the number of rows done since the last call.

    Raises:
        RejectedRowError: A row was rejected and ``strict`` is set.
        CaseBaseLockedError: Another process is writing there.
        CaseBaseError: No case could be stored, or the disk refused to.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with write_lock(directory):
            return _Build(directory, encoder, source).run(rows, strict, on_duplicate, progress or _unobserved)
    except (OSError, sqlite3.OperationalError) as exc:
        raise CaseBaseError(
            f"cannot write the case base in {directory}: {exc}; the previous one, if any, is unchanged."
            " Free space or fix permissions, and build again to resume"
        ) from exc


class _Build:
    """One run of a build, under the lock."""

    def __init__(self, directory: Path, encoder: Encoder, source: str) -> None:
        self._directory = directory
        self._encoder = encoder
        self._source = source
        self._staging = directory / BUILDING_NAME

    def run(self, rows: Iterable[ReadRow], strict: bool, on_duplicate: OnDuplicate, progress: Progress) -> BuildReport:
        current = _current_manifest(self._directory)
        with self._open_writer() as writer, _previous_store(self._directory, current) as previous:
            batches = BatchWriter(writer, self._encoder, previous=previous, on_duplicate=on_duplicate)
            n_rejected = self._store_all(rows, batches, strict=strict, progress=progress)
            if not writer.count():
                raise CaseBaseError(self._nothing_stored(n_rejected))
            writer.finish()
        manifest = self._index(current, progress)
        rejects_path = self._publish(manifest, n_rejected)
        return BuildReport(
            directory=self._directory,
            n_cases=manifest.n_cases,
            n_rejected=n_rejected,
            n_duplicates=batches.n_duplicates,
            n_replaced=batches.n_replaced,
            n_encoded=batches.n_encoded,
            rejects_path=rejects_path,
            manifest=manifest,
        )

    def _open_writer(self) -> CaseWriter:
        """Open the staging database, taking over vectors of an interrupted build."""
        path = self._staging / STORE_NAME
        self._staging.mkdir(mode=0o700, exist_ok=True)
        try:
            writer = self._writer(path)
            writer.forget_cases()
        except sqlite3.DatabaseError:
            # The interruption left no usable database (or one of another schema): begin from nothing.
            shutil.rmtree(self._staging)
            self._staging.mkdir(mode=0o700)
            writer = self._writer(path)
        path.chmod(0o600)
        return writer

    def _writer(self, path: Path) -> CaseWriter:
        return CaseWriter(path, fingerprint=self._encoder.fingerprint, findings_fingerprint=findings_fingerprint())

    def _store_all(self, rows: Iterable[ReadRow], batches: BatchWriter, *, strict: bool, progress: Progress) -> int:
        """Store every case; write every reject down; return the number of rejects."""
        n_rejected = 0
        with open_private(self._staging / REJECTS_NAME) as file:
            for batch in _batches(rows):
                for reject in batches.write(batch):
                    n_rejected += 1
                    if strict:
                        raise RejectedRowError(f"{reject}; correct the row, or build without --strict")
                    file.write(_reject_line(reject))
                progress(Phase.READING, len(batch))
        return n_rejected

    def _index(self, current: Manifest | None, progress: Progress) -> Manifest:
        store_path, index_path = self._staging / STORE_NAME, self._staging / INDEX_NAME
        terms_path = self._staging / TERMS_NAME
        with CaseStore(store_path) as store:
            plan, recall = write_index(store, index_path, advance=lambda n: progress(Phase.INDEXING, n))
            write_terms(terms_path, store.every_case(), vectors_of=store.wording_vectors)
            n_cases = store.count()
        for path in (store_path, index_path, terms_path):
            path.chmod(0o600)
            sync_path(path)
        return Manifest(
            generation=_next_generation(current),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            source=self._source,
            n_cases=n_cases,
            encoder_name=self._encoder.name,
            encoder_fingerprint=self._encoder.fingerprint,
            dim=self._encoder.dim,
            plan=plan,
            recall_at_10=recall,
            store=stored_file(store_path),
            index=stored_file(index_path),
            terms=stored_file(terms_path),
        )

    def _publish(self, manifest: Manifest, n_rejected: int) -> Path | None:
        """Make the staged generation current; from here on nothing can fail half-way."""
        rejects = self._keep_rejects() if n_rejected else None
        generation = self._directory / manifest.generation
        if generation.exists():
            shutil.rmtree(generation)  # renamed by a build that was interrupted before its manifest was written
        (self._staging / REJECTS_NAME).unlink(missing_ok=True)
        os.replace(self._staging, generation)
        sync_path(self._directory)
        write_manifest(self._directory, manifest)
        for old in self._directory.glob(f"{GENERATION_PREFIX}*"):
            if old != generation:
                shutil.rmtree(old, ignore_errors=True)
        if rejects is None:
            (self._directory / REJECTS_NAME).unlink(missing_ok=True)
        return rejects

    def _keep_rejects(self) -> Path:
        kept = self._directory / REJECTS_NAME
        os.replace(self._staging / REJECTS_NAME, kept)
        return kept

    def _nothing_stored(self, n_rejected: int) -> str:
        if not n_rejected:
            return f"{self._source} holds no cases; nothing was built"
        return f"none of the {n_rejected} rows of {self._source} is a valid case, see {self._keep_rejects()}"


def _unobserved(phase: Phase, n_rows: int) -> None:
    """Stand in for a progress display where nobody watches."""


def _current_manifest(directory: Path) -> Manifest | None:
    try:
        return read_manifest(directory)
    except CaseBaseError:
        return None  # nothing there, or nothing usable: a build is how a user replaces either


@contextmanager
def _previous_store(directory: Path, manifest: Manifest | None) -> Iterator[CaseStore | None]:
    """Open the records that are being replaced, as a source of vectors; None where there are none to be had."""
    store = None
    if manifest is not None:
        with suppress(CaseBaseError):
            store = CaseStore(directory / manifest.generation / STORE_NAME)
    try:
        yield store
    finally:
        if store is not None:
            store.close()


def _next_generation(current: Manifest | None) -> str:
    number = int(current.generation.removeprefix(GENERATION_PREFIX)) + 1 if current else 1
    return f"{GENERATION_PREFIX}{number:06d}"


def _batches(rows: Iterable[ReadRow]) -> Iterator[list[ReadRow]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH_CASES)):
        yield batch


def _reject_line(reject: Reject) -> str:
    entry = {
        "file": reject.origin.file,
        "line": reject.origin.line,
        "field": reject.field,
        "reason": reject.reason,
    }
    return json.dumps(entry, ensure_ascii=False) + "\n"
