"""Deriving the terms of a large build run by run in other processes, while the records are still being written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from casefinder.case_store import CaseStore
from casefinder.casebase.wordings import wording_vectors
from casefinder.casebase.worker_pool import WorkerPool
from casefinder.files import durable
from casefinder.term_index import ENTRIES_PER_RUN, derive_terms, read_terms, write_merged_terms

if TYPE_CHECKING:
    from concurrent.futures import Future

_FOLDER_NAME: Final = "terms"
_SUFFIX: Final = ".run"


class TermRuns:
    """Derives the terms of records of which only the caller knows yet, a range of keys at a time."""

    def __init__(self, store: Path, *, encoder_fingerprint: str, pool: WorkerPool) -> None:
        """Begin a folder of runs beside a database; remains of an earlier build are removed.

        Args:
            store: The database.
            encoder_fingerprint: Of the encoder whose vectors are stored.
            pool: Processes to derive with; with none, there are no runs.
        """
        self._store = store
        self._fingerprint = encoder_fingerprint
        self._pool = pool
        self._folder = store.parent / _FOLDER_NAME
        self._last_key = 0  # up to which the work has been handed over
        self._under_way: list[Future[None]] = []
        durable.remove_folder(self._folder)

    def stored_up_to(self, last_key: int) -> None:
        """Hand over what is complete, now that everything up to a key has been committed.

        Raises:
            CaseBaseError: A process was ended from outside.
        """
        while self._pool.n_workers and last_key - self._last_key >= ENTRIES_PER_RUN:
            self._hand_over(self._last_key + ENTRIES_PER_RUN)

    def finish(self, last_key: int) -> Path | None:
        """Wait until everything up to the last key is derived; return the folder, None where there are no runs.

        Raises:
            CaseBaseDamagedError: A record was altered on disk.
            CaseBaseError: A process was ended from outside.
        """
        if not self._under_way:
            return None
        if last_key > self._last_key:
            self._hand_over(last_key)
        for future in self._under_way:
            self._pool.result(future)
        return self._folder

    def _hand_over(self, last_key: int) -> None:
        durable.make_folder(self._folder)
        path = self._folder / f"{self._last_key:012d}{_SUFFIX}"
        work = self._pool.submit(_derive, self._store, self._fingerprint, self._last_key, last_key, path)
        self._under_way.append(work)
        self._last_key = last_key


def merge_runs(folder: Path, store: CaseStore, path: Path) -> None:
    """Write the terms of all cases of a store from runs, which are removed.

    Args:
        folder: As ``TermRuns.finish`` returned it.
        store: The records. Cases that were removed after their run had been derived are left out.
        path: File to write.

    Raises:
        IndexDamagedError: A run is not what was written.
    """
    runs = [read_terms(run) for run in sorted(folder.glob(f"*{_SUFFIX}"))]
    derived = np.concatenate([run.arrays["keys"][:] for run in runs])
    is_all = len(derived) == store.count()
    write_merged_terms(path, runs, removed_keys=[] if is_all else np.setdiff1d(derived, store.keys()).tolist())
    durable.remove_folder(folder)


def _derive(store: Path, fingerprint: str, after: int, up_to: int, path: Path) -> None:
    with CaseStore(store, encoder_fingerprint=fingerprint) as records:
        entries = records.every_case(after=after, up_to=up_to)
        write_merged_terms(path, [derive_terms(entries, vectors_of=wording_vectors(records))])
