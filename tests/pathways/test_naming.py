from __future__ import annotations

import pytest

from casefinder.cases import StepKind, TreatmentStep
from casefinder.pathways.naming import step_namer


def key(name: str, kind: StepKind = StepKind.MEDICATION) -> str:
    return step_namer().name(TreatmentStep(kind, name)).key


@pytest.mark.parametrize(
    ("kind", "names", "expected"),
    [
        (StepKind.MEDICATION, ("阿司匹林 300mg 嚼服", "aspirin 300 mg", "阿司匹林", "Aspirin"), "aspirin"),
        (
            StepKind.PROCEDURE,
            ("PCI", "经皮冠状动脉介入治疗", "percutaneous coronary intervention"),
            "percutaneous-coronary-intervention",
        ),
        (StepKind.TEST, ("心电图", "ECG", "12-lead ECG", "electrocardiogram"), "electrocardiogram"),
        (StepKind.SURGERY, ("腹腔镜阑尾切除术", "laparoscopic appendicectomy"), "appendectomy"),
        (StepKind.CONSULT, ("心内科会诊", "cardiology consultation", "请心内科会诊"), "consult:cardiology"),
        (StepKind.FOLLOW_UP, ("心内科门诊随访", "cardiology clinic follow-up"), "follow_up:cardiology"),
        (StepKind.ADVICE, ("戒酒", "alcohol abstinence"), "alcohol-abstinence"),
        (StepKind.MEDICATION, ("异烟肼利福平", "isoniazid-rifampicin"), "isoniazid+rifampicin"),
    ],
)
def test_one_act_has_one_key_however_it_is_written(kind: StepKind, names: tuple[str, ...], expected: str) -> None:
    assert {key(name, kind) for name in names} == {expected}


def test_advice_to_stop_a_drug_is_not_that_drug() -> None:
    assert key("停用阿司匹林", StepKind.ADVICE) != "aspirin"


def test_a_step_that_nothing_knows_keeps_its_normalised_wording() -> None:
    named = step_namer().name(TreatmentStep(StepKind.THERAPY, "  Ｒeiki  Session "))
    assert (named.key, named.concepts) == ("therapy:reiki session", ())


def test_a_longer_name_is_not_taken_for_a_short_word_in_it() -> None:
    assert key("groin ultrasound of the left side", StepKind.TEST) != "ultrasound"


def test_drugs_know_their_class() -> None:
    named = step_namer().name(TreatmentStep(StepKind.MEDICATION, "阿莫西林胶囊 0.5g 口服"))
    assert named.key == "amoxicillin"
    assert "penicillin" in step_namer().lexicon.ancestors(named.concepts[0])
