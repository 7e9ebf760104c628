"""Erasing cases for good: from records, vectors, derived files, journal and free pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from casefinder.casebase.acknowledged import acknowledge
from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.layout import BUILDING_NAME, DAMAGED_PREFIX, REJECTS_NAME, STORE_NAME
from casefinder.casebase.lock import snapshot_lock
from casefinder.casebase.manifest import Manifest
from casefinder.casebase.milvus_leftovers import leftovers
from casefinder.casebase.publishing import Origin, publish_records
from casefinder.casebase.space import require_space, size_of
from casefinder.casebase.writing import CaseBaseWriter
from casefinder.errors import IndexUnavailableError
from casefinder.files import durable

_AGAIN: Final = "run the same command again when the server answers"


@dataclass(frozen=True, slots=True)
class EraseReport:
    """What was erased.

    Attributes:
        n_erased: Cases that were there.
        unknown_ids: Ids that no case had; what a case of such an id had left behind is erased as well.
        n_cases: Cases left.
        manifest: The new manifest.
    """

    n_erased: int
    unknown_ids: tuple[str, ...]
    n_cases: int
    manifest: Manifest


def erase(directory: Path, ids: Sequence[str]) -> EraseReport:
    """Remove cases for good: afterwards no byte of them is in the directory.

    Backups made before, and what readers have in memory until their next search, are beyond reach. Interrupted, the
    cases are removed or still there; the same call again finishes the work.

    Args:
        directory: Where the case base is.
        ids: Of the cases; those of cases removed earlier are erased from what they have left behind.

    Raises:
        CaseBaseLockedError: Another process is writing there.
        IndexUnavailableError: A Milvus server does not answer, and still holds vectors of the cases.
        CaseBaseError: The disk refused to write.
    """
    with telling_what_failed(directory), snapshot_lock(directory), CaseBaseWriter(directory) as writer:
        require_space(directory, 2 * size_of(directory / writer.manifest.records), purpose="erasing")
        removed = writer.remove(ids)
        staging = directory / BUILDING_NAME
        durable.remove_folder(staging)
        durable.make_folder(staging)
        writer.write_packed(staging / STORE_NAME)
        acknowledge(staging, writer.state)
        try:
            manifest = publish_records(
                directory,
                staging,
                Origin.of(writer.manifest),
                before_sweep=lambda: _drop_what_names(directory, ids),
            )
        except IndexUnavailableError as exc:
            raise IndexUnavailableError(f"the cases are removed, but not erased: {exc}; {_AGAIN}") from exc
        if remaining := leftovers(directory):
            raise IndexUnavailableError(
                f"the cases are erased from {directory}, but {remaining[0]} still holds their vectors; {_AGAIN}"
            )
        return EraseReport(removed.n_removed, removed.unknown_ids, removed.n_cases, manifest)


def _drop_what_names(directory: Path, ids: Iterable[str]) -> None:
    """Remove what was set aside, and the lines of the rejects that name a case."""
    for path in directory.glob(f"{DAMAGED_PREFIX}*"):
        if path.is_dir():
            durable.remove_folder(path)
        else:
            durable.remove_file(path)
    for path in directory.glob("*.new"):
        durable.remove_file(path)
    rejects = directory / REJECTS_NAME
    if rejects.exists():
        named = [repr(case_id) for case_id in ids]  # as the reason of a reject names a case
        lines = rejects.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not any(name in json.loads(line)["reason"] for name in named)]
        durable.replace_file(rejects, "".join(kept))
