"""Snapshots: derived from the records or from an older snapshot, written beside it, and made current in one step."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from casefinder.case_store import CaseStore, CaseWriter
from casefinder.casebase.aims import IndexAims
from casefinder.casebase.indexing import extend_index, load_file_index, needs_training, write_index
from casefinder.casebase.layout import INDEX_NAME, SNAPSHOT_PREFIX, TERMS_NAME, folders, next_folder
from casefinder.casebase.lock import write_lock
from casefinder.casebase.manifest import Manifest, Snapshot, read_manifest, write_manifest
from casefinder.casebase.milvus_leftovers import drop_leftovers
from casefinder.casebase.reading_findings import findings_fingerprint
from casefinder.casebase.sweeping import remove_snapshot
from casefinder.casebase.term_runs import merge_runs
from casefinder.casebase.view import View
from casefinder.casebase.wordings import wording_vectors
from casefinder.errors import CaseBaseLockedError
from casefinder.files import durable, stored_file
from casefinder.term_index import write_merged_terms, write_terms
from casefinder.vector_index import ExactIndex, IndexPlan, plan_index
from casefinder.vector_index.milvus import MilvusIndex

Advance = Callable[[int], None]

_LOG: Final = logging.getLogger(__name__)
_PATIENCE_S: Final = 86_400.0  # a snapshot that took long to write waits for a writer that takes long


def unobserved(n_rows: int) -> None:
    """Stand in for a progress display where nobody watches."""


def snapshot_of_records(directory: Path, manifest: Manifest) -> Snapshot:
    """Write a snapshot of the records as they are now, from nothing else.

    Args:
        directory: Where the case base is.
        manifest: Names the records and the encoder.

    Raises:
        CaseBaseDamagedError: A record was altered on disk.
    """
    with CaseStore(manifest.store_path(directory), encoder_fingerprint=manifest.encoder_fingerprint) as store:
        return snapshot_of_store(directory, store, aims=manifest.aims)


def snapshot_of_store(
    directory: Path,
    store: CaseStore,
    *,
    aims: IndexAims,
    term_runs: Path | None = None,
    advance: Advance = unobserved,
) -> Snapshot:
    """Write a snapshot of an open database, in one state of it; see ``snapshot_of_records``."""
    with store.one_state():
        return snapshot_of_state(directory, store, aims=aims, term_runs=term_runs, advance=advance)


def snapshot_of_state(
    directory: Path,
    store: CaseStore,
    *,
    aims: IndexAims,
    term_runs: Path | None = None,
    advance: Advance = unobserved,
) -> Snapshot:
    """Write a snapshot of the state that is being read of a database; see ``snapshot_of_records``.

    ``term_runs`` is a folder of terms that have been derived already, of all cases; see ``merge_runs``.
    """
    folder = _new_folder(directory)
    state = store.state()
    plan, recall = write_index(store, folder / INDEX_NAME, aims=aims, advance=advance)
    if term_runs is None:
        write_terms(folder / TERMS_NAME, store.every_case(), vectors_of=wording_vectors(store))
    else:
        merge_runs(term_runs, store, folder / TERMS_NAME)
    return _described(folder, state.sequence, state.n_cases, plan, recall)


def merged_snapshot(directory: Path, view: View) -> Snapshot:
    """Write a snapshot of what a view sees, from the files of its snapshot and what came since.

    No text is read again and nothing is trained, unless the lists of the index have drifted too far.

    Raises:
        IndexDamagedError: A file of the old snapshot was altered on disk.
    """
    earlier = view.manifest.snapshot
    index = view.snapshot.index
    if not earlier.n_cases or isinstance(index, MilvusIndex):
        return snapshot_of_records(directory, view.manifest)
    folder = _new_folder(directory)
    added = [(view.tail.keys, view.tail.vectors)] if len(view.tail.keys) else []
    extend_index(index, folder / INDEX_NAME, added=added, without=view.removed)
    if needs_training(load_file_index(folder / INDEX_NAME, earlier.plan)):
        return snapshot_of_records(directory, view.manifest)
    write_merged_terms(folder / TERMS_NAME, view.terms.parts, removed_keys=[*view.removed, *view.tail.removed])
    is_exact = isinstance(index, ExactIndex)
    plan = plan_index(view.n_cases, dim=view.manifest.dim) if is_exact else earlier.plan
    return _described(folder, view.sequence, view.n_cases, plan, earlier.recall_at_10)


def publish_snapshot(
    directory: Path, snapshot: Snapshot, *, is_locked: bool = False, aims: IndexAims | None = None
) -> Manifest:
    """Make a snapshot the current one in one step, and drop what it makes superfluous. Under ``snapshot.lock``.

    Readers that have the old one mapped keep it until their next search.

    Args:
        directory: Where the case base is.
        snapshot: What was written.
        is_locked: Whether the caller is the writer.
        aims: What its index was made to be, where that is not what the manifest says.
    """
    if is_locked:
        return _publish(directory, snapshot, aims)
    try:
        with write_lock(directory):
            return _publish(directory, snapshot, aims)
    except CaseBaseLockedError as held:
        _LOG.warning("a new snapshot is written and becomes current when the writer has finished: %s", held)
    with write_lock(directory, patience_s=_PATIENCE_S):
        return _publish(directory, snapshot, aims)


def drop_other_snapshots(directory: Path, kept: str) -> None:
    """Remove every snapshot but one, such as those that were being written when a process died."""
    drop_leftovers(directory)
    for path in folders(directory, SNAPSHOT_PREFIX):
        if path.name != kept:
            remove_snapshot(path)


def _publish(directory: Path, snapshot: Snapshot, aims: IndexAims | None) -> Manifest:
    earlier = read_manifest(directory)
    manifest = replace(earlier, snapshot=snapshot, aims=aims or earlier.aims)
    write_manifest(directory, manifest)
    with CaseWriter(
        manifest.store_path(directory),
        encoder_fingerprint=manifest.encoder_fingerprint,
        findings_fingerprint=findings_fingerprint(),
    ) as writer:
        writer.trim_changes(snapshot.sequence)
    drop_other_snapshots(directory, snapshot.name)
    return manifest


def _new_folder(directory: Path) -> Path:
    folder = next_folder(directory, SNAPSHOT_PREFIX)
    durable.make_folder(folder)
    return folder


def _described(folder: Path, sequence: int, n_cases: int, plan: IndexPlan, recall: float) -> Snapshot:
    for name in (INDEX_NAME, TERMS_NAME):
        durable.finish_file(folder / name)
    durable.sync_path(folder)
    durable.sync_path(folder.parent)
    return Snapshot(
        name=folder.name,
        sequence=sequence,
        n_cases=n_cases,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        plan=plan,
        recall_at_10=recall,
        index=stored_file(folder / INDEX_NAME),
        terms=stored_file(folder / TERMS_NAME),
    )
