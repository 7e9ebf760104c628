"""One batch of a build: duplicates, encoding, storing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import CaseFindings, CaseStore, CaseWriter, EncodedCase, checksum_of
from casefinder.casebase.encoding import Parts, encode_parts
from casefinder.casebase.reading_findings import findings_fingerprint, read_findings
from casefinder.cases import case_to_json
from casefinder.cases.reading import Origin, ReadCase, ReadRow, Reject
from casefinder.encoders import Encoder
from casefinder.text import (
    WeightedText,
    compose_presentation,
    diagnosis_digest,
    normalise_text,
    presentation_digest,
)


class OnDuplicate(StrEnum):
    """What happens to a case whose id was read before with different content."""

    REJECT = "reject"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A case with what is to be encoded of it."""

    entry: EncodedCase
    parts: Parts
    origin: Origin


class BatchWriter:
    """Stores batches of cases, counting what became of them."""

    def __init__(
        self, writer: CaseWriter, encoder: Encoder, *, previous: CaseStore | None, on_duplicate: OnDuplicate
    ) -> None:
        """Store into ``writer``; vectors that ``previous`` holds are not encoded again."""
        self._writer = writer
        self._encoder = encoder
        self._previous = previous
        self._on_duplicate = on_duplicate
        self.n_duplicates = 0
        self.n_replaced = 0
        self.n_encoded = 0

    def write(self, rows: Sequence[ReadRow]) -> list[Reject]:
        """Store the cases of a batch and return what is rejected: bad rows, duplicates, and empty texts."""
        rejects = [row for row in rows if isinstance(row, Reject)]
        kept = self._without_duplicates([row for row in rows if isinstance(row, ReadCase)], rejects)
        prepared = self._prepared(list(kept))
        without_vector = self._store_vectors(prepared)
        storable = []
        for item in prepared:
            if item.entry.digest in without_vector:
                rejects.append(Reject(item.origin, "sections", "hold no words that could be compared"))
            else:
                storable.append(item.entry)
        self._writer.add_cases(storable, name_digests=_name_digests(storable))
        return rejects

    def _prepared(self, rows: Sequence[ReadCase]) -> list[_Prepared]:
        """Read the findings of cases, unless the previous case base holds them, and compose what is encoded."""
        known: dict[bytes, CaseFindings] = {}
        if self._previous is not None:
            known = self._previous.findings_under([row.case.id for row in rows], fingerprint=findings_fingerprint())
        return [_prepare(row, known.get(checksum_of(case_to_json(row.case)))) for row in rows]

    def _without_duplicates(self, rows: Sequence[ReadCase], rejects: list[Reject]) -> Iterable[ReadCase]:
        known = self._writer.checksums([row.case.id for row in rows])
        kept: dict[str, ReadCase] = {}
        for row in rows:
            checksum = checksum_of(case_to_json(row.case))
            earlier = known.get(row.case.id)
            if earlier == checksum:
                self.n_duplicates += 1
            elif earlier is not None and self._on_duplicate is OnDuplicate.REJECT:
                rejects.append(_duplicate(row))
            else:
                self.n_replaced += earlier is not None
                known[row.case.id] = checksum
                kept[row.case.id] = row
        return kept.values()

    def _store_vectors(self, prepared: Sequence[_Prepared]) -> set[bytes]:
        """Store the vectors that are not there yet; return the digests of texts that have none."""
        parts = {item.entry.digest: item.parts for item in prepared}
        for text in {text for item in prepared for text in item.entry.diagnosis_texts}:
            parts[diagnosis_digest(text)] = (WeightedText(text, 1.0),)
        missing = self._writer.missing_digests(parts)
        vectors = self._reused(missing)
        to_encode = {digest: parts[digest] for digest in parts if digest in missing and digest not in vectors}
        encoded = encode_parts(self._encoder, to_encode)
        self.n_encoded += len(encoded)
        self._writer.add_vectors(vectors | encoded)
        return to_encode.keys() - encoded.keys()

    def _reused(self, digests: Iterable[bytes]) -> dict[bytes, NDArray[np.float32]]:
        if self._previous is None:
            return {}
        return self._previous.vectors_under(list(digests), fingerprint=self._encoder.fingerprint)


def _prepare(row: ReadCase, findings: CaseFindings | None) -> _Prepared:
    parts = compose_presentation(row.case)
    names = tuple(normalise_text(diagnosis.text) for diagnosis in row.case.diagnoses)
    entry = EncodedCase(row.case, presentation_digest(parts), names, findings or read_findings(row.case))
    return _Prepared(entry, parts, row.origin)


def _name_digests(entries: Sequence[EncodedCase]) -> dict[str, bytes]:
    return {text: diagnosis_digest(text) for entry in entries for text in entry.diagnosis_texts}


def _duplicate(row: ReadCase) -> Reject:
    reason = f"{row.case.id!r} was read before with different content; make ids unique, or use --on-duplicate replace"
    return Reject(row.origin, "id", reason)
