"""Building a case base: a stream of cases in, complete records and a snapshot on disk out, or nothing changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from casefinder.case_store import CaseStore, CaseWriter, create_database
from casefinder.casebase.acknowledged import acknowledge
from casefinder.casebase.aims import FAISS, IndexAims
from casefinder.casebase.batch import BatchWriter, OnDuplicate
from casefinder.casebase.earlier import earlier_records
from casefinder.casebase.failures import advice
from casefinder.casebase.layout import (
    BUILDING_NAME,
    INTERRUPTED_NAME,
    MANIFEST_NAME,
    RECORDS_PREFIX,
    STORE_NAME,
    folders,
)
from casefinder.casebase.lock import both_locks
from casefinder.casebase.manifest import Manifest, read_manifest
from casefinder.casebase.milvus_index import check_vector_index
from casefinder.casebase.publishing import Origin, publish_records
from casefinder.casebase.reading_ahead import Batch, FindingsByPlace, read_ahead
from casefinder.casebase.reading_findings import findings_fingerprint
from casefinder.casebase.rejects import RejectsFile, rows_in_batches
from casefinder.casebase.space import require_space_for_cases, require_space_for_snapshot, size_of
from casefinder.casebase.term_runs import TermRuns
from casefinder.casebase.worker_pool import WorkerPool
from casefinder.cases.reading import ReadRow
from casefinder.encoders import Encoder
from casefinder.errors import CaseBaseError
from casefinder.files import durable
from casefinder.vector_index import DEFAULT_MEMORY_BYTES, DEFAULT_TARGET

_PACKED_NAME: Final = "packed.sqlite"


class Phase(StrEnum):
    """What a command is doing."""

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
    vector_index: str = FAISS,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    target_recall: float = DEFAULT_TARGET,
    strict: bool = False,
    on_duplicate: OnDuplicate = OnDuplicate.REJECT,
    progress: Progress | None = None,
    n_workers: int = 0,
) -> BuildReport:
    """Build a case base from a stream of cases, replacing what was in the directory.

    The old case base stays in use until the new one is complete and on the disk. What it holds of the same cases is
    taken over, findings and vectors, and so is what a build had stored that was interrupted.

    Args:
        rows: Cases and rejects, as readers yield them; read once.
        directory: Where the case base is to be; made when absent, readable by its owner only.
        encoder: Turns the texts into vectors.
        source: Name of what is read, for ``casefinder info``.
        vector_index: Where vectors are kept: ``faiss``, ``milvus:URI`` or ``milvus-hnsw:URI``.
        memory_bytes: What the index may hold in memory; where it needs more than that, its plan says so. The vectors
            themselves stay on disk.
        target_recall: Recall@10 against exact search, 0 to 1, for which the effort of a search is chosen.
        strict: Fail on the first reject.
        on_duplicate: What happens to a second case of an id with different content.
        progress: Called with the phase and the number of rows done since the last call, 0 as indexing begins.
        n_workers: Further processes to read findings with, for large sources. A script that asks for them has to
            run under ``if __name__ == "__main__"``, because they import it.

    Raises:
        RejectedRowError: A row was rejected and ``strict`` is set.
        CaseBaseLockedError: Another process is writing there.
        VectorIndexError: The vectors cannot be kept there, or memory or recall is out of range.
        CaseBaseError: No case could be stored, or the disk refused to.
    """
    aims = IndexAims(check_vector_index(vector_index), memory_bytes, target_recall)
    try:
        durable.make_folder(directory)
        with both_locks(directory):
            build = _Build(directory, encoder, source, aims, n_workers)
            return build.run(rows, strict, on_duplicate, progress or unwatched)
    except (OSError, sqlite3.OperationalError) as exc:
        raise CaseBaseError(
            f"cannot write the case base in {directory}: {exc}; the previous one, if any, is unchanged."
            f" {advice(exc)}, and build again to resume"
        ) from exc


class _Build:
    """One run of a build, under both locks."""

    def __init__(self, directory: Path, encoder: Encoder, source: str, aims: IndexAims, n_workers: int) -> None:
        self._directory = directory
        self._encoder = encoder
        self._source = source
        self._aims = aims
        self._n_workers = n_workers
        self._staging = directory / BUILDING_NAME

    def run(self, rows: Iterable[ReadRow], strict: bool, on_duplicate: OnDuplicate, progress: Progress) -> BuildReport:
        current = _current_manifest(self._directory)
        self._set_interrupted_aside(current)
        with (
            self._open_writer() as writer,
            earlier_records(self._earlier(current), encoder_fingerprint=self._encoder.fingerprint) as earlier,
            WorkerPool(self._n_workers) as pool,
        ):
            batches = BatchWriter(
                writer,
                partial(writer.change, is_logged=False),
                self._encoder,
                earlier=earlier,
                on_duplicate=on_duplicate,
                strict=strict,
            )
            terms = TermRuns(self._staging / STORE_NAME, encoder_fingerprint=self._encoder.fingerprint, pool=pool)
            read = read_ahead(rows_in_batches(rows), pool=pool, known=earlier.findings)
            rejects = self._store_all(read, batches, terms, progress)
            if not writer.state.n_cases:
                raise CaseBaseError(self._nothing_stored(rejects))
            term_runs = terms.finish(batches.last_key)
            is_wasteful = self._finish_records(writer, _sequence_of(self._directory, current) + 1, batches)
        if is_wasteful:
            durable.rename(self._staging / _PACKED_NAME, self._staging / STORE_NAME)
        manifest = self._publish(term_runs, progress)
        return BuildReport(
            directory=self._directory,
            n_cases=manifest.snapshot.n_cases,
            n_rejected=rejects.n_rejected,
            n_duplicates=batches.n_duplicates,
            n_replaced=batches.n_replaced,
            n_encoded=batches.n_encoded,
            rejects_path=rejects.publish(),
            manifest=manifest,
        )

    def _finish_records(self, writer: CaseWriter, sequence: int, batches: BatchWriter) -> bool:
        """Complete the records; return whether they were written once more, without what nothing uses."""
        is_wasteful = writer.finish_build(sequence, batches.wordings) > 0
        acknowledge(self._staging, writer.state)
        require_space_for_snapshot(self._directory, writer.state.n_cases, dim=self._encoder.dim)
        if is_wasteful:
            writer.write_packed(self._staging / _PACKED_NAME)
        return is_wasteful

    def _set_interrupted_aside(self, current: Manifest | None) -> None:
        """Keep the records of an interrupted build, to take over what they hold; of several those that hold most."""
        kept = self._directory / INTERRUPTED_NAME
        for found in (self._staging, *self._unpublished(current)):
            if found.exists():
                if size_of(found) < size_of(kept):
                    durable.remove_folder(found)
                else:
                    durable.remove_folder(kept)
                    durable.rename(found, kept)

    def _unpublished(self, current: Manifest | None) -> list[Path]:
        """Return records that were complete when a build was interrupted, and never became current."""
        if current is None and (self._directory / MANIFEST_NAME).exists():
            return []  # the pointer cannot be read, so that any of them may be the current ones
        named = current.records if current else ""
        return [path for path in folders(self._directory, RECORDS_PREFIX) if path.name > named]

    def _earlier(self, current: Manifest | None) -> list[Path]:
        """Return the databases to take over from, the most useful first."""
        interrupted = self._directory / INTERRUPTED_NAME / STORE_NAME
        return [interrupted, *([current.store_path(self._directory)] if current else [])]

    def _open_writer(self) -> CaseWriter:
        durable.make_folder(self._staging)
        create_database(self._staging / STORE_NAME)
        return CaseWriter(
            self._staging / STORE_NAME,
            encoder_fingerprint=self._encoder.fingerprint,
            findings_fingerprint=findings_fingerprint(),
        )

    def _store_all(
        self,
        read: Generator[tuple[Batch, FindingsByPlace], None, None],
        batches: BatchWriter,
        terms: TermRuns,
        progress: Progress,
    ) -> RejectsFile:
        """Store every case; write every reject down."""
        with RejectsFile(self._directory) as rejects, closing(read):
            for batch, findings in read:
                require_space_for_cases(self._directory, len(batch))
                rejects.write(batches.write(batch, findings))
                terms.stored_up_to(batches.last_key)
                progress(Phase.READING, len(batch))
        return rejects

    def _publish(self, term_runs: Path | None, progress: Progress) -> Manifest:
        progress(Phase.INDEXING, 0)
        origin = Origin(
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            source=self._source,
            encoder_name=self._encoder.name,
            encoder_fingerprint=self._encoder.fingerprint,
            dim=self._encoder.dim,
            aims=self._aims,
        )
        return publish_records(
            self._directory,
            self._staging,
            origin,
            term_runs=term_runs,
            advance=lambda n_rows: progress(Phase.INDEXING, n_rows),
        )

    def _nothing_stored(self, rejects: RejectsFile) -> str:
        kept = rejects.publish()
        if kept is None:
            return f"{self._source} holds no cases; nothing was built"
        return f"none of the {rejects.n_rejected} rows of {self._source} is a valid case, see {kept}"


def unwatched(phase: Phase, n_rows: int) -> None:
    """Stand in for a progress display where nobody watches."""


def _current_manifest(directory: Path) -> Manifest | None:
    try:
        return read_manifest(directory)
    except CaseBaseError:
        return None  # nothing there, or nothing usable: a build is how a user replaces either


def _sequence_of(directory: Path, manifest: Manifest | None) -> int:
    """Return where the records that are replaced have come to, 0 where there are none to be had."""
    with suppress(CaseBaseError):
        if manifest is not None:
            fingerprint = manifest.encoder_fingerprint
            with CaseStore(manifest.store_path(directory), encoder_fingerprint=fingerprint) as store:
                return store.state().sequence
    return 0
