"""Compaction: a new snapshot of everything, so that nothing has to be searched exactly or left out any longer."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.lock import snapshot_lock
from casefinder.casebase.manifest import Manifest, read_manifest
from casefinder.casebase.snapshots import merged_snapshot, publish_snapshot, snapshot_of_records
from casefinder.casebase.space import require_space, size_of
from casefinder.casebase.view import open_view
from casefinder.errors import IndexDamagedError

_LOG: Final = logging.getLogger(__name__)
# Every reader that opens derives what came since the snapshot: 0.6 ms of one core for each case, and a query over 1,000
# such cases takes two to three times as long: scripts/bench/tail.py. A compaction goes through the whole snapshot,
# 0.02 ms for each case of it. So of a large one it waits for a share: 8 ms for each change, whatever the size.
_FEWEST_CHANGES: Final = 250
_SHARE_OF_CHANGES: Final = 0.0025


def compaction_is_due(manifest: Manifest, sequence: int, *, times: int = 1) -> bool:
    """Tell whether so much has changed since the snapshot that a new one pays.

    Args:
        manifest: Names the snapshot.
        sequence: Number of the last change.
        times: How many times the usual number of changes is waited for.
    """
    n_changes = sequence - manifest.snapshot.sequence
    return n_changes > times * max(_FEWEST_CHANGES, _SHARE_OF_CHANGES * manifest.snapshot.n_cases)


def compact(
    directory: Path,
    *,
    memory_bytes: int | None = None,
    is_locked: bool = False,
    only_if_due: bool = False,
) -> Manifest:
    """Write a new snapshot beside the current one and make it current in one step.

    Changes go on meanwhile; those that come after it has begun are the tail of the new snapshot.

    Args:
        directory: Where the case base is.
        memory_bytes: What the index may hold in memory from now on; it is planned and trained anew for that.
        is_locked: Whether the caller is the writer.
        only_if_due: Do nothing unless it pays: another process may have compacted meanwhile.

    Raises:
        CaseBaseLockedError: Another process is writing a snapshot.
        CaseBaseError: As ``open_case_base``, or the disk refused to write.
        VectorIndexError: So little memory holds no index.
    """
    read_manifest(directory)
    with telling_what_failed(directory), snapshot_lock(directory):
        manifest = read_manifest(directory)
        if memory_bytes is not None:
            _require_space(directory, manifest)
            planned = replace(manifest, aims=manifest.aims.changed(memory_bytes=memory_bytes))
            snapshot = snapshot_of_records(directory, planned)
            return publish_snapshot(directory, snapshot, is_locked=is_locked, aims=planned.aims)
        try:
            view = open_view(directory)
            with closing(view.store):
                if only_if_due and not compaction_is_due(manifest, view.sequence):
                    return manifest
                _require_space(directory, manifest)
                snapshot = merged_snapshot(directory, view)
        except IndexDamagedError as damage:
            _LOG.warning("%s; the new snapshot is made from the records", damage)
            _require_space(directory, manifest)
            snapshot = snapshot_of_records(directory, manifest)
        return publish_snapshot(directory, snapshot, is_locked=is_locked)


def _require_space(directory: Path, manifest: Manifest) -> None:
    """Make sure that a new snapshot, and what is written on the way to it, will fit beside the current one."""
    require_space(directory, 2 * size_of(directory / manifest.snapshot.name), purpose="writing a snapshot")
