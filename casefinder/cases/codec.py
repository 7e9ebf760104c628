"""Cases as JSON: the one form in which they are written, stored and exchanged.

``docs/case-format.md`` documents the schema. Reading is strict: an unknown field is an error, because a
misspelt field would otherwise lose its content silently.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from casefinder.cases.model import (
    Age,
    AgeUnit,
    Case,
    Diagnosis,
    Language,
    Outcome,
    OutcomeStatus,
    Patient,
    Sections,
    Sex,
    StepKind,
    TreatmentStep,
)
from casefinder.errors import InvalidCaseError

_Choice = TypeVar("_Choice", bound=StrEnum)
_SECTIONS = tuple(Sections.__dataclass_fields__)
_CASE_FIELDS = tuple(Case.__dataclass_fields__)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))  # making one takes a while


def case_to_json(case: Case) -> str:
    """Write a case as one line of canonical JSON: sorted keys, no spaces, absent fields left out."""
    return _ENCODER.encode(case_to_dict(case))


def case_from_json(text: str) -> Case:
    """Read a case from JSON.

    Raises:
        InvalidCaseError: The text is no JSON object, or a field breaks the model.
    """
    try:
        document = json.loads(text, object_pairs_hook=unique_fields)
    except (ValueError, RecursionError) as exc:
        raise InvalidCaseError("case", "is not valid JSON") from exc
    return case_from_dict(document)


def unique_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its fields; a ``json`` hook, which by itself keeps only the last of two equal names.

    Raises:
        InvalidCaseError: A name is given twice.
    """
    fields = dict(pairs)
    if len(fields) < len(pairs):
        name = next(name for n, (name, _) in enumerate(pairs) if any(name == other for other, _ in pairs[:n]))
        raise InvalidCaseError("case", f"field {name[:40]!r} is given twice; give every field once")
    return fields


def case_to_dict(case: Case) -> dict[str, Any]:
    """Return a case as plain JSON values; fields that are absent or empty are left out."""
    return _without_empty(
        {
            "id": case.id,
            "patient": _patient_to_dict(case.patient),
            "department": case.department,
            "visit_date": case.visit_date.isoformat() if case.visit_date else None,
            "language": case.language,
            "sections": _without_empty({name: getattr(case.sections, name) for name in _SECTIONS}),
            "diagnoses": [_diagnosis_to_dict(diagnosis) for diagnosis in case.diagnoses],
            "treatment_path": [_step_to_dict(step) for step in case.treatment_path],
            "outcome": _outcome_to_dict(case.outcome),
            "attributes": dict(case.attributes),
            "from_text": list(case.from_text),
        }
    )


def case_from_dict(document: object) -> Case:
    """Build a case from plain JSON values, exactly as they are: nothing that is absent is filled in.

    Raises:
        InvalidCaseError: A field is unknown, has the wrong type, or breaks the model.
    """
    fields = _object("case", document, known=_CASE_FIELDS)
    sections = Sections(**{name: _text(f"sections.{name}", text) for name, text in _sections(fields).items()})
    return Case(
        id=_text("id", fields.get("id", "")),
        sections=sections,
        patient=_patient(fields.get("patient")),
        department=_optional_text("department", fields.get("department")),
        visit_date=_date("visit_date", fields.get("visit_date")),
        language=_choice("language", Language, fields.get("language")),
        diagnoses=tuple(_diagnosis(item) for item in _list("diagnoses", fields.get("diagnoses"))),
        treatment_path=tuple(_step(item) for item in _list("treatment_path", fields.get("treatment_path"))),
        outcome=_outcome(fields.get("outcome")),
        attributes=_attributes(fields.get("attributes")),
        from_text=tuple(_text("from_text", name) for name in _list("from_text", fields.get("from_text"))),
    )


def _date(field: str, value: object) -> date | None:
    """Read a date, or ``2024-03-01`` with or without a time of day behind it.

    Raises:
        InvalidCaseError: The value is no such date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return datetime.fromisoformat(_text(field, value)).date()
    except ValueError as exc:
        raise InvalidCaseError(field, f"{str(value)[:24]!r} is not a date such as 2024-03-01") from exc


def _patient_to_dict(patient: Patient) -> dict[str, Any]:
    age = {"value": patient.age.value, "unit": patient.age.unit} if patient.age else None
    return _without_empty({"id": patient.id, "age": age, "sex": patient.sex})


def _diagnosis_to_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    return {"text": diagnosis.text, "icd10": diagnosis.icd10} if diagnosis.icd10 else {"text": diagnosis.text}


def _step_to_dict(step: TreatmentStep) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": step.kind, "name": step.name}
    if step.detail:
        entry["detail"] = step.detail
    if step.day is not None:
        entry["day"] = step.day
    if step.code:
        entry["code"] = step.code
    return entry


def _outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    return _without_empty(
        {
            "status": outcome.status,
            "stay_days": outcome.stay_days,
            "readmitted_30d": outcome.readmitted_30d,
            "note": outcome.note,
        }
    )


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}


def _sections(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return _optional_object("sections", fields.get("sections"), known=_SECTIONS)


def _patient(value: object) -> Patient:
    fields = _optional_object("patient", value, known=tuple(Patient.__dataclass_fields__))
    return Patient(
        age=_age(fields.get("age")),
        sex=_choice("patient.sex", Sex, fields.get("sex")),
        id=_optional_text("patient.id", fields.get("id")),
    )


def _age(value: object) -> Age | None:
    if value is None:
        return None
    fields = _object("patient.age", value, known=("value", "unit"))
    unit = _choice("patient.age.unit", AgeUnit, fields.get("unit"))
    if unit is None:
        raise InvalidCaseError("patient.age.unit", "is missing; give years, months or days")
    if "value" not in fields:
        raise InvalidCaseError("patient.age.value", "is missing; give a whole number")
    return Age(_whole(fields["value"]), unit)


def _diagnosis(value: object) -> Diagnosis:
    fields = _object("diagnoses", value, known=("text", "icd10"))
    return Diagnosis(
        text=_text("diagnoses.text", fields.get("text", "")),
        icd10=_optional_text("diagnoses.icd10", fields.get("icd10")),
    )


def _step(value: object) -> TreatmentStep:
    fields = _object("treatment_path", value, known=tuple(TreatmentStep.__dataclass_fields__))
    return TreatmentStep(
        kind=_choice("treatment_path.kind", StepKind, fields.get("kind")) or StepKind.OTHER,
        name=_text("treatment_path.name", fields.get("name", "")),
        detail=_text("treatment_path.detail", fields.get("detail", "")),
        day=_whole(fields.get("day")),
        code=_optional_text("treatment_path.code", fields.get("code")),
    )


def _outcome(value: object) -> Outcome:
    fields = _optional_object("outcome", value, known=tuple(Outcome.__dataclass_fields__))
    readmitted = fields.get("readmitted_30d")
    if readmitted is not None and not isinstance(readmitted, bool):
        raise InvalidCaseError("outcome.readmitted_30d", f"{str(readmitted)[:24]!r} is neither true nor false")
    return Outcome(
        status=_choice("outcome.status", OutcomeStatus, fields.get("status")),
        stay_days=_whole(fields.get("stay_days")),
        readmitted_30d=readmitted,
        note=_text("outcome.note", fields.get("note", "")),
    )


def _attributes(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidCaseError("attributes", f"is {_kind_of(value)}; an object is wanted")
    return {str(name): _text(f"attributes.{str(name)[:24]}", text) for name, text in value.items()}


def _optional_object(field: str, value: object, *, known: Sequence[str]) -> Mapping[str, Any]:
    return {} if value is None else _object(field, value, known=known)


def _object(field: str, value: object, *, known: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidCaseError(field, f"is {_kind_of(value)}; an object is wanted")
    for name in value:
        if name not in known:
            raise InvalidCaseError(field, f"unknown field {str(name)[:40]!r}; known are {', '.join(known)}")
    return value


def _list(field: str, value: object) -> Sequence[object]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidCaseError(field, f"is {_kind_of(value)}; a list is wanted")
    return value


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidCaseError(field, f"is {_kind_of(value)}; text is wanted")
    return value


def _whole(value: Any) -> Any:  # noqa: ANN401 - the model checks what it is
    """Return 1 for 1.0: the same number in JSON, and what tables with gaps make of whole numbers."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _kind_of(value: object) -> str:
    """Name the JSON type of a value."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    names = {int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), f"of type {type(value).__name__}")


def _optional_text(field: str, value: object) -> str | None:
    return None if value is None or value == "" else _text(field, value)


def _choice(field: str, kind: type[_Choice], value: object) -> _Choice | None:
    if value is None or value == "":
        return None
    try:
        return kind(_text(field, value))
    except ValueError as exc:
        known = ", ".join(kind)
        raise InvalidCaseError(field, f"{str(value)[:24]!r} is unknown; known are {known}") from exc
