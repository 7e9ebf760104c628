"""Reading the findings out of the texts of a case."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from casefinder.case_store import DIAGNOSES, CaseFindings, MeasuredValue, Mention
from casefinder.cases import Case
from casefinder.clinical.findings import Duration, Extraction, extract
from casefinder.text import SECTION_WEIGHTS

DIAGNOSIS_SEPARATOR: Final = "\n"
# Which section tells how long the complaint has lasted: the first of these that names a time.
_TIMED_SECTIONS: Final = ("chief_complaint", "present_illness")
_CODE: Final = ("casefinder.clinical.findings", "casefinder.clinical.lexicon")


@cache
def findings_fingerprint() -> str:
    """Return what changes when lexicon or rules change, and findings have to be read again."""
    digest = hashlib.sha256()
    for package in _CODE:
        for entry in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith((".py", ".tsv")):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()[:16]


def read_findings(case: Case) -> CaseFindings:
    """Read the findings out of the presentation and the diagnoses of a case."""
    extractions = {
        name: extract(text, section=name, age=case.patient.age, sex=case.patient.sex)
        for name in SECTION_WEIGHTS
        if (text := getattr(case.sections, name))
    }
    mentions = [mention for name, extraction in extractions.items() for mention in mentions_of(extraction, name)]
    if case.diagnoses:
        named = DIAGNOSIS_SEPARATOR.join(diagnosis.text for diagnosis in case.diagnoses)
        mentions += mentions_of(extract(named), DIAGNOSES)
    values = [value for name, extraction in extractions.items() for value in values_of(extraction, name)]
    timed = (lasting(extractions[name].durations) for name in _TIMED_SECTIONS if name in extractions)
    return CaseFindings(tuple(mentions), tuple(values), next((days for days in timed if days is not None), None))


def mentions_of(extraction: Extraction, section: str) -> list[Mention]:
    """Return the findings of a section, those that measured values amount to included."""
    mentions = [
        Mention(f.concept_id, str(f.assertion), section, f.span.start, f.span.end, str(f.side or ""))
        for f in extraction.findings
        if not f.is_allergen
    ]
    mentions += [
        Mention(m.implies, "present", section, m.span.start, m.span.end)
        for m in extraction.measurements
        if m.implies is not None
    ]
    return mentions


def values_of(extraction: Extraction, section: str) -> list[MeasuredValue]:
    """Return the measured values of a section."""
    return [
        MeasuredValue(m.concept_id, m.value, m.unit, str(m.flag), section, m.span.start, m.span.end)
        for m in extraction.measurements
    ]


def lasting(durations: tuple[Duration, ...]) -> float | None:
    """Return how long a complaint has lasted, in days: the first time that is named; None where none is."""
    return durations[0].days if durations else None
