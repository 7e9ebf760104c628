from __future__ import annotations

import pytest

from casefinder.cases import StepKind, TreatmentStep
from casefinder.pathways import treatment_paths
from casefinder.pathways.discordance import discordance_rules
from casefinder.pathways.naming import step_namer
from tests.pathways.material import heart_attacks, made_hit


def flagged(question: str, drug: str) -> list[tuple[str, str]]:
    path = (TreatmentStep(StepKind.MEDICATION, drug, day=0),)
    found = treatment_paths([made_hit(i, path) for i in range(3)], question=question).discordances
    assert all(question[slice(*d.span)] == d.text for d in found)
    return [(d.rule, d.text) for d in found]


@pytest.mark.parametrize(
    ("question", "drug", "expected"),
    [
        ("咽痛发热，青霉素过敏", "阿莫西林", [("penicillin-allergy", "青霉素过敏")]),
        ("sore throat, allergic to penicillin", "amoxicillin", [("penicillin-allergy", "allergic to penicillin")]),
        ("妊娠20周，心悸", "华法林", [("pregnancy", "妊娠20周")]),
        ("胸痛，黑便2天", "阿司匹林", [("active-bleeding", "黑便")]),
        ("chest pain with melaena", "替奈普酶", [("active-bleeding", "melaena")]),
        ("头痛，有哮喘史", "普萘洛尔", [("asthma", "哮喘史")]),
        ("咽痛发热，无青霉素过敏史", "阿莫西林", []),
        ("sore throat, denies penicillin allergy", "amoxicillin", []),
        ("无黑便，无呕血，胸痛", "阿司匹林", []),
        ("no melaena, chest pain", "aspirin", []),
        ("咽痛发热，青霉素过敏", "阿奇霉素", []),
        ("胸痛", "阿司匹林", []),
    ],
)
def test_words_of_the_complaint_flag_drugs_they_speak_against(
    question: str, drug: str, expected: list[tuple[str, str]]
) -> None:
    assert flagged(question, drug) == expected


def test_a_flag_names_the_ways_of_treating_it_concerns() -> None:
    found = treatment_paths(heart_attacks(), question="胸痛，呕血").discordances
    assert {d.step_key: d.variants for d in found} == {"aspirin": ("A", "B", "C"), "tenecteplase": ("B",)}


def test_every_rule_names_known_drugs_and_a_source() -> None:
    lexicon = step_namer().lexicon
    unknown = {c for rule in discordance_rules() for c in rule.concepts if c not in lexicon}
    assert unknown == set()
    assert all(rule.zh and rule.en and rule.source for rule in discordance_rules())
