"""Writing parts: a whole case base from a stream of cases, or a snapshot from an older one and what came since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from casefinder.files import ArraysWriter
from casefinder.term_index.deriving import Entry, VectorsOf, derive_terms
from casefinder.term_index.merging import MemorySink, merge
from casefinder.term_index.part import VERSION, TermPart, read_terms

ENTRIES_PER_RUN: Final = 10_000  # derived in memory at once, in some 200 MB


def write_terms(path: Path, entries: Iterable[Entry], *, vectors_of: VectorsOf) -> None:
    """Write the terms of any number of cases to a file, in bounded memory.

    Cases are derived in runs that are kept in a folder beside the file until they are merged.

    Args:
        path: File to write.
        entries: As ``derive_terms`` takes them.
        vectors_of: The same.
    """
    iterator = iter(entries)
    with TemporaryDirectory(dir=path.parent, prefix="terms-") as folder:
        runs = [derive_terms(islice(iterator, ENTRIES_PER_RUN), vectors_of=vectors_of)]
        while runs[-1].n_rows == ENTRIES_PER_RUN:
            run = Path(folder) / str(len(runs))
            write_merged_terms(run, runs[-1:])
            runs[-1] = read_terms(run)
            runs.append(derive_terms(islice(iterator, ENTRIES_PER_RUN), vectors_of=vectors_of))
        write_merged_terms(path, runs)


def write_merged_terms(path: Path, parts: Sequence[TermPart], *, removed_keys: Iterable[int] = ()) -> None:
    """Write the cases of several parts to one file, without some of them, in bounded memory.

    Args:
        path: File to write.
        parts: At least one; keys rise from part to part.
        removed_keys: Of cases to leave out.

    Raises:
        IndexDamagedError: A part is not what was written.
        CaseBaseError: There are more cases than one case base can hold.
    """
    with ArraysWriter(path) as writer:
        merge(parts, writer, removed=_keys(removed_keys))
        writer.finish({"version": VERSION})


def joined_part(parts: Sequence[TermPart], *, removed_keys: Iterable[int] = ()) -> TermPart:
    """Return one part in memory with the cases of several, without some of them; see ``write_merged_terms``."""
    sink = MemorySink()
    merge(parts, sink, removed=_keys(removed_keys))
    return TermPart(sink.arrays)


def _keys(keys: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.fromiter(keys, dtype=np.int64)
