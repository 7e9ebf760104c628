"""Removing what is no longer current: older records and snapshots, and what dead processes have left."""

from __future__ import annotations

from pathlib import Path

from casefinder.casebase.layout import (
    BUILDING_NAME,
    GENERATION_PREFIX,
    INDEX_NAME,
    INTERRUPTED_NAME,
    RECORDS_PREFIX,
    SNAPSHOT_PREFIX,
    folders,
)
from casefinder.casebase.manifest import Manifest
from casefinder.casebase.milvus_index import drop_collection
from casefinder.casebase.milvus_leftovers import drop_leftovers
from casefinder.files import durable


def sweep(directory: Path, manifest: Manifest) -> None:
    """Remove every folder of records or snapshots that a manifest does not name, and unfinished builds.

    Under both locks. Readers that have files of theirs open keep them until their next search.
    """
    drop_leftovers(directory)
    for prefix in (RECORDS_PREFIX, SNAPSHOT_PREFIX, GENERATION_PREFIX):
        for path in folders(directory, prefix):
            if path.name not in (manifest.records, manifest.snapshot.name):
                remove_snapshot(path)
    for name in (BUILDING_NAME, INTERRUPTED_NAME):
        durable.remove_folder(directory / name)


def remove_snapshot(folder: Path) -> None:
    """Remove a folder of the case base, and the collection on a server that it names, where it does."""
    drop_collection(folder / INDEX_NAME)
    durable.remove_folder(folder)
