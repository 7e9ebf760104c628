from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from casefinder.cases import StepKind, TreatmentStep
from casefinder.clinical.lexicon import normalise_form
from casefinder.pathways.naming import step_namer

HAN = re.compile(r"[\u4e00-\u9fff]")


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


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("阿莫西林胶囊 0.5g 口服", ["penicillin"]),
        ("阿司匹林 300mg 嚼服", ["antiplatelet-agent", "nsaid", "antipyretic-analgesic"]),
        ("metoprolol 12.5 mg twice daily", ["beta-blocker"]),
        ("阿托伐他汀 40mg 每晚1次", ["statin"]),
        ("amoxicillin/clavulanate", ["penicillin"]),
        ("isoniazid-rifampicin", ["antituberculosis-drug"]),
        ("胰岛素", []),
    ],
)
def test_drugs_know_their_classes(name: str, classes: list[str]) -> None:
    named = step_namer().name(TreatmentStep(StepKind.MEDICATION, name))
    assert [found.id for found in named.classes] == classes


def step_names() -> list[list[str]]:
    text = files("casefinder.pathways").joinpath("step_names.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.removesuffix("\n").split("\n")][1:]


def test_table_of_step_names_is_sound() -> None:
    rows = step_names()
    assert {kind for _, kind, _, _ in rows} <= {"act", "advice", "consult", "follow_up", "referral", "specialty"}
    assert [row[:2] for row in rows] == sorted((row[:2] for row in rows), key=lambda row: (row[1], row[0]))
    forms = [(kind, form) for _, kind, zh, en in rows for form in (*zh.split("|"), *en.split("|"))]
    assert [form for _, form in forms if form != " ".join(form.split())] == []
    folded = [(kind, normalise_form(form)) for kind, form in forms]
    assert [form for form, n in Counter(folded).items() if n > 1] == []
    assert [zh for _, _, zh, en in rows if not HAN.search(zh) or HAN.search(en)] == []


def test_table_of_step_names_repeats_nothing_of_the_lexicon() -> None:
    lexicon = step_namer().lexicon
    for name, kind, zh, en in step_names():
        known = {normalise_form(form) for form in lexicon[name].forms} if name in lexicon and kind == "act" else set()
        assert {normalise_form(form) for form in (*zh.split("|"), *en.split("|"))} - known, name
