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


# For every rule: a drug or act, what a complaint says in Chinese and English, and how it denies the same.
EVERY_RULE = {
    "penicillin-allergy": (
        "阿莫西林",
        "咽痛，青霉素过敏",
        "sore throat, penicillin allergy",
        "否认青霉素过敏史",
        "denies penicillin allergy",
    ),
    "penicillin-allergy-cephalosporin": (
        "头孢曲松",
        "青霉素皮试（+）",
        "allergic to amoxicillin",
        "青霉素皮试阴性",
        "not allergic to penicillin",
    ),
    "cephalosporin-allergy": (
        "头孢呋辛",
        "对头孢曲松过敏",
        "cephalosporin allergy",
        "否认头孢类过敏",
        "no cephalosporin allergy",
    ),
    "sulfonamide-allergy": ("柳氮磺吡啶", "磺胺类过敏", "sulfa allergy", "否认磺胺过敏", "no sulfa allergy"),
    "nsaid-allergy": (
        "布洛芬",
        "服阿司匹林后哮喘，阿司匹林过敏",
        "allergic to aspirin",
        "否认阿司匹林过敏",
        "no aspirin allergy",
    ),
    "pregnancy": ("华法林", "孕20周，心悸", "pregnant, 20 weeks, palpitations", "否认怀孕", "not pregnant"),
    "active-bleeding": (
        "利伐沙班",
        "解柏油样便2天",
        "black tarry stools for two days",
        "无黑便、呕血",
        "no melaena or haematemesis",
    ),
    "gastrointestinal-bleeding": ("双氯芬酸", "膝痛，黑便2天", "knee pain, melaena", "无黑便", "no melaena"),
    "recent-stroke-or-surgery": (
        "阿替普酶",
        "2周前腹部手术",
        "surgery 2 weeks ago, recent surgery",
        "近期无手术",
        "no recent surgery",
    ),
    "anticoagulated": ("阿替普酶", "长期口服华法林", "on warfarin for two years", "未服用华法林", "not on warfarin"),
    "asthma": ("美托洛尔", "心悸，支气管哮喘10年", "palpitations in an asthmatic", "无哮喘史", "no history of asthma"),
    "bradycardia": ("比索洛尔", "头晕，心率38次/分", "dizzy, heart rate 38", "无心动过缓", "no bradycardia"),
    "hypotension": ("硝酸甘油", "胸痛，血压70/40mmHg", "chest pain, BP 70/40", "无休克", "no hypotension"),
    "heart-failure": (
        "布洛芬",
        "膝痛，慢性心力衰竭",
        "knee pain, chronic heart failure",
        "无心力衰竭",
        "no heart failure",
    ),
    "peptic-ulcer": ("双氯芬酸", "胃溃疡病史", "gastric ulcer last year", "否认消化性溃疡", "no peptic ulcer"),
    "severe-kidney-disease": ("二甲双胍", "多尿，慢性肾脏病4期", "thirst, CKD stage 4", "无肾衰竭", "no renal failure"),
    "contrast-kidney": ("冠状动脉造影", "胸痛，维持性透析", "chest pain, on dialysis", "无肾衰竭", "no renal failure"),
    "contrast-allergy": (
        "CT肺动脉造影",
        "对碘造影剂过敏",
        "allergic to iodinated contrast",
        "否认造影剂过敏",
        "no contrast allergy",
    ),
    "hyperkalaemia": ("螺内酯", "乏力，血钾6.5mmol/L", "weakness, hyperkalaemia", "无高钾血症", "no hyperkalaemia"),
    "g6pd-deficiency": ("伯氨喹", "蚕豆病", "G6PD deficiency", "无蚕豆病", "no G6PD deficiency"),
    "angle-closure": (
        "阿托品",
        "闭角型青光眼",
        "angle-closure glaucoma",
        "无闭角型青光眼",
        "no angle-closure glaucoma",
    ),
    "myasthenia": ("左氧氟沙星", "重症肌无力5年", "myasthenia gravis", "排除重症肌无力", "no myasthenia gravis"),
    "pde5-inhibitor": (
        "硝酸甘油",
        "昨晚服西地那非",
        "took sildenafil last night",
        "未服西地那非",
        "did not take sildenafil",
    ),
    "hypoglycaemia": ("格列美脲", "心慌手抖，低血糖", "shaky, hypoglycaemia", "无低血糖", "no hypoglycaemia"),
    "child": ("阿司匹林", "患儿发热3天", "7-year-old with fever", "成人发热3天", "47-year-old with fever"),
}


def test_every_rule_has_its_examples() -> None:
    assert [rule.id for rule in discordance_rules()] == list(EVERY_RULE)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_every_rule_fires_in_both_languages_and_not_on_denials(rule: str) -> None:
    drug, *held_and_denied = EVERY_RULE[rule]
    fired = [rule in {name for name, _ in flagged(question, drug)} for question in held_and_denied]
    assert dict(zip(held_and_denied, fired, strict=True)) == dict(
        zip(held_and_denied, [True, True, False, False], strict=True)
    )


@pytest.mark.parametrize(
    ("question", "drug", "expected"),
    [
        ("无胸痛，黑便2天", "利伐沙班", [("active-bleeding", "黑便")]),  # a denial ends with its clause
        ("母亲有哮喘，心悸", "美托洛尔", []),
        ("既往曾有低血糖", "格列美脲", []),
        ("腰痛伴血尿", "双氯芬酸", []),  # a stone bleeds, and is treated so
        ("慢性心力衰竭，胸痛", "阿司匹林", []),  # in the low dose it is given for
        ("no melaena but haematemesis", "warfarin", [("active-bleeding", "haematemesis")]),
    ],
)
def test_a_rule_is_about_this_patient_now(question: str, drug: str, expected: list[tuple[str, str]]) -> None:
    assert flagged(question, drug) == expected


def test_a_flag_names_the_ways_of_treating_it_concerns() -> None:
    found = treatment_paths(heart_attacks(), question="胸痛，呕血").discordances
    assert {d.step_key: d.variants for d in found} == {"aspirin": ("A", "B", "C"), "tenecteplase": ("B",)}


def test_advice_about_a_drug_is_not_flagged() -> None:
    path = (
        TreatmentStep(StepKind.ADVICE, "抗凝注意事项宣教", day=0),
        TreatmentStep(StepKind.MEDICATION, "呋塞米", day=0),
    )
    assert treatment_paths([made_hit(i, path) for i in range(3)], question="胸痛，黑便").discordances == ()


def test_every_rule_names_known_drugs_and_a_source() -> None:
    lexicon = step_namer().lexicon
    unknown = {c for rule in discordance_rules() for c in rule.concepts if c not in lexicon}
    assert unknown == set()
    assert all(rule.zh and rule.en and rule.source for rule in discordance_rules())
