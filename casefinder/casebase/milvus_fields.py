"""What stands beside the vector of a case on a Milvus server, and how a filter asks for it.

Both stand here, because they must agree, in the lowest layer that knows cases, filters and vector indexes: the
vector index knows no cases. A filter that no expression says exactly is not translated; the case base then names the
cases that its own columns give.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from casefinder.cases import Case
from casefinder.term_index import (
    AgeBetween,
    AllOf,
    AnyOf,
    DepartmentIs,
    DiagnosisIs,
    Not,
    OutcomeIs,
    SexIs,
    VisitedBetween,
    Where,
)
from casefinder.text import normalise_text
from casefinder.vector_index.milvus import ScalarField, ScalarKind, ScalarValue, UnsayableError, literal, pattern

FIELDS: Final = (
    ScalarField("department", ScalarKind.TEXT),  # in lower case; empty where none is recorded
    ScalarField("sex", ScalarKind.TEXT),
    ScalarField("age_years", ScalarKind.NUMBER),
    ScalarField("visit_day", ScalarKind.WHOLE),  # days since 31 December of the year 0
    ScalarField("outcome", ScalarKind.TEXT),
    ScalarField("codes", ScalarKind.TEXTS),  # every beginning of every ICD-10 code: no version finds a part of an item
    ScalarField("diagnoses", ScalarKind.TEXT),  # their wordings in lower case, a line each
)
_EVERYTHING, _NOTHING = "(id >= 0)", "(id < 0)"  # no key is negative
_NO_AGE, _NO_DAY = -1.0, 0  # outside every range that a filter can ask for


def fields_of(case: Case) -> Mapping[str, ScalarValue]:
    """Return the fields of a case, as ``FIELDS`` names them."""
    codes = [diagnosis.icd10.upper() for diagnosis in case.diagnoses if diagnosis.icd10]
    return {
        "department": (case.department or "").lower(),
        "sex": str(case.patient.sex or ""),
        "age_years": _NO_AGE if case.patient.age is None else case.patient.age.in_years,
        "visit_day": case.visit_date.toordinal() if case.visit_date else _NO_DAY,
        "outcome": str(case.outcome.status or ""),
        "codes": sorted({code[:length] for code in codes for length in range(1, len(code) + 1)}),
        "diagnoses": "\n".join(normalise_text(diagnosis.text).lower() for diagnosis in case.diagnoses),
    }


def expression_of(where: Where) -> str | None:
    """Return the expression that matches exactly the cases that a filter matches; None where there is none."""
    try:
        return _expression(where)
    except UnsayableError:
        return None


def _expression(where: Where) -> str:
    match where:
        case AllOf(conditions):
            return _joined(conditions, "and") if conditions else _EVERYTHING
        case AnyOf(conditions):
            return _joined(conditions, "or") if conditions else _NOTHING
        case Not(condition):
            return f"(not {_expression(condition)})"
        case SexIs(sex):
            return f"(sex == {literal(str(sex))})"
        case OutcomeIs(status):
            return f"(outcome == {literal(str(status))})"
        case DepartmentIs(department):
            return _department(department.lower())
        case AgeBetween(first, last):
            return f"(age_years >= {first.in_years!r} and age_years < {last.end_in_years!r})"
        case VisitedBetween(since, until):
            days = (since or date.min).toordinal(), (until or date.max).toordinal()
            return f"(visit_day >= {days[0]} and visit_day <= {days[1]})"
        case DiagnosisIs():
            return _diagnosis(where)
    raise UnsayableError(f"{type(where).__name__} has no field on the server")


def _joined(conditions: tuple[Where, ...], operator: str) -> str:
    return f"({f' {operator} '.join(map(_expression, conditions))})"


def _department(department: str) -> str:
    if not department:
        raise UnsayableError("an empty department stands for none on the server; name the ids instead")
    return f"(department == {literal(department)})"


def _diagnosis(where: DiagnosisIs) -> str:
    if where.code_prefix is not None:
        return f"array_contains(codes, {literal(where.code_prefix)})"
    if "\n" in where.part:
        raise UnsayableError("a part of a diagnosis has more than one line; name the ids instead")
    return f"(diagnoses like {pattern(where.part)})"
