"""One patient once: which hits are counted, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from casefinder.cases import Case, OutcomeStatus, StepKind
from casefinder.clinical.lexicon import Lexicon
from casefinder.encoders import Relation
from casefinder.pathways.comorbidity import comorbidities
from casefinder.pathways.model import Act, PatientPath, Reason, SetAside
from casefinder.pathways.naming import StepNamer
from casefinder.pathways.narrative import narrated_outcome, narrated_steps
from casefinder.search import Hit

TREATMENTS: Final = frozenset(
    {StepKind.MEDICATION, StepKind.PROCEDURE, StepKind.SURGERY, StepKind.THERAPY, StepKind.NURSING, StepKind.OTHER}
)
# The calibrated word alone would drop nearly all cases of a long question, whose similarities are all lower.
_LEAST_OF_BEST: Final = 0.5
_SHINGLE: Final = 4  # characters; a copied visit with a changed date or number keeps nearly all of them
_NEAR_DUPLICATE: Final = 0.8  # share of common shingles; two patients with one illness stay below 0.5
_NOT_LETTERS: Final = re.compile(r"[\W\d_]+")


def counted_patients(hits: Sequence[Hit], namer: StepNamer) -> tuple[tuple[PatientPath, ...], tuple[SetAside, ...]]:
    """Choose one visit per patient, the most similar one that records a treatment, whatever the order of the hits.

    Visits belong to one patient when they name the same patient, or, where the record names none, when sex and age
    agree and four of five pieces of their text are the same.
    """
    chosen: list[PatientPath] = []
    aside: list[SetAside] = []
    by_patient: dict[str, str] = {}
    unnamed = _Texts()
    best = max((hit.similarity for hit in hits), default=0.0)
    for hit in sorted({h.case.id: h for h in _worst_first(hits)}.values(), key=lambda h: (-h.similarity, h.case.id)):
        case = hit.case
        if unusable := _contradicting(hit, namer.lexicon) or _unusable(hit, best):
            aside.append(unusable)
            continue
        path = _path(hit, namer)
        if not path.acts:
            aside.append(SetAside(case.id, Reason.NO_TREATMENT))
        elif case.patient.id is not None and case.patient.id in by_patient:
            aside.append(SetAside(case.id, Reason.SAME_PATIENT, by_patient[case.patient.id]))
        elif (twin := unnamed.twin(case)) is not None:
            aside.append(SetAside(case.id, Reason.NEAR_DUPLICATE, twin))
        else:
            chosen.append(path)
            unnamed.add(case)
            if case.patient.id is not None:
                by_patient[case.patient.id] = case.id
    return tuple(chosen), tuple(aside)


def _worst_first(hits: Sequence[Hit]) -> list[Hit]:
    """Sort so that of one case given twice the more similar hit is kept."""
    return sorted(hits, key=lambda hit: hit.similarity)


def _contradicting(hit: Hit, lexicon: Lexicon) -> SetAside | None:
    """Set a case apart that says the opposite of a finding of the question: it is no patient like this one."""
    ids = dict.fromkeys(pair.concept_id for pair in hit.explanation.contradicted)
    found = [lexicon[i] for i in ids]
    if not found:
        return None
    zh, en = "、".join(concept.zh for concept in found), ", ".join(concept.en for concept in found)
    return SetAside(hit.case.id, Reason.CONTRADICTS_QUESTION, zh=zh, en=en)


def _unusable(hit: Hit, best: float) -> SetAside | None:
    """Say why a case cannot be counted at all."""
    case_id = hit.case.id
    if hit.relation == Relation.UNRELATED and hit.similarity < _LEAST_OF_BEST * best:
        return SetAside(case_id, Reason.UNRELATED)
    outcome, steps = hit.case.outcome, hit.case.treatment_path
    if outcome.status != OutcomeStatus.DIED:
        return None
    if outcome.readmitted_30d:
        return SetAside(case_id, Reason.CONTRADICTS_ITSELF, zh="死亡后再入院", en="died and readmitted")
    days = [step.day for step in steps if step.kind in TREATMENTS and step.day is not None]
    if outcome.stay_days is not None and days and max(days) > outcome.stay_days:
        return SetAside(case_id, Reason.CONTRADICTS_ITSELF, zh="死亡后仍有治疗", en="treated after the day of death")
    return None


def _path(hit: Hit, namer: StepNamer) -> PatientPath:
    case = hit.case
    told = not case.treatment_path
    steps = narrated_steps(case, namer) if told else case.treatment_path
    if told and case.outcome.status is None:
        case = replace(case, outcome=replace(case.outcome, status=narrated_outcome(case).status))
    # A step without a day is done when the one before it was.
    days: list[float] = []
    for step in steps:
        days.append(step.day if step.day is not None else (days[-1] if days else float("-inf")))
    acts, seen = [], dict[str, int]()
    for index in sorted(range(len(steps)), key=lambda i: days[i]):
        step = steps[index]
        named = namer.name(step)
        seen[named.key] = time = seen.get(named.key, 0) + 1
        key = named.key if time == 1 else f"{named.key}#{time}"
        acts.append(Act(key, named, step.kind, step.day, step.detail))
    return PatientPath(case, max(hit.similarity, 0.0), tuple(acts), comorbidities(case), from_narrative=told)


class _Texts:
    """Texts of the patients chosen so far, for finding a second record of one of them."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int | None], list[Case]] = {}
        self._pieces: dict[str, frozenset[str]] = {}

    def add(self, case: Case) -> None:
        """Remember a case."""
        self._held.setdefault(_block(case), []).append(case)

    def twin(self, case: Case) -> str | None:
        """Return the id of a case that this one is a further record of."""
        sex, age = _block(case)
        for block in ((sex, age),) if age is None else ((sex, age), (sex, age - 1), (sex, age + 1)):
            for other in self._held.get(block, ()):
                if case.patient.id is not None and other.patient.id is not None:
                    continue  # two named patients are two, however alike they read
                first, second = self._of(case), self._of(other)
                if len(first & second) >= _NEAR_DUPLICATE * len(first | second):
                    return other.id
        return None

    def _of(self, case: Case) -> frozenset[str]:
        if case.id not in self._pieces:
            self._pieces[case.id] = _shingles(case)
        return self._pieces[case.id]


def _block(case: Case) -> tuple[str, int | None]:
    age = case.patient.age
    return str(case.patient.sex or ""), None if age is None else int(age.in_years)


def _shingles(case: Case) -> frozenset[str]:
    sections = case.sections
    text = "".join((sections.chief_complaint, sections.present_illness, sections.past_history, sections.exam))
    letters = _NOT_LETTERS.sub("", text.casefold())
    return frozenset(letters[i : i + _SHINGLE] for i in range(max(1, len(letters) - _SHINGLE + 1)))
