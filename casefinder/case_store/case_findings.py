"""What was read out of the texts of one case, in the compact form in which it is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

DIAGNOSES: Final = "diagnoses"  # the section of what the diagnoses of a case mention


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept as one section of a case mentions it.

    Attributes:
        concept_id: Id in the lexicon.
        assertion: present, absent, uncertain, historical or family.
        section: Name of the section.
        start: Where it begins in the text of the section.
        end: Where it ends there (exclusive).
        side: left, right, both, or empty.
    """

    concept_id: str
    assertion: str
    section: str
    start: int
    end: int
    side: str = ""


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """A vital sign or laboratory value as one section of a case gives it.

    Attributes:
        concept_id: Id of the sign or test in the lexicon.
        value: The value in ``unit``; None where the text gives no number.
        unit: The canonical unit; empty for a pure number.
        flag: low, normal, high or critical.
        section: Name of the section.
        start: Where it begins in the text of the section.
        end: Where it ends there (exclusive).
    """

    concept_id: str
    value: float | None
    unit: str
    flag: str
    section: str
    start: int
    end: int


# Not `dataclasses.astuple`, which copies every value deeply: a seventh of the time of a build.
_MENTION_ROW = attrgetter(*Mention.__dataclass_fields__)
_VALUE_ROW = attrgetter(*MeasuredValue.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class CaseFindings:
    """Everything read out of one case; ``days`` is how long the complaint has lasted, where that is said."""

    mentions: tuple[Mention, ...] = ()
    values: tuple[MeasuredValue, ...] = ()
    days: float | None = None

    def to_json(self) -> str:
        """Write it as compact JSON."""
        body = [list(map(_MENTION_ROW, self.mentions)), list(map(_VALUE_ROW, self.values)), self.days]
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> CaseFindings:
        """Read what ``to_json`` wrote."""
        mentions, values, days = json.loads(text)
        return cls(tuple(Mention(*row) for row in mentions), tuple(MeasuredValue(*row) for row in values), days)
