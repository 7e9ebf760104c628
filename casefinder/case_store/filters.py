"""Filters over cases, as a small algebra, and their translation to parameterised SQL.

    DepartmentIs("心内科") & SexIs(Sex.MALE) & ~DiagnosisIs("I21")

A case that does not record what a filter asks for (no age, no date) does not match it; a negated filter matches
every case that is not known to match: ``~SexIs(Sex.MALE)`` finds those without a recorded sex as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from casefinder.cases import Age, OutcomeStatus, Sex
from casefinder.errors import FilterError

_ICD10_PREFIX: Final = re.compile(r"[A-Za-z](\d[0-9A-Za-z]?(\.[0-9A-Za-z]{0,8})?)?")  # one letter is a chapter

_DIAGNOSES: Final = "case_diagnoses JOIN diagnosis_names ON name_key = diagnosis_names.key"

Sql: TypeAlias = tuple[str, list[object]]


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

    def sql(self) -> Sql:
        """Return a condition on table ``cases`` and its parameters; never NULL, so that it can be negated."""
        raise NotImplementedError


@dataclass(frozen=True)
class AllOf(Where):
    """Match cases that every condition matches; all cases when there is none."""

    conditions: tuple[Where, ...]

    def sql(self) -> Sql:
        """Join the conditions with AND."""
        return _join(self.conditions, "AND", empty="1")


@dataclass(frozen=True)
class AnyOf(Where):
    """Match cases that at least one condition matches; no case when there is none."""

    conditions: tuple[Where, ...]

    def sql(self) -> Sql:
        """Join the conditions with OR."""
        return _join(self.conditions, "OR", empty="0")


@dataclass(frozen=True)
class Not(Where):
    """Match cases that a condition does not match."""

    condition: Where

    def sql(self) -> Sql:
        """Negate the condition."""
        text, parameters = self.condition.sql()
        return f"NOT {text}", parameters


@dataclass(frozen=True)
class DepartmentIs(Where):
    """Match cases of a department, letter case aside."""

    department: str

    def sql(self) -> Sql:
        """Compare the department."""
        return "(IFNULL(department, '') = ? COLLATE NOCASE)", [self.department]


@dataclass(frozen=True)
class SexIs(Where):
    """Match cases of a sex."""

    sex: Sex

    def sql(self) -> Sql:
        """Compare the sex."""
        return "(IFNULL(sex, '') = ?)", [str(self.sex)]


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

    def sql(self) -> Sql:
        """Compare the age."""
        return "(IFNULL(age_years >= ? AND age_years < ?, 0))", [self.first.in_years, self.last.end_in_years]


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

    def sql(self) -> Sql:
        """Compare the visit date; ISO dates sort as text."""
        since, until = (str(self.since or "0000-01-01"), str(self.until or "9999-12-31"))
        return "(IFNULL(visit_date BETWEEN ? AND ?, 0))", [since, until]


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

    def sql(self) -> Sql:
        """Look for a diagnosis of the case."""
        value = self.diagnosis.strip()
        if _ICD10_PREFIX.fullmatch(value):
            condition, parameters = "UPPER(SUBSTR(icd10, 1, ?)) = ?", [len(value), value.upper()]
        else:
            condition, parameters = "INSTR(LOWER(text), ?) > 0", [value.lower()]
        return f"(key IN (SELECT case_key FROM {_DIAGNOSES} WHERE {condition}))", list[object](parameters)


@dataclass(frozen=True)
class OutcomeIs(Where):
    """Match cases that ended so."""

    outcome: OutcomeStatus

    def sql(self) -> Sql:
        """Compare the outcome."""
        return "(IFNULL(outcome, '') = ?)", [str(self.outcome)]


@dataclass(frozen=True)
class AttributeIs(Where):
    """Match cases by a further column of their source."""

    name: str
    value: str

    def sql(self) -> Sql:
        """Look the attribute up in the stored case."""
        return (
            "(EXISTS (SELECT 1 FROM json_each(document, '$.attributes') AS a WHERE a.key = ? AND a.value = ?))",
            [self.name, self.value],
        )


def _join(conditions: tuple[Where, ...], operator: str, *, empty: str) -> Sql:
    if not conditions:
        return f"({empty})", []
    texts, parameters = zip(*(condition.sql() for condition in conditions), strict=True)
    return f"({f' {operator} '.join(texts)})", [value for values in parameters for value in values]
