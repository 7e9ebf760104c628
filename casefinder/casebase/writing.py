"""Changing a case base: cases are added, replaced and removed in batches, each durable when it is acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import CaseStore, CaseWriter, EncodedCase, State
from casefinder.casebase.acknowledged import acknowledge, acknowledged_sequence, check_acknowledged
from casefinder.casebase.batch import BatchWriter, OnDuplicate
from casefinder.casebase.compaction import compact, compaction_is_due
from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.lock import write_lock
from casefinder.casebase.manifest import read_manifest
from casefinder.casebase.reading_findings import findings_fingerprint
from casefinder.casebase.rejects import RejectsFile, rows_in_batches
from casefinder.casebase.space import require_space_for_cases
from casefinder.cases.reading import ReadRow
from casefinder.encoders import Encoder
from casefinder.errors import CaseBaseLockedError, EncoderMismatchError
from casefinder.text import diagnosis_digest, normalise_text

_REMOVED_PER_BATCH: Final = 512


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What a change of a case base did.

    Attributes:
        n_cases: Cases there are now.
        sequence: Number of the last change.
        n_added: Cases stored under an id that was not there.
        n_replaced: Cases stored in place of another of their id.
        n_removed: Cases removed.
        n_duplicates: Cases skipped because the same is stored.
        n_rejected: Rows that could not be used; they are in ``rejects_path``.
        n_encoded: Texts encoded; the vectors of the others were there.
        unknown_ids: Ids to remove that no case has.
        rejects_path: The file of rejected rows, or None when there are none.
    """

    n_cases: int
    sequence: int
    n_added: int = 0
    n_replaced: int = 0
    n_removed: int = 0
    n_duplicates: int = 0
    n_rejected: int = 0
    n_encoded: int = 0
    unknown_ids: tuple[str, ...] = field(default=())
    rejects_path: Path | None = None


class CaseBaseWriter:
    """The one writer of a case base, which holds its lock. Use as a context manager.

    Opening reads a few rows, whatever the size of the case base. A batch that was written is durable, and every
    reader finds it in its next search. A batch that was not acknowledged is there whole or not at all.
    """

    def __init__(self, directory: Path) -> None:
        """Take the lock and open the records.

        Raises:
            CaseBaseLockedError: Another process is writing there.
            CaseBaseNotFoundError: Nothing has been built there.
            CaseBaseDamagedError: The records are damaged, or acknowledged changes are missing.
        """
        self.directory = directory
        with ExitStack() as stack, telling_what_failed(directory):
            read_manifest(directory)  # tells of an absent or older case base before a lock is made there
            stack.enter_context(write_lock(directory))
            self.manifest = read_manifest(directory)
            self._records = directory / self.manifest.records
            self._writer = stack.enter_context(
                CaseWriter(
                    self.manifest.store_path(directory),
                    encoder_fingerprint=self.manifest.encoder_fingerprint,
                    findings_fingerprint=findings_fingerprint(),
                )
            )
            self._check_acknowledged()
            self._stack = stack.pop_all()

    def __enter__(self) -> CaseBaseWriter:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        self.close()

    def close(self) -> None:
        """Give the lock back; the writer cannot be used afterwards."""
        self._stack.close()

    @property
    def state(self) -> State:
        """Where the records stand."""
        return self._writer.state

    def write(
        self,
        rows: Iterable[ReadRow],
        *,
        encoder: Encoder,
        on_duplicate: OnDuplicate,
        strict: bool = False,
        after_batch: Callable[[int], None] = lambda n_rows: None,
    ) -> ChangeReport:
        """Store cases in batches of 512, each in one transaction.

        Args:
            rows: Cases and rejects, as readers yield them; read once.
            encoder: The encoder of the case base.
            on_duplicate: What happens to a case whose id is stored with other content.
            strict: Fail on the first reject; batches before it stay stored.
            after_batch: Called with the number of rows of each batch, once it is durable.

        Raises:
            EncoderMismatchError: Another encoder made the vectors of this case base.
            RejectedRowError: A row was rejected and ``strict`` is set.
            CaseBaseError: The disk refused to write.
        """
        self._check_encoder(encoder)
        batches = BatchWriter(self._writer, self.change, encoder, on_duplicate=on_duplicate, strict=strict)
        with telling_what_failed(self.directory), RejectsFile(self.directory) as rejects:
            for batch in rows_in_batches(rows):
                require_space_for_cases(self.directory, len(batch))
                rejects.write(batches.write(batch))
                after_batch(len(batch))
            path = rejects.publish()
        return ChangeReport(
            n_cases=self.state.n_cases,
            sequence=self.state.sequence,
            n_added=batches.n_added,
            n_replaced=batches.n_replaced,
            n_duplicates=batches.n_duplicates,
            n_rejected=rejects.n_rejected,
            n_encoded=batches.n_encoded,
            rejects_path=path,
        )

    def remove(self, ids: Iterable[str]) -> ChangeReport:
        """Remove cases in batches of 512, each in one transaction.

        Their bytes may stay in the files until the next compaction or longer; ``erase`` removes them for good.

        Raises:
            CaseBaseError: The disk refused to write.
        """
        distinct, unknown, n_before = list(dict.fromkeys(ids)), [], self.state.n_cases
        with telling_what_failed(self.directory):
            for start in range(0, len(distinct), _REMOVED_PER_BATCH):
                batch = distinct[start : start + _REMOVED_PER_BATCH]
                found = self._writer.cases(batch)
                unknown += [case_id for case_id in batch if case_id not in found]
                if found:
                    self.change(remove=list(found))
        return ChangeReport(
            n_cases=self.state.n_cases,
            sequence=self.state.sequence,
            n_removed=n_before - self.state.n_cases,
            unknown_ids=tuple(unknown),
        )

    def change(
        self,
        *,
        add: Sequence[EncodedCase] = (),
        remove: Sequence[str] = (),
        vectors: Mapping[bytes, NDArray[np.float32]] | None = None,
    ) -> State:
        """Store and remove cases in one transaction and acknowledge it: the one way in which records change."""
        state = self._writer.change(add=add, remove=remove, vectors=vectors)
        acknowledge(self._records, state)
        return state

    def write_packed(self, path: Path) -> None:
        """Write the records to a new file without a trace of what was removed.

        Vectors that only removed cases needed are left out, wordings of diagnoses included.

        Raises:
            sqlite3.Error: The disk refused to write, or the records are damaged.
        """
        self._writer.drop_unused_vectors(self._wordings(), fingerprints=[self.manifest.encoder_fingerprint])
        self._writer.write_packed(path)

    def _wordings(self) -> set[bytes]:
        """Return the digests of the wordings of diagnoses of all cases."""
        path = self.manifest.store_path(self.directory)
        with CaseStore(path, encoder_fingerprint=self.manifest.encoder_fingerprint) as store:
            return {
                diagnosis_digest(normalise_text(diagnosis.text))
                for _, case, _ in store.every_case()
                for diagnosis in case.diagnoses
            }

    def compact_if_due(self, *, times: int = 1) -> bool:
        """Write a new snapshot when enough has changed since the current one; return whether that was done.

        Args:
            times: How many times the usual number of changes is waited for.

        Raises:
            CaseBaseError: The disk refused to write.
        """
        if not compaction_is_due(self.manifest, self.state.sequence, times=times):
            return False
        try:
            self.manifest = compact(self.directory, is_locked=True)
        except CaseBaseLockedError:
            return False  # another process is at it
        return True

    def _check_acknowledged(self) -> None:
        acknowledged = acknowledged_sequence(self._records, self.manifest.records_id)
        check_acknowledged(self.state, acknowledged)
        if self.state.sequence > acknowledged:  # a writer died between its commit and its acknowledgement
            acknowledge(self._records, self.state)

    def _check_encoder(self, encoder: Encoder) -> None:
        if encoder.fingerprint != self.manifest.encoder_fingerprint:
            raise EncoderMismatchError(
                f"the case base in {self.directory} holds vectors of encoder {self.manifest.encoder_name!r}"
                f" ({self.manifest.encoder_fingerprint}), not of {encoder.name!r} ({encoder.fingerprint});"
                f" add with that one, or change it with `casefinder reencode --model {encoder.name}`"
            )
