"""What tests are made of: small cases, and an encoder that needs no weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from casefinder.cases import (
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
from casefinder.cases.reading import Origin, ReadCase, ReadRow
from casefinder.encoders import Calibration, Vectors

_COMPLAINTS = ("胸痛伴冷汗", "发热咳嗽", "右下腹痛", "头晕呕吐", "fever and cough", "crushing chest pain")
_DIAGNOSES = (("急性心肌梗死", "I21.3"), ("肺炎", "J18.9"), ("急性阑尾炎", "K35.8"), ("acute MI", "I21.9"))
_DEPARTMENTS = ("心内科", "呼吸科", "普外科")


_CALIBRATION = Calibration((0.0, 1.0), (0.0, 100.0), related=0.4, near_duplicate=0.8)


@dataclass(frozen=True)
class HashEncoder:
    """Hashed character pairs: equal texts are equal, texts that share pairs are near. Counts what it encodes."""

    dim: int = 32
    version: str = "1"
    calibration: Calibration | None = _CALIBRATION
    encoded: list[str] = None  # type: ignore[assignment]  # filled below; a list cannot be a default

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoded", [])

    @property
    def name(self) -> str:
        return f"hash-{self.version}"

    @property
    def fingerprint(self) -> str:
        return f"hash-{self.version}-{self.dim}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            letters = [character for character in text.lower() if character.isalnum()]
            for pair in zip(["^", *letters], letters, strict=False) if letters else ():
                digest = hashlib.sha256("".join(pair).encode()).digest()
                vectors[row, digest[0] % self.dim] += 1 if digest[1] % 2 else -1
            if norm := float(np.linalg.norm(vectors[row])):
                vectors[row] /= norm
        return vectors


def made_case(number: int, *, complaint: str | None = None, note: str = "") -> Case:
    """A case whose every field depends on its number."""
    diagnosis, code = _DIAGNOSES[number % len(_DIAGNOSES)]
    return Case(
        id=f"C{number:04d}",
        sections=Sections(
            chief_complaint=complaint or f"{_COMPLAINTS[number % len(_COMPLAINTS)]}{number}天",
            present_illness=f"患者于{number}天前起病，第{number * 7 % 90}床。",
            past_history="高血压病史" if number % 3 == 0 else "",
            notes=note,
        ),
        patient=Patient(
            age=Age(number % 90, AgeUnit.YEARS) if number % 5 else None,
            sex=(Sex.MALE, Sex.FEMALE, None)[number % 3],
            id=f"P{number // 2}",
        ),
        department=_DEPARTMENTS[number % 3] if number % 7 else None,
        visit_date=date(2024, 1, 1) + timedelta(days=number) if number % 4 else None,
        language=Language.ZH,
        diagnoses=(Diagnosis(diagnosis, code),),
        treatment_path=(
            TreatmentStep(StepKind.TEST, "心电图", day=0),
            TreatmentStep(StepKind.MEDICATION, "阿司匹林", "300mg 嚼服", day=0),
        ),
        outcome=Outcome(OutcomeStatus.IMPROVED, stay_days=number % 20, readmitted_30d=number % 10 == 0),
        attributes={"ward": f"{number % 4}"},
    )


def made_cases(n_cases: int) -> list[Case]:
    """Cases with different ids and texts."""
    return [made_case(number) for number in range(n_cases)]


def rows_of(cases: Iterable[Case]) -> Iterator[ReadRow]:
    """Cases as a reader would yield them, from ``made.jsonl``."""
    return (ReadCase(case, Origin("made.jsonl", line)) for line, case in enumerate(cases, start=1))
