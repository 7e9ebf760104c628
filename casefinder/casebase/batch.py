"""One batch of cases on its way into the records: duplicates, findings, vectors, storing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import CaseWriter, EncodedCase
from casefinder.casebase.earlier import EarlierRecords
from casefinder.casebase.encoding import Parts, encode_parts
from casefinder.casebase.reading_findings import read_findings
from casefinder.cases import Case
from casefinder.cases.reading import Origin, ReadCase, ReadRow, Reject
from casefinder.encoders import Encoder
from casefinder.errors import RejectedRowError
from casefinder.text import (
    WeightedText,
    compose_presentation,
    diagnosis_digest,
    normalise_text,
    presentation_digest,
)

_NO_RECORDS: Final = EarlierRecords()
_NONE_READ: Final[Mapping[int, str]] = {}


class OnDuplicate(StrEnum):
    """What happens to a case whose id was read before with different content."""

    REJECT = "reject"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A case with what is to be encoded of it."""

    entry: EncodedCase
    parts: Parts
    diagnosis_texts: tuple[str, ...]
    origin: Origin


class Change(Protocol):
    """Stores cases with the vectors that they need, in one transaction."""

    def __call__(self, *, add: Sequence[EncodedCase], vectors: Mapping[bytes, NDArray[np.float32]]) -> object:
        """Store them."""
        ...


class BatchWriter:
    """Stores batches of cases, counting what became of them.

    Attributes:
        n_added: Cases stored under an id that was not there.
        n_replaced: Cases stored in place of another of their id, stored or read before.
        n_duplicates: Cases skipped because the same is stored.
        n_encoded: Texts encoded.
        wordings: Digests of the wordings of diagnoses met.
    """

    def __init__(
        self,
        writer: CaseWriter,
        change: Change,
        encoder: Encoder,
        *,
        earlier: EarlierRecords = _NO_RECORDS,
        on_duplicate: OnDuplicate,
        strict: bool = False,
    ) -> None:
        """Prepare to store.

        Args:
            writer: The records that are written to.
            change: Stores in them.
            encoder: Turns texts into vectors.
            earlier: Other records, whose vectors are taken over.
            on_duplicate: What happens to a case whose id is stored with other content.
            strict: Fail on the first reject, before its batch is stored.
        """
        self._writer = writer
        self._change = change
        self._encoder = encoder
        self._earlier = earlier
        self._on_duplicate = on_duplicate
        self._strict = strict
        self.n_added = 0
        self.n_duplicates = 0
        self.n_replaced = 0
        self.n_encoded = 0
        self.wordings: set[bytes] = set()

    @property
    def last_key(self) -> int:
        """Key of the case stored last, 0 before any."""
        return self._writer.state.last_key

    def write(self, rows: Sequence[ReadRow], findings: Mapping[int, str] = _NONE_READ) -> list[Reject]:
        """Store the cases of a batch in one transaction; return what is rejected: bad rows, duplicates, empty texts.

        Args:
            rows: The batch.
            findings: Findings that have been read already, by the place of their case; the others are read here.

        Raises:
            RejectedRowError: A row is rejected and that was to stop everything.
        """
        rejects = [row for row in rows if isinstance(row, Reject)]
        stored = self._writer.cases([row.case.id for row in rows if isinstance(row, ReadCase)])
        kept = self._without_duplicates([row for row in rows if isinstance(row, ReadCase)], dict(stored), rejects)
        read = {id(row): findings[place] for place, row in enumerate(rows) if place in findings}
        prepared = [_prepare(row, read.get(id(row))) for row in kept]
        vectors, without_vector = self._vectors(prepared)
        storable = []
        for item in prepared:
            if item.entry.digest in without_vector:
                rejects.append(Reject(item.origin, "sections", "hold no words that could be compared"))
            else:
                storable.append(item.entry)
        if rejects and self._strict:
            raise RejectedRowError(f"{rejects[0]}; correct the row, or go on without --strict")
        if storable:
            self._change(add=storable, vectors=vectors)
        self.n_added += sum(entry.case.id not in stored for entry in storable)
        return rejects

    def _without_duplicates(
        self, rows: Sequence[ReadCase], known: dict[str, Case], rejects: list[Reject]
    ) -> list[ReadCase]:
        """Return the rows to store, the last of each id.

        Args:
            rows: The cases of a batch.
            known: Stored cases by id.
            rejects: Rejected rows are appended here.
        """
        kept: dict[str, ReadCase] = {}
        for row in rows:
            earlier = known.get(row.case.id)
            if earlier == row.case:
                self.n_duplicates += 1
            elif earlier is not None and self._on_duplicate is OnDuplicate.REJECT:
                rejects.append(_duplicate(row))
            else:
                self.n_replaced += earlier is not None
                known[row.case.id] = row.case
                kept[row.case.id] = row
        return list(kept.values())

    def _vectors(self, prepared: Sequence[_Prepared]) -> tuple[dict[bytes, NDArray[np.float32]], set[bytes]]:
        """Return the vectors that are not stored yet, and the digests of texts that have none."""
        parts = {item.entry.digest: item.parts for item in prepared}
        for text in dict.fromkeys(text for item in prepared for text in item.diagnosis_texts):
            digest = diagnosis_digest(text)
            self.wordings.add(digest)
            parts[digest] = (WeightedText(text, 1.0),)
        missing = self._writer.missing_digests(parts)
        taken = self._earlier.vectors(missing)
        to_encode = {digest: parts[digest] for digest in parts if digest in missing and digest not in taken}
        encoded = encode_parts(self._encoder, to_encode)
        self.n_encoded += len(encoded)
        known = taken | encoded
        # In the order of the source, wherever they come from: the same cases make the same records.
        return {digest: known[digest] for digest in parts if digest in known}, to_encode.keys() - encoded.keys()


def _prepare(row: ReadCase, findings: str | None) -> _Prepared:
    parts = compose_presentation(row.case)
    names = tuple(normalise_text(diagnosis.text) for diagnosis in row.case.diagnoses)
    read = read_findings(row.case).to_json() if findings is None else findings
    return _Prepared(EncodedCase(row.case, presentation_digest(parts), read), parts, names, row.origin)


def _duplicate(row: ReadCase) -> Reject:
    reason = (
        f"{row.case.id!r} is there with other content;"
        " make ids unique, or replace it with `casefinder update` or --on-duplicate replace"
    )
    return Reject(row.origin, "id", reason)
