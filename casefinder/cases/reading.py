"""What reading a source yields: cases with their origin, and rows that are no valid case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from casefinder.cases.model import Case


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row stands.

    Attributes:
        file: Name of the file as the user gave it; ``-`` for standard input.
        line: Line of the row, counted from 1; in spreadsheets and tables the row.
    """

    file: str
    line: int

    def __str__(self) -> str:
        """Write it as ``file:line``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case and where it was read."""

    case: Case
    origin: Origin


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is no valid case: where it stands, the field at fault, and why."""

    origin: Origin
    field: str
    reason: str

    def __str__(self) -> str:
        """Write it as one line for a message."""
        return f"{self.origin}: {self.field}: {self.reason}"


ReadRow: TypeAlias = ReadCase | Reject
