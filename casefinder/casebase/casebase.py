"""An open case base: records and what is derived from them, of one generation, as one unit."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from casefinder.case_store import CaseStore
from casefinder.casebase.indexing import load_index
from casefinder.casebase.manifest import (
    INDEX_NAME,
    STORE_NAME,
    TERMS_NAME,
    Manifest,
    read_manifest,
)
from casefinder.encoders import Encoder
from casefinder.errors import CaseBaseDamagedError, EncoderMismatchError
from casefinder.files import StoredFile, stored_file
from casefinder.term_index import TermIndex, read_terms
from casefinder.vector_index import VectorIndex


class CaseBase:
    """Records and index of one generation. Safe to share between threads; use as a context manager.

    An open case base keeps the generation that it opened, also when a rebuild replaces it meanwhile.
    """

    def __init__(
        self, directory: Path, manifest: Manifest, store: CaseStore, index: VectorIndex, terms: TermIndex
    ) -> None:
        """Hold what ``open_case_base`` has opened and checked."""
        self.directory = directory
        self.manifest = manifest
        self.store = store
        self.index = index
        self.terms = terms

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
        self.store.close()

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
                f" build it again with `casefinder build-index SOURCE --model {encoder.name}`"
            )


def open_case_base(directory: Path) -> CaseBase:
    """Open the current generation of a case base.

    The terms are checked in full; the vector index page by page as it is touched, and the database by a checksum per
    record when the record is read.

    Raises:
        CaseBaseNotFoundError: Nothing has been built there.
        CaseBaseFormatError: A newer casefinder wrote it.
        CaseBaseDamagedError: A file is missing, truncated or altered.
        IndexDamagedError: The vector index was altered where opening reads it.
    """
    manifest = read_manifest(directory)
    while True:
        try:
            return _open_generation(directory, manifest)
        except CaseBaseDamagedError:
            # A rebuild may have replaced and removed the generation since the manifest was read.
            newer = read_manifest(directory)
            if newer == manifest:
                raise
            manifest = newer


def _open_generation(directory: Path, manifest: Manifest) -> CaseBase:
    folder = directory / manifest.generation
    store_path, index_path, terms_path = folder / STORE_NAME, folder / INDEX_NAME, folder / TERMS_NAME
    _check_size(store_path, manifest.store)
    _check_size(index_path, manifest.index)
    _check_size(terms_path, manifest.terms)
    if stored_file(terms_path) != manifest.terms:
        raise _damaged(terms_path, "was altered on disk")
    index, terms = load_index(index_path, manifest.plan), TermIndex([read_terms(terms_path)])
    return CaseBase(directory, manifest, CaseStore(store_path), index, terms)


def _check_size(path: Path, expected: StoredFile) -> None:
    try:
        size_bytes = path.stat().st_size
    except FileNotFoundError as exc:
        raise _damaged(path, "is missing") from exc
    if size_bytes != expected.size_bytes:
        raise _damaged(path, f"has {size_bytes} bytes instead of {expected.size_bytes}")


def _damaged(path: Path, what: str) -> CaseBaseDamagedError:
    return CaseBaseDamagedError(f"{path} {what}; build the case base again from its source")
