"""From a row with columns to a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from casefinder.cases.codec import case_from_dict
from casefinder.cases.language import detect_language
from casefinder.cases.model import Age, AgeUnit, Case, Diagnosis, Language, Outcome, OutcomeStatus, Patient, Sections
from casefinder.cases.readers.ages import parse_age, parse_age_unit
from casefinder.cases.readers.documents import split_document
from casefinder.cases.readers.headings import (
    PARTED_FIELDS,
    Field,
    age_unit_in,
    field_of,
    label_of,
    parse_column_map,
)
from casefinder.cases.readers.rows import Headings, Row
from casefinder.cases.readers.told import fill_from_text
from casefinder.cases.readers.treatment import DIAGNOSIS_BREAK, parse_diagnoses, parse_treatment
from casefinder.cases.readers.values import (
    cell_text,
    check_identifier,
    parse_date,
    parse_days,
    parse_outcome,
    parse_sex,
    parse_yes_no,
)
from casefinder.cases.reading import ReadCase, ReadRow, Reject
from casefinder.errors import ColumnMapError, InvalidCaseError

_SECTION_FIELDS: Final = (
    Field.CHIEF_COMPLAINT, Field.PRESENT_ILLNESS, Field.PAST_HISTORY, Field.EXAM, Field.NOTES
)  # fmt: skip
_NATIVE: Final = "sections"
_MOST_DIAGNOSIS: Final = 100  # characters: what is longer is a discussion, and is kept as a note
_MOST_SENTENCES: Final = 40  # of several sentences; 高血压。糖尿病。 are still names
_MOST_COLUMNS_NAMED: Final = 40


@dataclass(frozen=True, slots=True)
class _Value:
    """What a cell, or a headed part of one, says about a field."""

    heading: str
    text: str
    raw: object
    is_part: bool = False


class _Values:
    """The values of a row by field."""

    def __init__(self) -> None:
        self._values: dict[Field, list[_Value]] = {}
        self.attributes: dict[str, str] = {}

    def add(self, field: Field, value: _Value) -> None:
        self._values.setdefault(field, []).append(value)

    def all(self, field: Field) -> list[_Value]:
        return self._values.get(field, [])

    def joined(self, field: Field) -> str:
        return "\n".join(value.text for value in self.all(field))

    def one(self, field: Field) -> _Value:
        """Return the one value of a field. A column outweighs what is read out of a document.

        Raises:
            InvalidCaseError: Two columns say different things.
        """
        values = [value for value in self.all(field) if not value.is_part] or self.all(field)
        for other in values[1:]:
            if other.text != values[0].text:
                first, second = values[0].heading[:40], other.heading[:40]
                raise InvalidCaseError(
                    field, f"columns {first!r} and {second!r} differ; choose one with --map COLUMN={field}"
                )
        return values[0] if values else _Value("", "", None)


class RowConverter:
    """Turns rows into cases, by a column map and by what headings are known to mean."""

    def __init__(self, *, column_map: Mapping[str, str] | None = None, age_unit: AgeUnit | None = None) -> None:
        """Convert with the user's column map and unit of age.

        Raises:
            ColumnMapError: The map names a field that does not exist.
        """
        self._map = parse_column_map(column_map)
        self._chosen = frozenset(self._map.values()) - PARTED_FIELDS
        self._age_unit = age_unit
        self._seen: dict[str, None] = {}
        self._known: dict[str, Field | None] = {}
        self.left_out: dict[str, None] = {}  # columns that name a person, in the order in which they were met

    def convert(self, row: Row) -> ReadRow:
        """Return the case of a row, or why it is none."""
        self._note(row.cells)
        try:
            return ReadCase(self._case(row), row.origin)
        except InvalidCaseError as exc:
            return Reject(row.origin, exc.field, exc.reason)
        except RecursionError:
            return Reject(row.origin, "row", "is nested too deeply")

    def check_columns(self, headings: Headings) -> None:
        """Refuse a table in which nothing would be understood.

        Raises:
            ColumnMapError: No column is known to be an id, or none to be a presentation.
        """
        self._note(headings.columns)
        if _NATIVE in headings.columns and _NATIVE not in self._map:
            return
        fields = {self._field(column) for column in headings.columns}
        quoted = _quoted(headings.columns)
        if Field.ID not in fields:
            raise ColumnMapError(
                f"{headings.origin}: no column is known to be the id; name it with --map COLUMN=id."
                f" The columns are {quoted}"
            )
        if not fields & {*_SECTION_FIELDS[:-1], Field.DOCUMENT}:
            raise ColumnMapError(
                f"{headings.origin}: no column is known to hold a complaint or a history; name one with"
                f" --map COLUMN=chief_complaint or present_illness. The columns are {quoted}"
            )

    def check_map_used(self) -> None:
        """Refuse a map that names a column which no row had.

        Raises:
            ColumnMapError: The message names the column.
        """
        for column, field in self._map.items():
            if column not in self._seen and self._seen:
                raise ColumnMapError(
                    f"--map {column}={field}: there is no column {column!r}; the columns are {_quoted(self._seen)}"
                )

    def _note(self, columns: Iterable[str]) -> None:
        for column in columns:
            name = column.strip()
            if name in self._map or len(self._seen) < _MOST_COLUMNS_NAMED:
                self._seen[name] = None

    def _case(self, row: Row) -> Case:
        if _NATIVE in row.cells and _NATIVE not in self._map:
            case = case_from_dict(row.cells)
            return fill_from_text(case if case.language else replace(case, language=detect_language(case.sections)))
        values = self._values(row.cells)
        diagnoses, asides = _diagnoses(values)
        sections = Sections(**{field.value: values.joined(field) for field in _SECTION_FIELDS})
        if asides:
            sections = replace(sections, notes="\n".join(filter(None, (sections.notes, *asides))))
        case = Case(
            id=_identifier(values, Field.ID, "id") or "",
            sections=sections,
            patient=self._patient(values),
            department=values.one(Field.DEPARTMENT).text or None,
            visit_date=_visit_date(values, row.epoch),
            language=_language(values.joined(Field.LANGUAGE)) or detect_language(sections),
            diagnoses=diagnoses,
            treatment_path=parse_treatment(values.joined(Field.TREATMENT)),
            outcome=_outcome(values),
            attributes=values.attributes,
        )
        return fill_from_text(case)

    def _values(self, cells: Mapping[str, object]) -> _Values:
        """Sort cells into fields; unknown columns are kept as attributes."""
        values = _Values()
        for column, raw in cells.items():
            field, text = self._field(column), cell_text(raw)
            if not text:
                continue
            text = _without_heading(text, column)
            if field is Field.IDENTITY:
                self.left_out[column.strip()] = None
            elif field is None or field is Field.ATTRIBUTE:
                values.attributes[column] = text
            elif field is Field.DOCUMENT:
                for part in split_document(text):
                    values.add(part.field, _Value(part.heading, part.labelled, None, is_part=True))
            else:
                label = "" if column.strip() in self._map else label_of(field, column)
                values.add(field, _Value(column, label + text, raw))
        return values

    def _patient(self, values: _Values) -> Patient:
        return Patient(
            age=self._age(values),
            sex=parse_sex(values.one(Field.SEX).text),
            id=_identifier(values, Field.PATIENT_ID, "patient.id"),
        )

    def _age(self, values: _Values) -> Age | None:
        """Read the age; its unit stands in the cell, in a column of its own, in the heading, or comes from the user."""
        age = values.one(Field.AGE)
        unit = parse_age_unit(values.one(Field.AGE_UNIT).text) or age_unit_in(age.heading) or self._age_unit
        return parse_age(age.text, unit)

    def _field(self, column: str) -> Field | None:
        if column not in self._known:
            self._known[column] = self._map.get(column.strip()) or self._understood(column)
        return self._known[column]

    def _understood(self, column: str) -> Field | None:
        """Return what a heading is known to mean; where the user has chosen the column of a field, no other is it."""
        field = field_of(column)
        return None if field in self._chosen else field


def _identifier(values: _Values, field: Field, name: str) -> str | None:
    value = values.one(field)
    check_identifier(name, value.text, value.raw)
    return value.text or None


def _visit_date(values: _Values, epoch: datetime | None) -> date | None:
    value = values.one(Field.VISIT_DATE)
    return parse_date(value.text if value.is_part else value.raw, epoch=epoch)


def _diagnoses(values: _Values) -> tuple[tuple[Diagnosis, ...], list[str]]:
    """Return the diagnoses, and what stands in their place but is too long for the name of one."""
    names, asides = [], []
    for value in values.all(Field.DIAGNOSIS):
        is_aside = any(map(_is_discussion, DIAGNOSIS_BREAK.split(value.text)))
        asides += [f"{value.heading}：{value.text}"] if is_aside else []
        names += [] if is_aside else [value.text]
    return parse_diagnoses("\n".join(names), values.joined(Field.ICD10)), asides


def _is_discussion(text: str) -> bool:
    """Whether a text is too long for the name of a diagnosis, the less so when it runs on behind a full stop."""
    is_list = text.lstrip("(（ ").startswith("1")
    most = _MOST_SENTENCES if "。" in text.rstrip("。 ") and not is_list else _MOST_DIAGNOSIS
    return len(text) > most


def _language(text: str) -> Language | None:
    try:
        return Language(text.lower()) if text else None
    except ValueError:
        return None  # another language, or a locale such as zh-CN: told from the text instead


def _outcome(values: _Values) -> Outcome:
    """Read the outcome; words that name no status are kept in its note.

    Raises:
        InvalidCaseError: Two columns name different statuses, or a value is no number or no yes or no.
    """
    written = [value.text for value in values.all(Field.OUTCOME)]
    statuses: set[OutcomeStatus] = {status for status in map(parse_outcome, written) if status}
    if len(statuses) > 1:
        named = " and ".join(sorted(statuses))
        raise InvalidCaseError("outcome.status", f"is {named} in two columns; choose one with --map COLUMN=outcome")
    notes = [text for text in written if not parse_outcome(text)] + [values.joined(Field.OUTCOME_NOTE)]
    return Outcome(
        status=statuses.pop() if statuses else None,
        stay_days=parse_days("outcome.stay_days", values.one(Field.STAY_DAYS).text),
        readmitted_30d=parse_yes_no("outcome.readmitted_30d", values.one(Field.READMITTED_30D).text),
        note="\n".join(filter(None, notes)),
    )


def _without_heading(text: str, column: str) -> str:
    """Take off the heading that a cell repeats: ``辨证：气滞血瘀`` under 辨证. A semicolon is a slip of the pen."""
    for colon in "：:；;":
        text = text.removeprefix(column.strip() + colon).lstrip()
    return text


def _quoted(columns: Iterable[str]) -> str:
    names = [repr(column[:40]) for column in columns]
    more = f" and {len(names) - _MOST_COLUMNS_NAMED} more" if len(names) > _MOST_COLUMNS_NAMED else ""
    return ", ".join(names[:_MOST_COLUMNS_NAMED]) + more
