"""The recall that a case base promises, chosen anew without making its index anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.indexing import probe_of_index, with_effort
from casefinder.casebase.lock import PATIENCE_S, snapshot_lock, write_lock
from casefinder.casebase.manifest import Manifest, read_manifest, write_manifest
from casefinder.casebase.view import open_snapshot
from casefinder.vector_index import IVFIndex, choose_effort


def promise_recall(directory: Path, target: float) -> Manifest:
    """Choose the effort of a search anew, by measurement, and make it that of the current snapshot.

    Indexes that are made of the case base later are made for it too. An exact index stays as it is: it finds
    everything. Readers take the new effort when they open the case base.

    Args:
        directory: Where the case base is.
        target: Recall@10 against exact search, 0 to 1.

    Raises:
        CaseBaseLockedError: Another process is writing.
        CaseBaseError: As ``open_case_base``.
        VectorIndexError: The target is out of range.
        IndexDamagedError: The index was altered on disk.
    """
    read_manifest(directory)
    with telling_what_failed(directory), snapshot_lock(directory, patience_s=PATIENCE_S):
        manifest = read_manifest(directory)
        aims = manifest.aims.changed(target_recall=target)
        index = open_snapshot(directory, manifest).index
        plan, recall = manifest.snapshot.plan, manifest.snapshot.recall_at_10
        if isinstance(index, IVFIndex):
            effort = choose_effort(index, probe_of_index(index), target=target)
            plan, recall = with_effort(plan, effort, target=target), effort.recall
        with write_lock(directory, patience_s=PATIENCE_S):
            latest = read_manifest(directory)
            snapshot = replace(latest.snapshot, plan=plan, recall_at_10=recall)
            chosen = replace(latest, snapshot=snapshot, aims=aims)
            write_manifest(directory, chosen)
        return chosen
