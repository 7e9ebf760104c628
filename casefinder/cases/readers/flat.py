"""From a row with columns to a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from casefinder.cases.codec import case_from_dict
from casefinder.cases.language import detect_language
from casefinder.cases.model import Age, AgeUnit, Case, Language, Outcome, Patient, Sections
from casefinder.cases.readers.documents import split_document
from casefinder.cases.readers.headings import Field, age_unit_in, field_of, parse_column_map
from casefinder.cases.readers.rows import Row
from casefinder.cases.readers.treatment import parse_diagnoses, parse_treatment
from casefinder.cases.readers.values import (
    cell_text,
    parse_age,
    parse_age_unit,
    parse_date,
    parse_days,
    parse_outcome,
    parse_sex,
    parse_yes_no,
)
from casefinder.cases.reading import ReadCase, ReadRow, Reject
from casefinder.errors import ColumnMapError, InvalidCaseError

_SECTION_FIELDS = (Field.CHIEF_COMPLAINT, Field.PRESENT_ILLNESS, Field.PAST_HISTORY, Field.EXAM, Field.NOTES)


class RowConverter:
    """Turns rows into cases, by a column map and by what headings are known to mean."""

    def __init__(self, *, column_map: Mapping[str, str] | None = None, age_unit: AgeUnit | None = None) -> None:
        """Convert with the user's column map and unit of age.

        Raises:
            ColumnMapError: The map names a field that does not exist.
        """
        self._map = parse_column_map(column_map)
        self._age_unit = age_unit
        self._seen: set[str] = set()
        self._known: dict[str, Field | None] = {}

    def convert(self, row: Row) -> ReadRow:
        """Return the case of a row, or why it is none."""
        self._seen.update(self._map.keys() & row.cells.keys())
        try:
            return ReadCase(self._case(row.cells), row.origin)
        except InvalidCaseError as exc:
            return Reject(row.origin, exc.field, exc.reason)

    def check_columns(self, columns: Mapping[str, object]) -> None:
        """Refuse a table in which nothing would be understood.

        Raises:
            ColumnMapError: No column is known to be an id, or none to be a presentation.
        """
        if "sections" in columns:
            return
        fields = {self._field(column) for column in columns}
        quoted = ", ".join(f"{str(column)[:40]!r}" for column in list(columns)[:30])
        if Field.ID not in fields:
            raise ColumnMapError(
                f"no column is known to be the id; name it with --map COLUMN=id. The columns are {quoted}"
            )
        if not fields & {*_SECTION_FIELDS[:-1], Field.DOCUMENT}:
            raise ColumnMapError(
                "no column is known to hold a complaint or a history; name one with --map COLUMN=chief_complaint or"
                f" present_illness. The columns are {quoted}"
            )

    def check_map_used(self) -> None:
        """Refuse a map that names a column which no row had.

        Raises:
            ColumnMapError: The message names the column.
        """
        for column, field in self._map.items():
            if column not in self._seen:
                raise ColumnMapError(f"--map {column}={field}: no row has a column {column!r}; check its spelling")

    def _case(self, cells: Mapping[str, object]) -> Case:
        if isinstance(cells.get("sections"), Mapping):
            return case_from_dict(cells)
        texts, attributes = self._sorted(cells)
        sections = Sections(**{field.value: texts.get(field, "") for field in _SECTION_FIELDS})
        return Case(
            id=texts.get(Field.ID, ""),
            sections=sections,
            patient=self._patient(texts, cells),
            department=texts.get(Field.DEPARTMENT) or None,
            visit_date=parse_date(self._raw(Field.VISIT_DATE, cells)),
            language=_language(texts.get(Field.LANGUAGE, "")) or detect_language(sections),
            diagnoses=parse_diagnoses(texts.get(Field.DIAGNOSIS, ""), texts.get(Field.ICD10, "")),
            treatment_path=parse_treatment(texts.get(Field.TREATMENT, "")),
            outcome=_outcome(texts),
            attributes=attributes,
        )

    def _sorted(self, cells: Mapping[str, object]) -> tuple[dict[Field, str], dict[str, str]]:
        """Sort cells into fields; several cells of one field are joined, unknown columns are kept as attributes."""
        parts: list[tuple[Field, str]] = []
        attributes: dict[str, str] = {}
        for column, value in cells.items():
            field, text = self._field(column), cell_text(value)
            if not text:
                continue
            if field is None:
                attributes[column] = text
            else:
                parts += split_document(text) if field is Field.DOCUMENT else [(field, text)]
        texts: dict[Field, str] = {}
        for field, text in parts:
            texts[field] = f"{texts[field]}\n{text}" if field in texts else text
        return texts, attributes

    def _patient(self, texts: Mapping[Field, str], cells: Mapping[str, object]) -> Patient:
        return Patient(
            age=self._age(texts, cells),
            sex=parse_sex(texts.get(Field.SEX, "")),
            id=texts.get(Field.PATIENT_ID) or None,
        )

    def _age(self, texts: Mapping[Field, str], cells: Mapping[str, object]) -> Age | None:
        """Read the age; its unit stands in the cell, in a column of its own, in the heading, or comes from the user."""
        unit = parse_age_unit(texts.get(Field.AGE_UNIT, ""))
        for column in cells:
            if unit is None and self._field(column) is Field.AGE:
                unit = age_unit_in(column)
        return parse_age(texts.get(Field.AGE, ""), unit or self._age_unit)

    def _raw(self, field: Field, cells: Mapping[str, object]) -> object:
        """Return the cell of a field as the file holds it: spreadsheets have real dates."""
        return next((value for column, value in cells.items() if self._field(column) is field), None)

    def _field(self, column: str) -> Field | None:
        if column not in self._known:
            self._known[column] = self._map.get(column) or field_of(column)
        return self._known[column]


def _language(text: str) -> Language | None:
    try:
        return Language(text.lower()) if text else None
    except ValueError:
        return None  # another language, or a locale such as zh-CN: told from the text instead


def _outcome(texts: Mapping[Field, str]) -> Outcome:
    written = texts.get(Field.OUTCOME, "")
    status = parse_outcome(written)
    note = texts.get(Field.OUTCOME_NOTE, "")
    outcome = Outcome(
        status=status,
        stay_days=parse_days("outcome.stay_days", texts.get(Field.STAY_DAYS, "")),
        readmitted_30d=parse_yes_no("outcome.readmitted_30d", texts.get(Field.READMITTED_30D, "")),
        note=note,
    )
    if written and status is None:
        return replace(outcome, note=f"{written}\n{note}".strip())
    return outcome
