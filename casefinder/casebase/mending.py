"""Making a damaged snapshot anew from the records; nothing is encoded again."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

from casefinder.casebase.layout import DAMAGED_PREFIX
from casefinder.casebase.lock import snapshot_lock
from casefinder.casebase.manifest import Manifest, read_manifest
from casefinder.casebase.milvus_index import drop_collection
from casefinder.casebase.snapshots import publish_snapshot, snapshot_of_records
from casefinder.errors import CaseBaseLockedError, IndexDamagedError
from casefinder.files import durable

_LOG: Final = logging.getLogger(__name__)
_PATIENCE_S: Final = 600.0  # another process may be mending the same damage: better wait for it than fail


def mend(directory: Path, seen: Manifest, damage: IndexDamagedError) -> None:
    """Set the current snapshot aside and make it anew, unless that has happened since it was opened.

    Args:
        directory: Where the case base is.
        seen: What was current when the damage was found.
        damage: What was found.

    Raises:
        IndexDamagedError: This process may not write there; ``damage`` with what to run.
        CaseBaseDamagedError: The records are damaged as well.
    """
    if not os.access(directory, os.W_OK):
        raise damage
    try:
        with snapshot_lock(directory, patience_s=_PATIENCE_S):
            manifest = read_manifest(directory)
            if manifest != seen:
                return
            _LOG.warning("%s; making the snapshot anew from the records, please wait", damage)
            snapshot = snapshot_of_records(directory, manifest)
            aside = set_snapshot_aside(directory, manifest)
            publish_snapshot(directory, snapshot)
            _LOG.warning("made anew; what was damaged is in %s and can be deleted", aside)
    except CaseBaseLockedError as exc:
        raise damage from exc


def set_snapshot_aside(directory: Path, manifest: Manifest) -> Path:
    """Set the snapshot of a manifest aside; a collection that it names on a server is dropped."""
    drop_collection(manifest.index_path(directory))
    return set_aside(directory / manifest.snapshot.name)


def set_aside(path: Path) -> Path:
    """Rename a damaged file or folder, so that nothing takes it for a good one; return its new path."""
    aside = path.with_name(f"{DAMAGED_PREFIX}{path.name}")
    if path.exists():
        if aside.exists():
            durable.remove_folder(aside) if aside.is_dir() else durable.remove_file(aside)
        durable.rename(path, aside)
    return aside
