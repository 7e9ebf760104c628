"""Filters over cases, as a small algebra, evaluated on the columns of a case base.

    DepartmentIs("心内科") & SexIs(Sex.MALE) & ~DiagnosisIs("I21")

A case that does not record what a filter asks for (no age, no date) does not match it; a negated filter matches
every case that is not known to match: ``~SexIs(Sex.MALE)`` finds those without a recorded sex as well.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Final

from casefinder.cases import Age, OutcomeStatus, Sex
from casefinder.errors import FilterError
from casefinder.term_index.columns import Columns, Mask

_ICD10_PREFIX: Final = re.compile(r"[A-Za-z](\d[0-9A-Za-z]?(\.[0-9A-Za-z]{0,8})?)?")  # one letter is a chapter


class Where:
    """A condition on cases; combine with ``&``, ``|`` and ``~``."""

    def __and__(self, other: Where) -> Where:
        """Match cases that both conditions match."""
        return AllOf((self, other))

    def __or__(self, other: Where) -> Where:
        """Match cases that at least one condition matches."""
        return AnyOf((self, other))

    def __invert__(self) -> Where:
        """Match cases that the condition does not match."""
        return Not(self)

    def mask(self, columns: Columns) -> Mask:
        """Return which rows match: bool [n_rows]."""
        raise NotImplementedError


@dataclass(frozen=True)
class AllOf(Where):
    """Match cases that every condition matches; all cases when there is none."""

    conditions: tuple[Where, ...]

    def mask(self, columns: Columns) -> Mask:
        """Match what every condition matches."""
        masks = (one.mask(columns) for one in self.conditions)
        return reduce(operator.and_, masks, columns.all(match=True))


@dataclass(frozen=True)
class AnyOf(Where):
    """Match cases that at least one condition matches; no case when there is none."""

    conditions: tuple[Where, ...]

    def mask(self, columns: Columns) -> Mask:
        """Match what one condition matches."""
        masks = (one.mask(columns) for one in self.conditions)
        return reduce(operator.or_, masks, columns.all(match=False))


@dataclass(frozen=True)
class Not(Where):
    """Match cases that a condition does not match."""

    condition: Where

    def mask(self, columns: Columns) -> Mask:
        """Negate the condition."""
        return ~self.condition.mask(columns)


@dataclass(frozen=True)
class DepartmentIs(Where):
    """Match cases of a department, letter case aside."""

    department: str

    def mask(self, columns: Columns) -> Mask:
        """Compare the department."""
        return columns.department_is(self.department)


@dataclass(frozen=True)
class SexIs(Where):
    """Match cases of a sex."""

    sex: Sex

    def mask(self, columns: Columns) -> Mask:
        """Compare the sex."""
        return columns.sex_is(self.sex)


@dataclass(frozen=True)
class AgeBetween(Where):
    """Match cases of an age, both ends included: ``Age(70, YEARS)`` as the last covers the whole 71st year of life.

    Raises:
        FilterError: The first age is above the last.
    """

    first: Age
    last: Age

    def __post_init__(self) -> None:
        """Check the range."""
        if self.first.in_years > self.last.in_years:
            raise FilterError(f"age {self.first} to {self.last} is no range; put the lower one first")

    def mask(self, columns: Columns) -> Mask:
        """Compare the age."""
        return columns.age_between(self.first.in_years, self.last.end_in_years)


@dataclass(frozen=True)
class VisitedBetween(Where):
    """Match cases by visit date, both ends included; an end may be open.

    Raises:
        FilterError: The first day lies after the last.
    """

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Check the range."""
        if self.since and self.until and self.since > self.until:
            raise FilterError(f"dates {self.since} to {self.until} are no range; put the earlier one first")

    def mask(self, columns: Columns) -> Mask:
        """Compare the visit date."""
        return columns.visited_between(self.since or date.min, self.until or date.max)


@dataclass(frozen=True)
class DiagnosisIs(Where):
    """Match cases with a diagnosis: an ICD-10 prefix (``I21``), or a part of its wording (``心肌梗死``)."""

    diagnosis: str

    def __post_init__(self) -> None:
        """Refuse an empty diagnosis, which would match everything.

        Raises:
            FilterError: It is empty.
        """
        if not self.diagnosis.strip():
            raise FilterError("the diagnosis to filter by is empty; give an ICD-10 prefix or a part of its wording")

    @property
    def code_prefix(self) -> str | None:
        """What a code must begin with, in upper case; None where a part of the wording is meant."""
        value = self.diagnosis.strip()
        return value.upper() if _ICD10_PREFIX.fullmatch(value) else None

    @property
    def part(self) -> str:
        """What a wording must hold, in lower case."""
        return self.diagnosis.strip().lower()

    def mask(self, columns: Columns) -> Mask:
        """Look for a diagnosis of the case."""
        prefix = self.code_prefix
        return columns.diagnosis_holds(self.part) if prefix is None else columns.code_begins(prefix)


@dataclass(frozen=True)
class OutcomeIs(Where):
    """Match cases that ended so."""

    outcome: OutcomeStatus

    def mask(self, columns: Columns) -> Mask:
        """Compare the outcome."""
        return columns.outcome_is(self.outcome)


@dataclass(frozen=True)
class AttributeIs(Where):
    """Match cases by a further column of their source."""

    name: str
    value: str

    def mask(self, columns: Columns) -> Mask:
        """Compare the attribute."""
        return columns.attribute_is(self.name, self.value)
