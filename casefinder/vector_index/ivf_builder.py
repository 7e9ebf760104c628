"""Writing inverted files: trained on a sample and filled in a stream, or made of an older one without training."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import VectorShapeError
from casefinder.files import SectionWriter
from casefinder.vector_index.fast_codes import packed, unpacked
from casefinder.vector_index.ivf import FIRST_KIND, KIND, IVFIndex, imbalance_of
from casefinder.vector_index.protocol import Ids, Vectors, check_stored
from casefinder.vector_index.rows import CODE
from casefinder.vector_index.training import Trained

_BYTES: Final = np.dtype(np.uint8)
Codes = NDArray[np.uint8]


class IVFBuilder:
    """Fills an inverted file in batches. What it is given waits on disk, so memory is bounded whatever its size."""

    def __init__(
        self, trained: Trained, path: Path, *, base: IVFIndex | None = None, without: Ids | None = None
    ) -> None:
        """Begin a file.

        Args:
            trained: Centroids and codes; those of ``base`` where there is one.
            path: File to write; the vectors wait in unnamed files beside it.
            base: An index whose vectors are taken over.
            without: Ids of the base that are not taken over.
        """
        self._trained, self._path, self._base = trained, path, base
        self._rows = _Waiting(path.parent, trained.dim * CODE.itemsize)
        self._fast = _Waiting(path.parent, trained.n_parts // 2)
        self._ids: list[Ids] = []
        self._lists: list[NDArray[np.int64]] = []
        self._is_kept = np.ones(base.size if base else 0, dtype=np.bool_)
        if base is not None and without is not None:
            self._is_kept[base.places_of(without)] = False

    def __enter__(self) -> IVFBuilder:
        """Return the builder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of what waits on disk."""
        self._rows.close()
        self._fast.close()

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, float32 [n, dim], under int64 ids [n].

        Raises:
            VectorShapeError: Ids and vectors do not fit each other or the index.
        """
        vectors = check_stored(ids, vectors, dim=self._trained.dim)
        if not len(ids):
            return
        projected = self._trained.projected(vectors)
        lists = self._trained.lists_of(projected)
        self._lists.append(lists)
        self._ids.append(ids.copy())
        self._rows.append(vectors.astype(CODE).view(np.uint8))
        self._fast.append(self._trained.fast_codes(projected, lists))

    def finish(self) -> None:
        """Write the file and push it to the disk.

        Raises:
            VectorShapeError: An id was given twice, or is one that the base keeps.
            IndexDamagedError: The base was altered on disk.
        """
        lists, ids = _joined(self._lists), _joined(self._ids)
        order = np.argsort(lists, kind="stable")
        ends = np.cumsum(np.bincount(lists, minlength=self._trained.n_lists))
        new = np.split(order, ends[:-1])
        with SectionWriter(self._path) as writer:
            self._trained.write(writer)
            stored = self._write_lists(writer, new, ids)
            self._write_fast(writer, new)
            sizes = np.array([len(part) for part in stored])
            writer.add("starts", np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
            _write_table_of_ids(writer, np.concatenate(stored))
            writer.finish(self._facts(sizes))

    def _facts(self, sizes: NDArray[np.int64]) -> dict[str, object]:
        """Describe the file; what it was trained for is handed on from base to base."""
        trained_for = {"n_vectors": int(sizes.sum()), "imbalance": imbalance_of(sizes)}
        return {
            "kind": KIND if self._trained.is_residual else FIRST_KIND,
            "dim": self._trained.dim,
            "trained_for": trained_for if self._base is None else self._base.file.facts["trained_for"],
        }

    def _write_lists(self, writer: SectionWriter, new: list[NDArray[np.int64]], ids: Ids) -> list[Ids]:
        """Write the vectors of each list, then their ids; return the ids of each list."""
        stored = []
        rows = self._rows.read()
        writer.begin("lists", _BYTES)
        for number, added in enumerate(new):
            codes, kept_ids = self._kept(number)
            writer.append(codes)
            writer.append(rows[added])
            stored.append(np.concatenate([kept_ids, ids[added]]))
            writer.append(stored[-1])
        return stored

    def _write_fast(self, writer: SectionWriter, new: list[NDArray[np.int64]]) -> None:
        """Write the fast codes of each list; a list of the base that did not change is copied."""
        waiting = self._fast.read()
        writer.begin("fast", _BYTES)
        for number, added in enumerate(new):
            if self._base is not None and not len(added) and self._is_whole(number):
                writer.append(self._base.fast.blocks(number))
                continue
            codes = np.concatenate([self._kept_fast(number), waiting[added]])
            writer.append(packed(codes, self._trained.n_parts))

    def _kept(self, number: int) -> tuple[Codes, Ids]:
        """Return what the base keeps of a list: codes and ids."""
        if self._base is None:
            return np.zeros((0, self._trained.dim * CODE.itemsize), dtype=np.uint8), np.zeros(0, dtype=np.int64)
        codes, ids = self._base.rows.list_bytes(number)
        is_kept = self._are_kept(number)
        return (codes, ids) if is_kept.all() else (codes[is_kept], ids[is_kept])

    def _kept_fast(self, number: int) -> Codes:
        """Return the fast codes of what the base keeps of a list."""
        if self._base is None:
            return np.zeros((0, self._trained.n_parts // 2), dtype=np.uint8)
        is_kept = self._are_kept(number)
        return unpacked(self._base.fast.blocks(number), len(is_kept), self._trained.n_parts)[is_kept]

    def _is_whole(self, number: int) -> bool:
        return bool(self._are_kept(number).all())

    def _are_kept(self, number: int) -> NDArray[np.bool_]:
        """Return which vectors of a list of the base are kept."""
        assert self._base is not None
        return self._is_kept[self._base.starts[number] : self._base.starts[number + 1]]


class _Waiting:
    """Codes that wait in an unnamed file, which the system removes when it is closed."""

    def __init__(self, folder: Path, n_bytes: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)
        self._n_bytes = n_bytes

    def append(self, codes: Codes) -> None:
        """Write the codes of the next vectors, uint8 [n, n_bytes]."""
        self._file.write(codes.data)

    def read(self) -> Codes:
        """Map all of them: uint8 [n, n_bytes]."""
        self._file.flush()
        if not self._file.tell():
            return np.zeros((0, self._n_bytes), dtype=np.uint8)
        return np.memmap(self._file, dtype=np.uint8, mode="r").reshape(-1, self._n_bytes)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def _write_table_of_ids(writer: SectionWriter, ids: Ids) -> None:
    """Write ids in rising order, each with its place.

    Raises:
        VectorShapeError: One is there twice.
    """
    order = np.argsort(ids, kind="stable")
    if (np.diff(ids[order]) == 0).any():
        raise VectorShapeError("an id is given twice; every vector needs an id of its own")
    writer.add("sorted_ids", ids[order])
    writer.add("sorted_places", order)


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
