from __future__ import annotations

from dataclasses import replace

import pytest

from casefinder.cases import Case, OutcomeStatus, Sections
from casefinder.pathways import treatment_paths
from casefinder.pathways.naming import step_namer
from casefinder.pathways.narrative import narrated_outcome, narrated_steps
from tests.pathways.material import made_hit


def told(text: str) -> Case:
    return Case(id="N1", sections=Sections(present_illness=text))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("An ECG was obtained. He was treated with aspirin and heparin.", ["electrocardiogram", "aspirin", "heparin"]),
        ("She was given no antibiotics.", []),
        ("He had a history of aspirin use.", []),
        ("Warfarin was stopped. She received vitamin K1 on arrival.", ["vitamin K1"]),
        ("The tumour was completely resected and a splenectomy was performed.", ["completely resected", "splenectomy"]),
        ("入院后给予阿司匹林口服。", ["aspirin"]),
        ("She was treated with piperacillin/tazobactam.", ["piperacillin-tazobactam"]),
        ("Despite corticosteroid therapy she relapsed.", ["corticosteroid"]),
        ("He was given duloxetine. All signs ceased after discontinuation of duloxetine.", []),
        ("Warfarin-induced necrosis was treated with skin grafting.", ["skin grafting"]),
        ("A cystectomy was not considered. A combination with radiotherapy was given.", ["radiotherapy"]),
        ("Total penectomy was performed.", ["total penectomy"]),
        ("The excised bowel looked normal.", []),
        ("Urgent surgery showed gangrene.", ["surgery"]),
        ("He underwent surgery: a splenectomy was performed.", ["splenectomy"]),
    ],
)
def test_what_was_done_is_read_from_the_text(text: str, steps: list[str]) -> None:
    assert [step.name for step in narrated_steps(told(text), step_namer())] == steps


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The patient died on day five.", OutcomeStatus.DIED),
        ("Thromboembolic events led to the patient's death.", OutcomeStatus.DIED),
        ("Pain completely ceased after the operation.", OutcomeStatus.RECOVERED),
        ("Her father died of cancer. She made a full recovery.", OutcomeStatus.RECOVERED),
        ("His symptoms improved and he was discharged.", OutcomeStatus.IMPROVED),
        ("The tumour recurred after six months.", OutcomeStatus.WORSENED),
        ("An ultrasound was performed.", None),
    ],
)
def test_the_ending_is_read_from_the_text(text: str, status: OutcomeStatus | None) -> None:
    assert narrated_outcome(told(text)).status == status


def test_a_path_read_from_a_narrative_is_marked() -> None:
    hit = made_hit(1, (), text="Crushing chest pain. He was treated with aspirin.")
    case = Case(id="N2", sections=Sections(present_illness="Chest pain. He was treated with aspirin."))
    (patient,) = treatment_paths([replace(hit, case=case)]).patients
    assert patient.from_narrative
    assert [act.key for act in patient.acts] == ["aspirin"]
