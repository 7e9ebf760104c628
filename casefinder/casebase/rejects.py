"""Rows that are no valid case: written down, counted, never lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final

from casefinder.casebase.layout import REJECTS_NAME
from casefinder.cases.reading import ReadRow, Reject
from casefinder.files import durable

BATCH_CASES: Final = 512  # bounds memory; larger batches encode no faster


def rows_in_batches(rows: Iterable[ReadRow]) -> Iterator[list[ReadRow]]:
    """Iterate over rows in batches; each becomes one transaction."""
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH_CASES)):
        yield batch


class RejectsFile:
    """Collects rejects in a file beside the one that they are published as. Use as a context manager."""

    def __init__(self, directory: Path) -> None:
        """Begin a new file in the directory of a case base."""
        self._directory = directory
        self._path = directory / f"{REJECTS_NAME}.new"
        self._file = durable.open_private(self._path)
        self.n_rejected = 0

    def __enter__(self) -> RejectsFile:
        """Return the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; it is dropped when what it belongs to has failed."""
        self._file.close()
        if kind is not None:
            durable.remove_file(self._path)

    def write(self, rejects: Iterable[Reject]) -> None:
        """Write down rejects."""
        for reject in rejects:
            self.n_rejected += 1
            self._file.write(_line(reject))

    def publish(self) -> Path | None:
        """Put the file in place of the last one; return its path, None where nothing was rejected."""
        self._file.close()
        kept = self._directory / REJECTS_NAME
        if not self.n_rejected:
            durable.remove_file(self._path)
            durable.remove_file(kept)
            return None
        durable.finish_file(self._path)
        durable.rename(self._path, kept)
        return kept


def _line(reject: Reject) -> str:
    entry = {
        "file": reject.origin.file,
        "line": reject.origin.line,
        "field": reject.field,
        "reason": reject.reason,
    }
    return json.dumps(entry, ensure_ascii=False) + "\n"
