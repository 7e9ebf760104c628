"""What of a case is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casefinder.cases import Case, Diagnosis, Outcome, Sections, StepKind, TreatmentStep
from casefinder.text import SECTION_WEIGHTS, compose_presentation, normalise_text, presentation_digest

CASE = Case(
    id="1",
    sections=Sections("胸痛", "患者3小时前起病", "高血压", "BP 180/110mmHg", "家属要求转院"),
    diagnoses=(Diagnosis("急性心肌梗死"),),
    treatment_path=(TreatmentStep(StepKind.MEDICATION, "阿司匹林"),),
    outcome=Outcome(note="好转出院"),
)


def test_presentation_sections_are_compared_with_their_weights() -> None:
    parts = compose_presentation(CASE)
    assert [part.text for part in parts] == ["胸痛", "患者3小时前起病", "BP 180/110mmHg", "高血压"]
    assert sum(part.weight for part in parts) == pytest.approx(1)
    ratios = [part.weight / parts[0].weight for part in parts]
    assert ratios == pytest.approx([weight / SECTION_WEIGHTS["chief_complaint"] for weight in SECTION_WEIGHTS.values()])


def test_notes_diagnosis_treatment_and_outcome_are_never_compared() -> None:
    bare = Case(id="2", sections=replace(CASE.sections, notes=""))
    assert compose_presentation(CASE) == compose_presentation(bare)
    assert presentation_digest(compose_presentation(CASE)) == presentation_digest(compose_presentation(bare))


def test_absent_sections_leave_their_weight_to_the_others() -> None:
    (part,) = compose_presentation(Case(id="3", sections=Sections(past_history="高血压")))
    assert (part.text, part.weight) == ("高血压", 1.0)


def test_digest_tells_texts_and_their_sections_apart() -> None:
    sections = [
        Sections("胸痛"),
        Sections("胸闷"),
        Sections("胸痛", "胸闷"),
        Sections("胸闷", "胸痛"),
        Sections("", "胸痛", "高血压"),
    ]
    digests = {presentation_digest(compose_presentation(Case(id="4", sections=s))) for s in sections}
    assert len(digests) == len(sections)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ＢＰ　１８０／１１０ｍｍＨｇ", "BP 180/110mmHg"),
        ("  体温\t39.2℃\n\n", "体温 39.2°C"),
        ("胸痛，伴冷汗。", "胸痛,伴冷汗。"),
        ("Chest Pain", "Chest Pain"),
        ("", ""),
    ],
)
def test_one_spelling_for_one_text(written: str, normal: str) -> None:
    assert normalise_text(written) == normal
    assert normalise_text(normal) == normal
