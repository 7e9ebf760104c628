"""Repairing a case base: derived files from the records, the records from what can still be read of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import (
    CaseStore,
    CaseWriter,
    DamagedDatabase,
    EncodedCase,
    SalvagedCase,
    create_database,
    problems_of_database,
)
from casefinder.casebase.acknowledged import acknowledge, acknowledged_sequence
from casefinder.casebase.encoding import Parts, encode_parts
from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.layout import BUILDING_NAME, MANIFEST_NAME, RECORDS_PREFIX, STORE_NAME, folders
from casefinder.casebase.lock import both_locks
from casefinder.casebase.manifest import Manifest, read_manifest, write_manifest
from casefinder.casebase.mending import set_aside, set_snapshot_aside
from casefinder.casebase.milvus_index import compare_with_records
from casefinder.casebase.milvus_leftovers import drop_leftovers
from casefinder.casebase.publishing import Origin, publish_records
from casefinder.casebase.reading_findings import findings_fingerprint, read_findings
from casefinder.casebase.snapshots import publish_snapshot, snapshot_of_records
from casefinder.casebase.space import require_space, size_of
from casefinder.casebase.verifying import Verified, verify
from casefinder.encoders import Encoder
from casefinder.errors import CaseBaseDamagedError, CaseBaseError, IndexDamagedError, IndexUnavailableError
from casefinder.files import durable
from casefinder.term_index import read_terms
from casefinder.text import WeightedText, compose_presentation, diagnosis_digest, normalise_text

_LOG: Final = logging.getLogger(__name__)
_CASES_PER_BATCH: Final = 512

LoadEncoder = Callable[[str], Encoder]


@dataclass(frozen=True, slots=True)
class Repaired:
    """What repairing did.

    Attributes:
        before: What was wrong.
        done: What was done about it, in words.
        lost: Cases that could not be saved: their ids, or their keys where not even the id could be read.
        n_cases: Cases there are now.
    """

    before: Verified
    done: tuple[str, ...]
    lost: tuple[str, ...]
    n_cases: int


def repair(directory: Path, *, load_encoder: LoadEncoder) -> Repaired:
    """Make a damaged case base whole again, as far as its records can be read; nothing whole is encoded again.

    What was damaged is set aside as ``damaged-…``.

    Args:
        directory: Where the case base is.
        load_encoder: Loads an encoder by name, for cases whose vectors are lost.

    Raises:
        CaseBaseLockedError: Another process is writing there.
        CaseBaseDamagedError: No case can be saved; only a backup or the source can help.
        CaseBaseError: The disk refused to write.
        IndexUnavailableError: A Milvus server that still holds vectors of cases that are gone does not answer.
    """
    with telling_what_failed(directory), both_locks(directory):
        done: list[str] = []
        lost: tuple[str, ...] = ()
        before = verify(directory)
        if before.pointer:
            _restore_pointer(directory)
            done.append("the pointer was restored from the copy beside the records")
            found = verify(directory)
            before = replace(found, pointer=before.pointer)
        manifest = read_manifest(directory)
        if before.records and _reacknowledged(directory, manifest):
            done.append("the number of the last acknowledged change was written anew")
        elif before.records:
            salvage = _Salvage(directory, manifest, load_encoder)
            lost = salvage.run()
            done.append(f"the records were written anew without {len(lost)} cases that cannot be read")
            if salvage.n_lost_changes:
                done.append(
                    f"the journal had lost the last {salvage.n_lost_changes} acknowledged changes: what they added is"
                    " gone, what they removed is back; make them again, or restore a backup"
                )
        if before.snapshot and not lost and _set_right_on_server(directory, manifest):
            done.append("the rows on the Milvus server were set right from the records")
        if before.snapshot and not lost and verify(directory).snapshot:
            snapshot = snapshot_of_records(directory, manifest)
            set_snapshot_aside(directory, manifest)
            publish_snapshot(directory, snapshot, is_locked=True)
            done.append("the snapshot was made anew from the records")
        if before.leftovers and not drop_leftovers(directory):
            done.append("what the Milvus server still held of cases that are gone was dropped")
        after = verify(directory)
        if after.problems == after.leftovers != ():
            raise IndexUnavailableError(f"{after.leftovers[0]}; run the same command again when the server answers")
        if after.problems:
            raise CaseBaseDamagedError(f"{directory} could not be repaired: {after.problems[0]}; restore a backup")
        return Repaired(before, tuple(done), lost, after.n_cases)


def _set_right_on_server(directory: Path, manifest: Manifest) -> bool:
    """Set right what a server holds, where that can be done without bringing everything there again."""
    try:
        found = compare_with_records(directory, manifest, repair=True)
    except IndexDamagedError:
        return False  # not even the files that say what should be there are whole
    return found is not None and not found.none


def _reacknowledged(directory: Path, manifest: Manifest) -> bool:
    """Write the number of the last acknowledged change anew where that is all that is wrong with the records."""
    path, records = manifest.store_path(directory), directory / manifest.records
    if acknowledged_sequence(records, manifest.records_id):
        return False
    if any(problems_of_database(path, encoder_fingerprint=manifest.encoder_fingerprint)):
        return False
    with CaseStore(path, encoder_fingerprint=manifest.encoder_fingerprint) as store:
        state = store.state()
    if state.records_id != manifest.records_id or state.sequence < manifest.snapshot.sequence:
        return False
    acknowledge(records, state)
    return True


def _restore_pointer(directory: Path) -> None:
    """Put the copy of the pointer that lies beside the latest records back in its place."""
    for records in reversed(list(folders(directory, RECORDS_PREFIX))):
        try:
            manifest = read_manifest(records)
        except CaseBaseError:
            continue
        set_aside(directory / MANIFEST_NAME)
        write_manifest(directory, manifest)
        return
    raise CaseBaseDamagedError(
        f"neither {directory / MANIFEST_NAME} nor a copy of it can be read; restore a backup, or build again"
    )


class _Salvage:
    """Writes records anew from what can be read of damaged ones, under both locks."""

    def __init__(self, directory: Path, manifest: Manifest, load_encoder: LoadEncoder) -> None:
        self._directory = directory
        self._manifest = manifest
        self._load_encoder = load_encoder
        self._encoder: Encoder | None = None
        self.n_lost_changes = 0
        self._staging = directory / BUILDING_NAME

    def run(self) -> tuple[str, ...]:
        """Write and publish them; return the ids of the cases that are lost, or their keys."""
        require_space(self._directory, 2 * size_of(self._directory / self._manifest.records), purpose="salvaging")
        durable.remove_folder(self._staging)
        durable.make_folder(self._staging)
        create_database(self._staging / STORE_NAME)
        path = self._manifest.store_path(self._directory)
        if not path.exists():
            raise CaseBaseDamagedError(f"{path} is missing; restore a backup, or build again")
        with closing(DamagedDatabase(path, encoder_fingerprint=self._manifest.encoder_fingerprint)) as damaged:
            lost = self._copy(damaged)
        aside = path.parent
        publish_records(
            self._directory,
            self._staging,
            Origin.of(self._manifest),
            before_sweep=lambda: _LOG.warning("the damaged records are in %s", set_aside(aside)),
        )
        return lost

    def _copy(self, damaged: DamagedDatabase) -> tuple[str, ...]:
        ids, saved = damaged.ids(), set[int]()
        keys = self._keys(damaged, ids)
        wordings: set[bytes] = set()
        with CaseWriter(
            self._staging / STORE_NAME,
            encoder_fingerprint=self._manifest.encoder_fingerprint,
            findings_fingerprint=findings_fingerprint(),
        ) as writer:
            for batch in _batches(self._readable(damaged, keys)):
                saved |= {key for key, _ in batch}
                wordings |= self._store(writer, damaged, [salvaged for _, salvaged in batch])
            if not saved:
                raise CaseBaseDamagedError(
                    f"no case of {self._directory} can be read; restore a backup, or build again"
                )
            acknowledged = acknowledged_sequence(self._directory / self._manifest.records, self._manifest.records_id)
            reached = damaged.sequence()
            self.n_lost_changes = max(acknowledged - reached, 0) if reached else 0
            writer.finish_build(max(reached, acknowledged, self._manifest.snapshot.sequence) + 1, wordings)
            acknowledge(self._staging, writer.state)
        gone = [key for key in keys if key not in saved and (key in ids or damaged.holds(key))]
        return tuple(ids.get(key, f"key {key}") for key in gone)

    def _readable(self, damaged: DamagedDatabase, keys: Sequence[int]) -> Iterator[tuple[int, SalvagedCase]]:
        """Go through the cases that lie where they should, then through those that nothing leads to any longer."""
        found = set()
        for key, salvaged in damaged.cases(keys):
            found.add(key)
            yield key, salvaged
        if not found or any(key not in found and damaged.holds(key) for key in keys):
            yield from damaged.scattered_cases(found, scratch=self._staging)

    def _keys(self, damaged: DamagedDatabase, ids: dict[int, str]) -> list[int]:
        """Return every key that a case may have, as database, index of ids and snapshot know them."""
        known = set(ids)
        last_of_snapshot = 0
        with suppress(IndexDamagedError):  # the others have to do
            in_snapshot = read_terms(self._manifest.terms_path(self._directory)).arrays["keys"][:].tolist()
            known |= set(in_snapshot)
            last_of_snapshot = max(in_snapshot, default=0)
        return sorted(known | set(range(last_of_snapshot + 1, max([damaged.last_key(), *known], default=0) + 1)))

    def _store(self, writer: CaseWriter, damaged: DamagedDatabase, batch: Sequence[SalvagedCase]) -> set[bytes]:
        """Store a batch with its vectors; return the digests of the wordings of its diagnoses."""
        texts = {normalise_text(d.text) for salvaged in batch for d in salvaged.case.diagnoses}
        wordings = {diagnosis_digest(text): (WeightedText(text, 1.0),) for text in texts}
        vectors = {salvaged.digest: salvaged.vector for salvaged in batch}
        vectors |= {digest: damaged.vector(digest) for digest in wordings}
        parts = {salvaged.digest: compose_presentation(salvaged.case) for salvaged in batch} | wordings
        whole = {digest: vector for digest, vector in vectors.items() if vector is not None}
        whole |= self._encoded({digest: parts[digest] for digest in vectors if digest not in whole})
        entries = [
            EncodedCase(salvaged.case, salvaged.digest, (salvaged.findings or read_findings(salvaged.case)).to_json())
            for salvaged in batch
        ]
        writer.change(add=entries, vectors=whole, is_logged=False)
        return set(wordings)

    def _encoded(self, parts: dict[bytes, Parts]) -> dict[bytes, NDArray[np.float32]]:
        """Encode anew what is lost."""
        if not parts:
            return {}
        if self._encoder is None:
            self._encoder = self._load_encoder(self._manifest.encoder_name)
        return encode_parts(self._encoder, parts)


def _batches(cases: Iterable[tuple[int, SalvagedCase]]) -> Iterator[list[tuple[int, SalvagedCase]]]:
    iterator = iter(cases)
    while batch := list(islice(iterator, _CASES_PER_BATCH)):
        yield batch
