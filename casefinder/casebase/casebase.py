"""An open case base: what is there now, as one view after another."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, TypeAlias

from casefinder.casebase.layout import ACKNOWLEDGED_NAME, MANIFEST_NAME
from casefinder.casebase.manifest import Manifest, read_manifest
from casefinder.casebase.mending import mend
from casefinder.casebase.view import View, open_view, refreshed
from casefinder.encoders import Encoder
from casefinder.errors import EncoderMismatchError, IndexDamagedError

_MOST_MENDINGS: Final = 3  # by this process or others, before damage that comes again and again is reported

_Signature: TypeAlias = tuple[object, ...]


class CaseBase:
    """A case base open for reading. Safe to share between threads; use as a context manager.

    ``view`` returns one state and never waits for a writer; what a writer, in this process or another, has committed
    is in the next view.
    """

    def __init__(self, directory: Path) -> None:
        """Open the current state; ``open_case_base`` is the same.

        Raises:
            CaseBaseError: As ``open_case_base``.
        """
        self.directory = directory
        self._lock = threading.Lock()
        self._view = _opened(directory, None)
        self._seen: _Signature = ()

    def __enter__(self) -> CaseBase:
        """Return the case base."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the case base."""
        self.close()

    def close(self) -> None:
        """Close the records; the case base cannot be used afterwards."""
        self._view.store.close()

    @property
    def manifest(self) -> Manifest:
        """What the case base is made of."""
        return self._view.manifest

    def view(self) -> View:
        """Return the current state.

        Raises:
            CaseBaseError: It was damaged since the last view.
        """
        signature = self._signature()
        if signature == self._seen:
            return self._view
        with self._lock:
            signature = self._signature()  # before reading: what is committed meanwhile shows in the next one
            if signature != self._seen:
                self._view = _opened(self.directory, self._view)
                self._seen = signature
            return self._view

    def refresh(self) -> View:
        """Return the current state, though nothing seems to have changed: a case of the last view is gone."""
        with self._lock:
            self._seen = ()
        return self.view()

    def mend(self, damage: IndexDamagedError, view: View) -> View:
        """Set the damaged snapshot of a view aside, make it anew from the records, and return the current state.

        Raises:
            IndexDamagedError: This process may not write there; ``damage`` with what to run.
            CaseBaseError: The records are damaged as well.
        """
        mend(self.directory, view.manifest, damage)
        return self.refresh()

    def warm_up(self) -> None:
        """Read and check the current snapshot whole; where it is damaged, make it anew from the records.

        Raises:
            IndexDamagedError: It is damaged, and this process may not write a new one.
            CaseBaseError: The records are damaged as well.
        """
        view = self.view()
        for _ in range(_MOST_MENDINGS):
            try:
                return view.snapshot.warm_up()
            except IndexDamagedError as damage:
                view = self.mend(damage, view)
        return view.snapshot.warm_up()

    def check_encoder(self, encoder: Encoder) -> None:
        """Refuse an encoder other than the one that made the vectors.

        Raises:
            EncoderMismatchError: The fingerprints differ.
        """
        manifest = self.manifest
        if encoder.fingerprint != manifest.encoder_fingerprint:
            raise EncoderMismatchError(
                f"the case base in {self.directory} holds vectors of encoder {manifest.encoder_name!r}"
                f" ({manifest.encoder_fingerprint}), not of {encoder.name!r} ({encoder.fingerprint});"
                f" move the case base to it with `casefinder reencode --model {encoder.name}`"
            )

    def _signature(self) -> _Signature:
        """Return what changes with every commit and every new snapshot; takes microseconds."""
        view = self._view
        pointer = _stat(self.directory / MANIFEST_NAME)
        if view.store.is_live:
            return (*pointer, id(view.store), view.store.data_version())
        return (*pointer, *_stat(self.directory / view.manifest.records / ACKNOWLEDGED_NAME))


def open_case_base(directory: Path) -> CaseBase:
    """Open a case base. Of its files only what is needed is read, and everything read is compared with its checksum.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseFormatError: Another version of casefinder wrote it.
        CaseBaseDamagedError: The pointer or the records are missing or altered.
        IndexDamagedError: A derived file is, and this process may not write a new one.
    """
    return CaseBase(directory)


def _opened(directory: Path, earlier: View | None) -> View:
    """Open the current state; where a derived file is damaged, make it anew first."""
    for _ in range(_MOST_MENDINGS):
        manifest = read_manifest(directory)
        try:
            return open_view(directory) if earlier is None else refreshed(earlier, directory)
        except IndexDamagedError as damage:
            mend(directory, manifest, damage)
    return open_view(directory)


def _stat(path: Path) -> tuple[int, ...]:
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return (found.st_ino, found.st_mtime_ns, found.st_size)
