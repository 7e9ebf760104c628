"""Backups: a folder with everything that a case base needs, checksummed; and putting one back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from casefinder.case_store import CaseStore, connect_to_write
from casefinder.casebase.acknowledged import acknowledge
from casefinder.casebase.failures import telling_what_failed
from casefinder.casebase.layout import (
    ACKNOWLEDGED_NAME,
    BUILDING_NAME,
    MANIFEST_NAME,
    RANKING_NAME,
    RECORDS_PREFIX,
    SNAPSHOT_PREFIX,
    STORE_NAME,
    next_folder,
)
from casefinder.casebase.lock import both_locks, snapshot_lock
from casefinder.casebase.manifest import Manifest, body_checksum, read_manifest, write_manifest
from casefinder.casebase.space import require_space, size_of
from casefinder.casebase.sweeping import sweep
from casefinder.casebase.view import open_view
from casefinder.errors import CaseBaseDamagedError, CaseBaseError, CaseBaseNotFoundError
from casefinder.files import durable, stored_file

BACKUP_NAME: Final = "backup.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Attributes:
        directory: Where it is.
        made_at: When it was made, ISO 8601 in UTC.
        n_cases: Cases in it.
        sequence: Number of the last change in it.
        size_bytes: Bytes of its files.
    """

    directory: Path
    made_at: str
    n_cases: int
    sequence: int
    size_bytes: int


def back_up(directory: Path, target: Path) -> Backup:
    """Copy a case base to a new folder, in one state, while others search and change it.

    Args:
        directory: Where the case base is.
        target: The folder to make; it must not be there, or be empty.

    Raises:
        CaseBaseLockedError: A snapshot is being written.
        CaseBaseError: The target is in use, or the disk refused to write.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CaseBaseError(f"{target} is in use; name a folder that is not there")
    with telling_what_failed(target), snapshot_lock(directory):
        manifest = read_manifest(directory)
        size_bytes = size_of(directory / manifest.records) + size_of(directory / manifest.snapshot.name)
        durable.make_folder(target)
        require_space(target, size_bytes, purpose="the backup")
        files = _copied(directory, target, manifest)
        # A folder without this file is no backup: it is written last, when everything is on the disk.
        body = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), "files": files}
        durable.replace_file(
            target / BACKUP_NAME, json.dumps({**body, "checksum": body_checksum(body)}, indent=2) + "\n"
        )
    return check_backup(target)


def check_backup(target: Path) -> Backup:
    """Compare a backup with its checksums and open it.

    Raises:
        CaseBaseNotFoundError: There is no finished backup.
        CaseBaseDamagedError: It is not what was written.
    """
    body = _body(target)
    for name, expected in body["files"].items():
        path = target / name
        if not path.is_file() or asdict(stored_file(path)) != expected:
            raise CaseBaseDamagedError(f"{path} is missing or was altered; use another backup")
    view = open_view(target)
    view.store.close()
    size_bytes = sum(file["size_bytes"] for file in body["files"].values())
    return Backup(target, body["made_at"], view.n_cases, view.sequence, size_bytes)


def restore(target: Path, directory: Path) -> Manifest:
    """Put a backup in place of a case base, in one step, once it has been compared with its checksums.

    Args:
        target: The backup.
        directory: Where the case base is to be; made when absent.

    Raises:
        CaseBaseNotFoundError: There is no finished backup.
        CaseBaseDamagedError: The backup is not what was written.
        CaseBaseLockedError: Another process is writing there.
        CaseBaseError: The disk refused to write.
    """
    backup = check_backup(target)
    with telling_what_failed(directory):
        durable.make_folder(directory)
        with both_locks(directory):
            require_space(directory, backup.size_bytes, purpose="restoring")
            source = read_manifest(target)
            records, snapshot = next_folder(directory, RECORDS_PREFIX), next_folder(directory, SNAPSHOT_PREFIX)
            durable.remove_folder(directory / BUILDING_NAME)
            for folder, name in ((records, source.records), (snapshot, source.snapshot.name)):
                durable.make_folder(folder)
                for path in sorted((target / name).iterdir()):
                    durable.copy_file(path, folder / path.name)
                durable.sync_path(folder)
            connect_to_write(records / STORE_NAME).close()  # with a journal beside it, so that readers never wait
            if (target / RANKING_NAME).exists():
                durable.replace_file(directory / RANKING_NAME, (target / RANKING_NAME).read_text("utf-8"))
            manifest = replace(source, records=records.name, snapshot=replace(source.snapshot, name=snapshot.name))
            write_manifest(directory, manifest)
            sweep(directory, manifest)
    return manifest


def _copied(directory: Path, target: Path, manifest: Manifest) -> dict[str, dict[str, object]]:
    """Copy what a manifest names, and describe each file by its path in the backup."""
    records, snapshot = target / manifest.records, target / manifest.snapshot.name
    for folder in (records, snapshot):
        durable.make_folder(folder)
    _copy_database(directory / manifest.records / STORE_NAME, records / STORE_NAME)
    with CaseStore(records / STORE_NAME, encoder_fingerprint=manifest.encoder_fingerprint) as store:
        acknowledge(records, store.state())
    for path in (manifest.index_path(directory), manifest.terms_path(directory)):
        durable.copy_file(path, snapshot / path.name)
    if (directory / RANKING_NAME).exists():
        durable.copy_file(directory / RANKING_NAME, target / RANKING_NAME)
    write_manifest(target, manifest)
    names = [f"{manifest.records}/{STORE_NAME}", f"{manifest.records}/{ACKNOWLEDGED_NAME}", MANIFEST_NAME]
    names += [str(path.relative_to(target)) for path in sorted(snapshot.iterdir())]
    names += [RANKING_NAME] if (target / RANKING_NAME).exists() else []
    return {name: asdict(stored_file(target / name)) for name in names}


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database in one state, with SQLite's own means."""
    durable.write_file(target, b"")
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
        written.execute("PRAGMA journal_mode = DELETE")
    durable.finish_file(target)


def _body(target: Path) -> dict[str, Any]:
    try:
        body = json.loads((target / BACKUP_NAME).read_text("utf-8"))
        checksum = body.pop("checksum")
    except OSError as exc:
        raise CaseBaseNotFoundError(f"{target} holds no finished backup; name the folder of one") from exc
    except (ValueError, KeyError, AttributeError, TypeError) as exc:
        raise CaseBaseDamagedError(f"{target / BACKUP_NAME} was altered; use another backup") from exc
    if checksum != body_checksum(body):
        raise CaseBaseDamagedError(f"{target / BACKUP_NAME} was altered; use another backup")
    return dict(body)
