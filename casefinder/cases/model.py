"""The case: what one visit of one patient was like, what was done, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from casefinder.errors import InvalidCaseError

MAX_ID_CHARACTERS: Final = 200
MAX_TEXT_CHARACTERS: Final = 200_000  # the longest discharge letters have some 50,000; beyond this a file is no case
_MAX_AGE_YEARS: Final = 130  # the oldest verified person reached 122
_MAX_AGE_DIGITS: Final = 6  # more are no age in any unit, and would not fit a float
_MAX_DAYS: Final = 36_525  # one hundred years: beyond it, a day count is a typing slip or a date
# WHO ICD-10 with the national extensions in use (ICD-10-CM T40.1X1A, GB/T 14396 I21.900x002), dagger and asterisk.
_ICD10: Final = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Zx]{1,8})?[+*]?")


class Sex(StrEnum):
    """The patient's sex as recorded."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class AgeUnit(StrEnum):
    """Unit in which an age is written."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class Language(StrEnum):
    """Language that a case is written in."""

    ZH = "zh"
    EN = "en"
    MIXED = "mixed"


class StepKind(StrEnum):
    """What sort of act a treatment step is."""

    TEST = "test"
    MEDICATION = "medication"
    PROCEDURE = "procedure"
    SURGERY = "surgery"
    NURSING = "nursing"
    CONSULT = "consult"
    THERAPY = "therapy"
    ADVICE = "advice"
    FOLLOW_UP = "follow_up"
    REFERRAL = "referral"
    OTHER = "other"


class OutcomeStatus(StrEnum):
    """How a visit ended."""

    RECOVERED = "recovered"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    WORSENED = "worsened"
    DIED = "died"
    TRANSFERRED = "transferred"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    ONGOING = "ongoing"


TOLD_FIELDS: Final = ("patient.age", "patient.sex", "visit_date")  # what running text can tell where no field does
_UNITS_PER_YEAR: Final = {AgeUnit.DAYS: 365.25, AgeUnit.MONTHS: 12.0, AgeUnit.YEARS: 1.0}


@dataclass(frozen=True, slots=True)
class Age:
    """An age with the unit in which it was written; never guessed from a bare number.

    Raises:
        InvalidCaseError: The value is negative or beyond 130 years.
    """

    value: int
    unit: AgeUnit

    def __post_init__(self) -> None:
        """Check the range."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise InvalidCaseError("patient.age", f"{_short(self.value)} is not a whole number")
        _check_kind("patient.age.unit", self.unit, AgeUnit)
        if not 0 <= self.value < 10**_MAX_AGE_DIGITS or self.in_years > _MAX_AGE_YEARS:
            raise InvalidCaseError(
                "patient.age", f"{_short(self.value)} {self.unit} is not between 0 and {_MAX_AGE_YEARS} years"
            )

    @property
    def in_years(self) -> float:
        """The age in years, for comparing and filtering."""
        return self.value / _UNITS_PER_YEAR[self.unit]

    @property
    def end_in_years(self) -> float:
        """The age in years at which this age ends: 71 for ``70 years``."""
        return (self.value + 1) / _UNITS_PER_YEAR[self.unit]

    def __str__(self) -> str:
        """Write the age as ``63 years``."""
        return f"{self.value} {self.unit}"


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the case is about. ``id`` joins several visits of one person where the source has it."""

    age: Age | None = None
    sex: Sex | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        """Check the kinds of values and the optional id."""
        _check_kind("patient.age", self.age, Age, optional=True)
        _check_kind("patient.sex", self.sex, Sex, optional=True)
        if self.id is not None:
            _check_id("patient.id", self.id)


@dataclass(frozen=True, slots=True)
class Sections:
    """The free text of a case. A presentation section is any but ``notes``."""

    chief_complaint: str = ""
    present_illness: str = ""
    past_history: str = ""
    exam: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        """Check that every section is storable text."""
        for name in self.__dataclass_fields__:
            if not _is_storable(getattr(self, name)):
                _check_text(f"sections.{name}", getattr(self, name))

    @property
    def has_presentation(self) -> bool:
        """Whether anything is there that a new complaint can be compared with."""
        texts = (self.chief_complaint, self.present_illness, self.past_history, self.exam)
        return any(text.strip() for text in texts)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis as written, with its ICD-10 code where known."""

    text: str
    icd10: str | None = None

    def __post_init__(self) -> None:
        """Check text and code."""
        _check_text("diagnoses.text", self.text)
        if not self.text.strip():
            raise InvalidCaseError("diagnoses.text", "is empty; give the diagnosis or leave the entry out")
        if self.icd10 is not None and not (isinstance(self.icd10, str) and _ICD10.fullmatch(self.icd10)):
            raise InvalidCaseError("diagnoses.icd10", f"{_short(self.icd10)} is not an ICD-10 code such as I21.3")


@dataclass(frozen=True, slots=True)
class TreatmentStep:
    """One thing that was done. ``day`` counts from the visit (0); negative days lie before it."""

    kind: StepKind
    name: str
    detail: str = ""
    day: int | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        """Check every field."""
        _check_kind("treatment_path.kind", self.kind, StepKind)
        _check_text("treatment_path.name", self.name)
        if not self.name.strip():
            raise InvalidCaseError("treatment_path.name", "is empty; name the step or leave it out")
        _check_text("treatment_path.detail", self.detail)
        _check_count("treatment_path.day", self.day, least=-_MAX_DAYS)
        if self.code is not None:
            _check_id("treatment_path.code", self.code)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: status, length of stay in days, readmission within 30 days, and a note."""

    status: OutcomeStatus | None = None
    stay_days: int | None = None
    readmitted_30d: bool | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Check every field."""
        _check_kind("outcome.status", self.status, OutcomeStatus, optional=True)
        _check_kind("outcome.readmitted_30d", self.readmitted_30d, bool, optional=True)
        _check_count("outcome.stay_days", self.stay_days, least=0)
        _check_text("outcome.note", self.note)


@dataclass(frozen=True, slots=True)
class Case:
    """One visit: who came, with what, what was done, and how it ended.

    Only ``id`` and one presentation section are required. ``attributes`` holds further columns of the source
    by name (a DOI, a ward); they are kept and shown, never compared. ``from_text`` names those of
    ``patient.age``, ``patient.sex`` and ``visit_date`` that were read out of the text, not out of a field.

    Raises:
        InvalidCaseError: A field breaks the model; the error names the field and the value.
    """

    id: str
    sections: Sections
    patient: Patient = field(default_factory=Patient)
    department: str | None = None
    visit_date: date | None = None
    language: Language | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    treatment_path: tuple[TreatmentStep, ...] = ()
    outcome: Outcome = field(default_factory=Outcome)
    attributes: Mapping[str, str] = field(default_factory=dict)
    from_text: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check what concerns the case as a whole."""
        _check_id("id", self.id)
        self._check_kinds()
        if not self.sections.has_presentation:
            raise InvalidCaseError(
                "sections",
                "no presentation; give a chief complaint, present illness, past history or exam",
            )
        if self.department is not None:
            _check_text("department", self.department)
            if not self.department.strip():
                raise InvalidCaseError("department", "is empty; name it or leave it out")
        for name, value in self.attributes.items():
            _check_text("attributes", name)
            if not _is_storable(value):
                _check_text(f"attributes.{_short(name)}", value)

    def _check_kinds(self) -> None:
        """Check the kinds of all values, and keep copies of collections that the caller may go on changing."""
        _check_kind("sections", self.sections, Sections)
        _check_kind("patient", self.patient, Patient)
        _check_kind("language", self.language, Language, optional=True)
        _check_kind("outcome", self.outcome, Outcome)
        _check_kind("attributes", self.attributes, Mapping)
        _check_kind("visit_date", self.visit_date, date, optional=True)
        if isinstance(self.visit_date, datetime):
            raise InvalidCaseError("visit_date", "has a time of day; give a date")
        object.__setattr__(self, "attributes", dict(self.attributes))
        object.__setattr__(self, "from_text", tuple(self.from_text))
        for name in self.from_text:
            if name not in TOLD_FIELDS:
                raise InvalidCaseError("from_text", f"{_short(name)} is unknown; known are {', '.join(TOLD_FIELDS)}")
        for name, kind in (("diagnoses", Diagnosis), ("treatment_path", TreatmentStep)):
            _check_kind(name, getattr(self, name), Sequence)
            items = tuple(getattr(self, name))
            for item in items:
                _check_kind(name, item, kind)
            object.__setattr__(self, name, items)


def _check_kind(name: str, value: object, kind: type, *, optional: bool = False) -> None:
    """Refuse a value of another type: a misspelt status would otherwise be stored and never be found."""
    if (value is None and optional) or isinstance(value, kind):
        return
    raise InvalidCaseError(name, f"is a {type(value).__name__}; {kind.__name__} is wanted")


def _check_id(name: str, value: str) -> None:
    if not isinstance(value, str):
        raise InvalidCaseError(name, f"is a {type(value).__name__}; text is wanted")
    if not value.strip():
        raise InvalidCaseError(name, "is empty; every case needs an id of its own" if name == "id" else "is empty")
    if value != value.strip() or not value.isprintable():
        raise InvalidCaseError(name, f"{_short(value)} has spaces at its ends or unprintable characters")
    if len(value) > MAX_ID_CHARACTERS:
        raise InvalidCaseError(name, f"has {len(value)} characters; at most {MAX_ID_CHARACTERS} are allowed")


def _check_text(name: str, value: str) -> None:
    if _is_storable(value):
        return
    if not isinstance(value, str):
        raise InvalidCaseError(name, f"is a {type(value).__name__}; text is wanted")
    if len(value) > MAX_TEXT_CHARACTERS:
        raise InvalidCaseError(name, f"has {len(value)} characters; at most {MAX_TEXT_CHARACTERS} are allowed")
    raise InvalidCaseError(name, "holds a NUL or a lone surrogate; the file was written in a broken encoding")


def _check_count(name: str, value: int | None, *, least: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidCaseError(name, f"{_short(value)} is not a whole number of days")
    if not least <= value <= _MAX_DAYS:
        raise InvalidCaseError(name, f"{_short(value)} is not between {least} and {_MAX_DAYS} days")


def _is_storable(value: object) -> bool:
    """Tell whether a value is text that can be stored; most are, so that nothing but this is done to them."""
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARACTERS or "\x00" in value:
        return False
    return value.isascii() or _is_unicode(value)


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _short(value: object) -> str:
    """Quote a value for a message, cut so that a misplaced free text does not reach the error output."""
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"  # Python refuses to write out very long ones
    text = repr(value)
    return text if len(text) <= 24 else f"{text[:20]}…({len(text)} characters)"
