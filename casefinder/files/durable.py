"""Writing that is on the disk when it says so, in files that only their owner can read.

Every change that a case base makes to its directory is made here, and every transaction is committed here. So what a
power cut may interrupt can be enumerated in this one module: callers write ``durable.replace_file(…)``, never the
bare function.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_PIECE_BYTES: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was when a manifest was written."""

    size_bytes: int
    sha256: str


def stored_file(path: Path) -> StoredFile:
    """Describe a file as it is now."""
    with path.open("rb") as file:
        return StoredFile(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def make_folder(path: Path) -> None:
    """Make a folder that only its owner can enter, and those above it; one that is there stays as it is."""
    path.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)


def open_private(path: Path) -> TextIO:
    """Open a new text file for writing that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "w", encoding="utf-8")


def write_file(path: Path, data: bytes) -> None:
    """Write a whole new file and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        written = 0
        while written < len(data):
            written += os.write(descriptor, data[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, text: str) -> None:
    """Put a text in place of a file, in one step that survives a power cut."""
    temporary = path.with_name(f"{path.name}.new")
    write_file(temporary, text.encode())
    rename(temporary, path)


def rename(source: Path, target: Path) -> None:
    """Give a file or folder another name in the same folder, in one step that survives a power cut."""
    os.replace(source, target)
    sync_path(target.parent)


def copy_file(source: Path, target: Path) -> StoredFile:
    """Copy a file to a new one that only its owner can read, wait until it is on the disk, and describe it."""
    digest, size_bytes = hashlib.sha256(), 0
    with source.open("rb") as read:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as written:
            while piece := read.read(_PIECE_BYTES):
                written.write(piece)
                digest.update(piece)
                size_bytes += len(piece)
            written.flush()
            os.fsync(written.fileno())
    return StoredFile(size_bytes, digest.hexdigest())


def finish_file(path: Path) -> None:
    """Make a file that a library has written private, and wait until it is on the disk."""
    os.chmod(path, FILE_MODE)
    sync_path(path)


def remove_file(path: Path) -> None:
    """Remove a file, if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    sync_path(path.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder with all it holds, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
        sync_path(path.parent)


def sync_path(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def begin(connection: sqlite3.Connection) -> None:
    """Begin a transaction that writes."""
    connection.execute("BEGIN IMMEDIATE")


def commit(connection: sqlite3.Connection) -> None:
    """Commit a transaction; with ``synchronous = FULL`` it is on the disk afterwards."""
    connection.execute("COMMIT")
