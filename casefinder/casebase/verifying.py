"""Verifying a case base in full: records, snapshot, and that the one is derived from the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from casefinder.case_store import CaseStore, problems_of_database
from casefinder.casebase.acknowledged import acknowledged_sequence, check_acknowledged
from casefinder.casebase.layout import ACKNOWLEDGED_NAME
from casefinder.casebase.manifest import Manifest, read_manifest
from casefinder.casebase.milvus_index import compare_with_records
from casefinder.casebase.milvus_leftovers import leftovers
from casefinder.casebase.view import View, open_view
from casefinder.errors import CaseBaseDamagedError, CaseBaseError, IndexDamagedError
from casefinder.files import StoredFile, stored_file
from casefinder.vector_index import Vectors

_QUERIES: Final = 20  # each compared with every vector
_NEIGHBOURS: Final = 10
_TOLERANCE: Final = 5e-3  # of a cosine: an index may keep components in 256 steps
_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found.

    Attributes:
        n_cases: Cases there are; 0 where that cannot be known.
        pointer: Problems of the pointer.
        records: Problems of the database, and of the number of its last acknowledged change.
        snapshot: Problems of the derived files.
        leftovers: What a Milvus server still holds of cases that are gone.
    """

    n_cases: int = 0
    pointer: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    snapshot: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.pointer, *self.records, *self.snapshot, *self.leftovers)


def verify(directory: Path) -> Verified:
    """Compare every byte of a case base with its checksums, and the snapshot with the records. Changes nothing.

    Others may go on changing it: what has been replaced meanwhile is not taken for damaged.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseFormatError: Another version of casefinder wrote it.
    """
    try:
        manifest = read_manifest(directory)
        while (found := _verified(directory, manifest)).problems and (latest := read_manifest(directory)) != manifest:
            manifest = latest
    except CaseBaseDamagedError as exc:
        return Verified(pointer=(str(exc),))
    return found


def _verified(directory: Path, manifest: Manifest) -> Verified:
    records = tuple(_first(_problems_of_records(directory, manifest)))
    snapshot = tuple(_first(_problems_of_snapshot(directory, manifest, is_sound=not records)))
    n_cases = 0
    try:
        n_cases = 0 if records else _n_cases(directory, manifest)
    except CaseBaseError as exc:
        records = (str(exc),)
    return Verified(n_cases, records=records, snapshot=snapshot, leftovers=tuple(_leftovers(directory)))


def _leftovers(directory: Path) -> Iterator[str]:
    try:
        yield from (f"{leftover} still holds vectors of cases that are gone" for leftover in leftovers(directory))
    except IndexDamagedError as exc:
        yield str(exc)


def _problems_of_records(directory: Path, manifest: Manifest) -> Iterator[str]:
    yield from problems_of_database(manifest.store_path(directory), encoder_fingerprint=manifest.encoder_fingerprint)
    records = directory / manifest.records
    acknowledged = acknowledged_sequence(records, manifest.records_id)
    if not acknowledged:
        yield f"{records / ACKNOWLEDGED_NAME} is missing or was altered"
    try:
        with CaseStore(manifest.store_path(directory), encoder_fingerprint=manifest.encoder_fingerprint) as store:
            state = store.state()
        if state.records_id != manifest.records_id:
            yield f"{manifest.records} holds other records than {manifest.snapshot.name} was made from"
        check_acknowledged(state, acknowledged)
    except CaseBaseError as exc:
        yield str(exc)


def _problems_of_snapshot(directory: Path, manifest: Manifest, *, is_sound: bool) -> Iterator[str]:
    snapshot = manifest.snapshot
    intact = True
    for path, expected in (
        (manifest.index_path(directory), snapshot.index),
        (manifest.terms_path(directory), snapshot.terms),
    ):
        if not _is_as_written(path, expected):
            intact = False
            yield f"{path} is missing or was altered"
    if not (is_sound and intact):
        return
    try:
        yield from _differences_on_server(directory, manifest)
        yield from _differences_in_one_state(directory)
    except (CaseBaseError, IndexDamagedError) as exc:
        yield str(exc)


def _differences_on_server(directory: Path, manifest: Manifest) -> Iterator[str]:
    found = compare_with_records(directory, manifest, repair=False)
    if found and not found.none:
        yield (
            f"of {manifest.snapshot.n_cases} rows the Milvus server lacks {found.n_missing}, {found.n_outdated} are"
            f" outdated, and {found.n_extra} more should not be there"
        )


def _differences_in_one_state(directory: Path) -> list[str]:
    """Compare what is searched with the records, both as they were after the same change."""
    while True:
        view = open_view(directory)
        with closing(view.store), view.store.one_state():
            if view.store.state().sequence == view.sequence:
                return list(_differences(view))


def _differences(view: View) -> Iterator[str]:
    batches = list(keys for keys, _ in view.store.vectors())
    keys = np.concatenate(batches) if batches else np.zeros(0, dtype=np.int64)
    searched = np.sort(view.terms.keys_of(view.terms.live_rows()))
    if not np.array_equal(keys, searched):
        yield f"the index holds {len(searched)} cases, the records {len(keys)}, and they are not the same"
    elif len(keys):
        chosen = keys[:: max(1, len(keys) // _QUERIES)][:_QUERIES]
        _, queries = view.store.vectors_of(chosen.tolist())
        found = view.index.search(queries, k=_NEIGHBOURS, among=keys).scores
        if not np.allclose(np.maximum(found, -2), _best_scores(view, queries), atol=_TOLERANCE):
            yield "the index finds other neighbours than a comparison with every vector of the records"


def _best_scores(view: View, queries: Vectors) -> Vectors:
    """Return the best scores of each query over all records: float32 [n_queries, k], -2 where there are fewer."""
    best = np.full((len(queries), _NEIGHBOURS), -2, dtype=np.float32)
    for _, vectors in view.store.vectors():
        scores = np.concatenate([best, queries @ vectors.T], axis=1)
        best = -np.sort(-scores, axis=1)[:, :_NEIGHBOURS]
    return best


def _is_as_written(path: Path, expected: StoredFile) -> bool:
    try:
        return stored_file(path) == expected
    except OSError:
        return False


def _n_cases(directory: Path, manifest: Manifest) -> int:
    with CaseStore(manifest.store_path(directory), encoder_fingerprint=manifest.encoder_fingerprint) as store:
        return store.state().n_cases


def _first(problems: Iterator[str]) -> Iterator[str]:
    """Iterate over the first problems; a database that is damaged all over has thousands."""
    for number, problem in enumerate(problems):
        if number == _MOST_SHOWN:
            yield "and more"
            return
        yield problem
