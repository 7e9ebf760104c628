"""A case on its way into the records, and out of them."""

from __future__ import annotations

from dataclasses import dataclass

from casefinder.case_store.case_findings import CaseFindings
from casefinder.cases import Case


@dataclass(frozen=True, slots=True)
class EncodedCase:
    """A case ready to be stored.

    Attributes:
        case: The case.
        digest: Of its presentation; its vector is stored under it.
        findings: What was read out of its texts, as ``CaseFindings.to_json`` writes it.
    """

    case: Case
    digest: bytes
    findings: str


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as it is stored.

    Attributes:
        key: Its key, never used for another.
        case: The case.
        digest: Of its presentation; its vector is stored under it.
        findings: What was read out of its texts.
    """

    key: int
    case: Case
    digest: bytes
    findings: CaseFindings


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the records: a key that was added or removed."""

    sequence: int
    kind: str
    case_key: int
