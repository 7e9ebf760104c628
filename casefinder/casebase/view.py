"""A view: one state of a case base, from the snapshot and what came since. It never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from casefinder.case_store import ADD, CaseStore, Change, State
from casefinder.casebase.acknowledged import acknowledged_sequence, check_acknowledged
from casefinder.casebase.indexing import AnyIndex, load_index
from casefinder.casebase.live_index import LiveIndex
from casefinder.casebase.manifest import Manifest, read_manifest
from casefinder.casebase.tail import Tail, no_keys
from casefinder.cases import Case
from casefinder.errors import CaseBaseDamagedError, CaseBaseError, CaseNotFoundError, IndexDamagedError
from casefinder.files import StoredFile
from casefinder.term_index import TermIndex, TermPart, read_terms
from casefinder.text import lexical_terms
from casefinder.vector_index import Ids, IVFIndex

_MOST_NAMESAKES: Final = 1_000  # cases whose names hold all parts of an id


@dataclass(frozen=True, slots=True)
class OpenSnapshot:
    """The files of a snapshot, mapped; they stay readable when they are removed from the directory."""

    index: AnyIndex
    terms: TermPart

    def warm_up(self) -> None:
        """Read and check the files whole.

        Raises:
            IndexDamagedError: One was altered on disk.
        """
        if isinstance(self.index, IVFIndex):  # any other is in memory, or on a server
            self.index.warm_up()
        self.terms.warm_up()


@dataclass(frozen=True, slots=True)
class View:
    """A case base after one change. Safe to share between threads; a search uses one from beginning to end.

    Attributes:
        manifest: What the case base is made of.
        sequence: Number of the last change that is seen.
        store: The records. They go on changing, but what stands under a key never does; a key that is gone means
            that this view is out of date.
        snapshot: The mapped files.
        tail: What was added since the snapshot.
        removed: Keys of the snapshot that are no longer there, rising.
        index: Vectors of snapshot and tail as one.
        terms: Terms of snapshot and tail as one.
    """

    manifest: Manifest
    sequence: int
    store: CaseStore
    snapshot: OpenSnapshot
    tail: Tail
    removed: Ids
    index: LiveIndex
    terms: TermIndex

    @property
    def n_cases(self) -> int:
        """Cases that can be found."""
        return int(self.terms.n_cases)

    def case(self, case_id: str) -> Case:
        """Return one case by its id.

        That there is none is not taken from the database alone, whose index of ids has no checksum: the terms, where
        every id is a name, have one.

        Raises:
            CaseNotFoundError: There is none of that id.
            CaseBaseDamagedError: The record, or the way to it, was altered on disk.
        """
        try:
            return self.store.case(case_id)
        except CaseNotFoundError:
            rows = self.terms.names.holding(lexical_terms(case_id))[:_MOST_NAMESAKES]
            found = self.store.cases(self.terms.keys_of(rows).tolist())
            if any(case.id == case_id for case in found.values()):
                raise CaseBaseDamagedError(
                    f"case {case_id!r} is there, but the index of ids was altered; run `casefinder verify --repair`"
                ) from None
            raise


def open_view(directory: Path) -> View:
    """Open the current state of a case base.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseFormatError: Another version of casefinder wrote it.
        CaseBaseDamagedError: The pointer or the records are missing or altered.
        IndexDamagedError: A file of the snapshot is missing or altered.
    """
    return _following_pointer(directory, None)


def refreshed(view: View, directory: Path) -> View:
    """Return the current state of a case base that was opened before; only what is new is read.

    Raises:
        CaseBaseError: As ``open_view``.
        IndexDamagedError: The same.
    """
    return _following_pointer(directory, view)


def _following_pointer(directory: Path, earlier: View | None) -> View:
    """Open what the pointer names, again when it was moved meanwhile: what it named before may be gone."""
    manifest = read_manifest(directory)
    while True:
        try:
            return _view(directory, manifest, earlier)
        except (CaseBaseError, IndexDamagedError):
            newer = read_manifest(directory)
            if newer == manifest:
                raise
            manifest = newer


def _view(directory: Path, manifest: Manifest, earlier: View | None) -> View:
    start = earlier if earlier and earlier.manifest == manifest else None
    if earlier and earlier.store.is_live and _reads_the_same(earlier.manifest, manifest):
        return _caught_up(directory, manifest, earlier.store, start)
    store = CaseStore(manifest.store_path(directory), encoder_fingerprint=manifest.encoder_fingerprint)
    try:
        return _caught_up(directory, manifest, store, start)
    except BaseException:
        store.close()
        raise


def _reads_the_same(one: Manifest, other: Manifest) -> bool:
    return (one.records, one.records_id, one.encoder_fingerprint) == (
        other.records,
        other.records_id,
        other.encoder_fingerprint,
    )


def _caught_up(directory: Path, manifest: Manifest, store: CaseStore, earlier: View | None) -> View:
    """Read the changes since a view, or since the snapshot, in one state of the records."""
    acknowledged = acknowledged_sequence(directory / manifest.records, manifest.records_id)
    snapshot = earlier.snapshot if earlier else open_snapshot(directory, manifest)
    tail = earlier.tail if earlier else Tail.empty(manifest.dim)
    removed = earlier.removed if earlier else no_keys()
    start = earlier.sequence if earlier else manifest.snapshot.sequence
    with store.one_state():
        state = store.state()
        _check_state(state, manifest)
        check_acknowledged(state, acknowledged)
        if earlier and earlier.store is store and earlier.sequence == state.sequence:
            return earlier
        changes = store.changes(start)
        _check_gapless(changes, start, state.sequence)
        added = {change.case_key: None for change in changes if change.kind == ADD}
        gone = [change.case_key for change in changes if change.kind != ADD]
        for key in gone:
            added.pop(key, None)
        tail = tail.followed_by(store, list(added), gone)
    store.forget(gone)
    in_snapshot = snapshot.terms.keys.places(np.array(gone, dtype=np.int64)) >= 0
    removed = np.union1d(removed, np.array(gone, dtype=np.int64)[in_snapshot])
    view = _joined(manifest, state.sequence, store, snapshot, tail, removed)
    if view.n_cases != state.n_cases:
        raise CaseBaseDamagedError(
            f"the records hold {state.n_cases} cases, snapshot and changes {view.n_cases};"
            " run `casefinder verify --repair`"
        )
    return view


def _joined(
    manifest: Manifest, sequence: int, store: CaseStore, snapshot: OpenSnapshot, tail: Tail, removed: Ids
) -> View:
    return View(
        manifest=manifest,
        sequence=sequence,
        store=store,
        snapshot=snapshot,
        tail=tail,
        removed=removed,
        index=LiveIndex(snapshot.index, tail.index, removed=removed),
        terms=TermIndex((snapshot.terms, *tail.parts), removed_keys=[*removed, *tail.removed]),
    )


def open_snapshot(directory: Path, manifest: Manifest) -> OpenSnapshot:
    """Map the files of the current snapshot.

    Raises:
        IndexDamagedError: One is missing, cut short, or not what was written.
    """
    index_path, terms_path = manifest.index_path(directory), manifest.terms_path(directory)
    for path, expected in ((index_path, manifest.snapshot.index), (terms_path, manifest.snapshot.terms)):
        _check_size(path, expected)
    opened = OpenSnapshot(load_index(index_path, manifest.snapshot.plan), read_terms(terms_path))
    if opened.index.size != manifest.snapshot.n_cases or len(opened.terms.keys) != manifest.snapshot.n_cases:
        raise IndexDamagedError(
            f"{manifest.snapshot.name} does not hold the {manifest.snapshot.n_cases} cases that it should;"
            " run `casefinder verify --repair`"
        )
    return opened


def _check_state(state: State, manifest: Manifest) -> None:
    if state.records_id != manifest.records_id or state.sequence < manifest.snapshot.sequence:
        raise CaseBaseDamagedError(
            f"the records in {manifest.records} are not those that {manifest.snapshot.name} was made from;"
            " restore a backup, or run `casefinder verify --repair` to go on with these records"
        )


def _check_gapless(changes: Sequence[Change], start: int, end: int) -> None:
    if [change.sequence for change in changes] != list(range(start + 1, end + 1)):
        raise CaseBaseDamagedError(
            f"changes {start + 1} to {end} of the records are not all there; run `casefinder verify --repair`"
        )


def _check_size(path: Path, expected: StoredFile) -> None:
    try:
        size_bytes = path.stat().st_size
    except OSError as exc:
        raise IndexDamagedError(f"{path} is missing; run `casefinder verify --repair`") from exc
    if size_bytes != expected.size_bytes:
        raise IndexDamagedError(
            f"{path} has {size_bytes} bytes instead of {expected.size_bytes}; run `casefinder verify --repair`"
        )
