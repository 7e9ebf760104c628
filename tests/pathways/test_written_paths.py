"""The short form of ``bench.py pathways``: the ways of treating that cases were made from are recovered."""

from __future__ import annotations

import pytest
from knowledge import load_knowledge
from pathways import draw_hits, measure, summary

from casefinder.cases import StepKind, TreatmentStep
from casefinder.pathways.naming import step_namer

CONDITIONS = ("stemi", "pulmonary-embolism", "appendicitis-adult", "acute-cystitis", "ischaemic-stroke")


@pytest.mark.parametrize("name", CONDITIONS)
def test_written_ways_of_treating_are_recovered(name: str) -> None:
    condition = next(c for c in load_knowledge() if c.id == name)
    figures = summary([measure(condition, draw_hits(condition, 80, seed=seed)) for seed in range(2)])
    assert figures["step_f1"] >= 0.95
    assert figures["order"] >= 0.98
    assert figures["patients_with_their_kind"] >= 0.97


def test_both_names_of_every_written_step_meet() -> None:
    namer = step_namer()
    steps = {(step.kind, step.zh, step.en) for c in load_knowledge() for path in c.paths for step in path.steps}
    apart = [
        (zh, en)
        for kind, zh, en in steps
        if namer.name(TreatmentStep(StepKind(kind), zh)).key != namer.name(TreatmentStep(StepKind(kind), en)).key
    ]
    assert apart == []
