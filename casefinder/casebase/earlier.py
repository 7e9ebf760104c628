"""What earlier records of a case base hold already, so that a build need not make it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import CaseStore
from casefinder.casebase.reading_findings import findings_fingerprint
from casefinder.cases import case_to_json
from casefinder.cases.reading import ReadCase, ReadRow
from casefinder.errors import CaseBaseError


class EarlierRecords:
    """Records that are read for what they hold and then replaced. What is damaged in them is made anew."""

    def __init__(self, stores: Sequence[CaseStore] = (), *, encoder_fingerprint: str = "") -> None:
        """Take things over from any number of open records, with the vectors of one encoder."""
        self._stores = stores
        self._encoder_fingerprint = encoder_fingerprint

    def findings(self, rows: Sequence[ReadRow]) -> dict[int, str]:
        """Return the findings of those cases that are there word for word, as JSON by their place among rows."""
        cases = {place: row.case for place, row in enumerate(rows) if isinstance(row, ReadCase)}
        found: dict[int, str] = {}
        for store in self._stores:
            missing = {place: case for place, case in cases.items() if place not in found}
            with suppress(CaseBaseError):
                ids = [case.id for case in missing.values()]
                stored = store.findings_under(ids, fingerprint=findings_fingerprint())
                found |= {
                    place: stored[case.id][1]
                    for place, case in missing.items()
                    if case.id in stored and stored[case.id][0] == case_to_json(case)
                }
        return found

    def vectors(self, digests: Iterable[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Return those vectors that are there, float32 [dim], by the digest of their text."""
        found: dict[bytes, NDArray[np.float32]] = {}
        missing = list(digests)
        for store in self._stores:
            missing = [digest for digest in missing if digest not in found]
            with suppress(CaseBaseError):
                found |= store.vectors_under(missing, fingerprint=self._encoder_fingerprint)
        return found


@contextmanager
def earlier_records(paths: Iterable[Path], *, encoder_fingerprint: str) -> Iterator[EarlierRecords]:
    """Open those databases that can be opened, the most useful first."""
    with ExitStack() as opened:
        stores = []
        for path in paths:
            with suppress(CaseBaseError):
                stores.append(opened.enter_context(CaseStore(path, encoder_fingerprint=encoder_fingerprint)))
        yield EarlierRecords(stores, encoder_fingerprint=encoder_fingerprint)
