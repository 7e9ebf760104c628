"""Moving a case base to another encoder: its vectors are made beside the old ones, then the pointer is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from casefinder.case_store import ADD, CaseStore, CaseWriter, StoredCase
from casefinder.casebase.aims import IndexAims
from casefinder.casebase.encoding import Parts, encode_parts
from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.lock import snapshot_lock, write_lock
from casefinder.casebase.manifest import Manifest, read_manifest, write_manifest
from casefinder.casebase.reading_findings import findings_fingerprint
from casefinder.casebase.snapshots import drop_other_snapshots, snapshot_of_state
from casefinder.casebase.space import require_space
from casefinder.encoders import Encoder
from casefinder.text import WeightedText, compose_presentation, diagnosis_digest, normalise_text

_CASES_PER_BATCH: Final = 512
_DROPPED_PER_BATCH: Final = 10_000  # some 10 MB in one transaction, so that the journal stays small
_PATIENCE_S: Final = 3_600.0  # a long encoding is not given up because others are writing
_BYTES_PER_COMPONENT: Final = 8  # of a vector in records, journal and snapshot


class _Reencoding:
    """One run; what an interrupted one has encoded is not encoded again."""

    def __init__(self, directory: Path, manifest: Manifest, encoder: Encoder, advance: Callable[[int], None]) -> None:
        self._directory = directory
        self._manifest = manifest
        self._encoder = encoder
        self._advance = advance

    def encode_everything(self) -> int:
        """Encode the cases of one state, while others go on changing; return its number."""
        with self.open() as store:
            sequence = store.state().sequence
            self._encode(store, store.every_stored_case(), is_locked=False)
        return sequence

    def encode_since(self, store: CaseStore, sequence: int) -> None:
        """Encode what was added behind a change; the caller is the writer."""
        changes = store.changes(sequence)
        numbers = [change.sequence for change in changes]
        if numbers != list(range(sequence + 1, store.state().sequence + 1)):
            self._encode(store, store.every_stored_case(), is_locked=True)  # a snapshot has covered some of them
            return
        keys = [change.case_key for change in changes if change.kind == ADD]
        self._encode(store, store.stored_cases(keys), is_locked=True)

    def open(self) -> CaseStore:
        """Open the records with the vectors of the new encoder."""
        path = self._manifest.store_path(self._directory)
        return CaseStore(path, encoder_fingerprint=self._encoder.fingerprint)

    def drop_old_vectors(self) -> None:
        """Drop the vectors of the old encoder, batch by batch."""
        while True:
            with write_lock(self._directory, patience_s=_PATIENCE_S), self._writer() as writer:
                if writer.drop_vectors_of_others(_DROPPED_PER_BATCH) < _DROPPED_PER_BATCH:
                    return

    def _encode(self, store: CaseStore, cases: Iterable[StoredCase], *, is_locked: bool) -> None:
        iterator = iter(cases)
        while batch := list(islice(iterator, _CASES_PER_BATCH)):
            parts = _parts_of(batch)
            stored = store.vectors_under(list(parts))
            vectors = encode_parts(self._encoder, {key: value for key, value in parts.items() if key not in stored})
            if vectors:
                with ExitStack() as stack:
                    if not is_locked:
                        stack.enter_context(write_lock(self._directory, patience_s=_PATIENCE_S))
                    stack.enter_context(self._writer()).store_vectors(vectors)
            self._advance(len(batch))

    def _writer(self) -> CaseWriter:
        return CaseWriter(
            self._manifest.store_path(self._directory),
            encoder_fingerprint=self._encoder.fingerprint,
            findings_fingerprint=findings_fingerprint(),
        )


def reencode(
    directory: Path,
    encoder: Encoder,
    *,
    memory_bytes: int | None = None,
    target_recall: float | None = None,
    advance: Callable[[int], None] = lambda n_cases: None,
) -> Manifest:
    """Move a case base to another encoder, while others search and change it.

    Its vectors are stored beside the old ones, in batches; after an interruption the same call goes on. Only when
    everything is encoded and indexed does the case base change to it, in one step.

    Args:
        directory: Where the case base is.
        encoder: The new encoder.
        memory_bytes: What the new index may hold in memory; by default what the present one may.
        target_recall: Recall@10 that the new index is searched for; by default that of the present one.
        advance: Called with the number of cases encoded, after each batch.

    Raises:
        CaseBaseLockedError: Another process builds, or writes a snapshot at the end.
        CaseBaseError: The disk refused to write.
        EncoderError: The encoder failed.
        VectorIndexError: Memory or recall is out of range.
    """
    manifest = read_manifest(directory)
    aims = manifest.aims.changed(memory_bytes=memory_bytes, target_recall=target_recall)
    with telling_what_failed(directory):
        n_bytes = manifest.snapshot.n_cases * encoder.dim * _BYTES_PER_COMPONENT
        require_space(directory, n_bytes, purpose="encoding anew")
        run = _Reencoding(directory, manifest, encoder, advance)
        if manifest.encoder_fingerprint != encoder.fingerprint:
            manifest = _moved(directory, run, encoder, aims)
        run.drop_old_vectors()
    return manifest


def _moved(directory: Path, run: _Reencoding, encoder: Encoder, aims: IndexAims) -> Manifest:
    """Encode what is not encoded yet, derive a snapshot, and move the pointer."""
    sequence = run.encode_everything()
    with snapshot_lock(directory, patience_s=_PATIENCE_S), run.open() as store:
        with ExitStack() as state:
            with write_lock(directory, patience_s=_PATIENCE_S):
                run.encode_since(store, sequence)
                state.enter_context(store.one_state())
                sequence = store.state().sequence
            snapshot = snapshot_of_state(directory, store, aims=aims)
        with write_lock(directory, patience_s=_PATIENCE_S):
            run.encode_since(store, sequence)
            manifest = replace(
                read_manifest(directory),
                encoder_name=encoder.name,
                encoder_fingerprint=encoder.fingerprint,
                dim=encoder.dim,
                aims=aims,
                snapshot=snapshot,
            )
            write_manifest(directory, manifest)
        drop_other_snapshots(directory, snapshot.name)
    return manifest


def _parts_of(cases: Sequence[StoredCase]) -> dict[bytes, Parts]:
    """Return what is encoded of some cases, by the digests that the vectors are stored under."""
    parts = {stored.digest: compose_presentation(stored.case) for stored in cases}
    for text in {normalise_text(diagnosis.text) for stored in cases for diagnosis in stored.case.diagnoses}:
        parts[diagnosis_digest(text)] = (WeightedText(text, 1.0),)
    return parts
