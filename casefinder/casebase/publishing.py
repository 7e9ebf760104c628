"""Making new records current: derive a snapshot of them, then move the pointer in one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from casefinder.case_store import CaseStore
from casefinder.casebase.aims import IndexAims
from casefinder.casebase.layout import RECORDS_PREFIX, STORE_NAME, next_folder
from casefinder.casebase.manifest import Manifest, write_manifest
from casefinder.casebase.snapshots import Advance, snapshot_of_store, unobserved
from casefinder.casebase.sweeping import sweep
from casefinder.files import durable


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from and what made their vectors; see ``Manifest``."""

    built_at: str
    source: str
    encoder_name: str
    encoder_fingerprint: str
    dim: int
    aims: IndexAims = field(default_factory=IndexAims)

    @classmethod
    def of(cls, manifest: Manifest) -> Origin:
        """Return the origin of the records of a manifest."""
        return cls(**{name: getattr(manifest, name) for name in cls.__dataclass_fields__})


def publish_records(
    directory: Path,
    staging: Path,
    origin: Origin,
    *,
    term_runs: Path | None = None,
    advance: Advance = unobserved,
    before_sweep: Callable[[], object] = lambda: None,
) -> Manifest:
    """Make staged records current; only the last step changes what readers see. Under both locks.

    Args:
        directory: Where the case base is.
        staging: A folder in it with a database and the number of its last acknowledged change.
        origin: Where the records come from.
        term_runs: Folder of terms that have been derived already; see ``merge_runs``.
        advance: Called with the number of vectors indexed, after each batch.
        before_sweep: Called once the new records are current, before everything else is removed.
    """
    with CaseStore(staging / STORE_NAME, encoder_fingerprint=origin.encoder_fingerprint) as store:
        records_id = store.state().records_id
        snapshot = snapshot_of_store(directory, store, aims=origin.aims, term_runs=term_runs, advance=advance)
    records = next_folder(directory, RECORDS_PREFIX)
    durable.rename(staging, records)
    manifest = Manifest(
        records=records.name,
        records_id=records_id,
        built_at=origin.built_at,
        source=origin.source,
        encoder_name=origin.encoder_name,
        encoder_fingerprint=origin.encoder_fingerprint,
        dim=origin.dim,
        aims=origin.aims,
        snapshot=snapshot,
    )
    write_manifest(directory, manifest)
    before_sweep()
    sweep(directory, manifest)
    return manifest
