"""Each rule of scope, on the shortest text that shows it."""

from __future__ import annotations

import pytest

from casefinder.clinical.findings import extract

_CODES = {"present": "+", "absent": "-", "uncertain": "?", "historical": "<", "family": "@"}


def _read(text: str, *, section: str | None = None) -> str:
    findings = extract(text, section=section).findings
    return " ".join(_CODES[finding.assertion] + finding.surface for finding in findings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("无发热、咳嗽及腹痛", "-发热 -咳嗽 -腹痛"),
        ("无发热、咳嗽，有腹痛", "-发热 -咳嗽 +腹痛"),
        ("否认高血压，糖尿病，冠心病史", "-高血压 -糖尿病 -冠心病"),
        ("无恶心，呕吐，无腹泻", "-恶心 -呕吐 -腹泻"),
        ("无头痛，头晕等症状", "-头痛 -头晕"),
        ("No fever, chills or cough", "-fever -chills -cough"),
        ("Neither fever nor cough", "-fever -cough"),
    ],
)
def test_negation_runs_through_a_list(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("无发热，咳嗽3天", "-发热 +咳嗽"),
        ("腹部无压痛，黄疸，无水肿", "-压痛 +黄疸 -水肿"),
        ("无发热。咳嗽", "-发热 +咳嗽"),
        ("无发热 咳嗽一周", "-发热 +咳嗽"),
        ("No fever, cough for 3 days", "-fever +cough"),
        ("no seizures, vomiting once", "-seizures +vomiting"),
        ("No fever. Cough", "-fever +Cough"),
    ],
)
def test_negation_ends_with_its_clause(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("无胸痛但气促", "-胸痛 +气促"),
        ("不发热，伴咳嗽", "-发热 +咳嗽"),
        ("无胸痛而有心悸", "-胸痛 +心悸"),
        ("no chest pain but dyspnea", "-chest pain +dyspnea"),
        ("no rash except for petechiae", "-rash +petechiae"),
    ],
)
def test_contrast_ends_negation(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("无明显诱因腹痛", "+腹痛"),
        ("无尿1天", "+无尿"),
        ("无尿频、尿痛", "-尿频 -尿痛"),
        ("无痛经", "-痛经"),
        ("无力3天", "+无力"),
        ("咳嗽未愈", "+咳嗽"),
        ("无名指疼痛", "+疼痛"),
        ("no increase in cough", "+cough"),
        ("not only fever but also rash", "+fever +rash"),
        ("fever without obvious cause", "+fever"),
        ("gram negative sepsis", "+sepsis"),
    ],
)
def test_pseudo_negation_negates_nothing(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("并非没有胸痛", "+胸痛"),
        ("肺栓塞不能排除", "?肺栓塞"),
        ("不除外脑炎", "?脑炎"),
        ("cannot rule out appendicitis", "?appendicitis"),
        ("the patient is not without pain", "+pain"),
    ],
)
def test_double_negation_is_no_negation(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("移动性浊音阴性", "-移动性浊音"),
        ("黄疸(-)，水肿(+)", "-黄疸 +水肿"),
        ("湿啰音未闻及", "-湿啰音"),
        ("发热：无；咳嗽：有", "-发热 +咳嗽"),
        ("心肌梗死已排除", "-心肌梗死"),
        ("pneumonia was ruled out", "-pneumonia"),
        ("fever, rash and cough were absent", "-fever -rash -cough"),
        ("edema: none", "-edema"),
    ],
)
def test_cue_after_its_findings_is_applied_backwards(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("否认近期有外伤、腹泻", "-外伤 -腹泻"),
        ("没有出现过抽搐", "-抽搐"),
        ("无发热，有咳嗽", "-发热 +咳嗽"),
        ("denies that she has had fever", "-fever"),
        ("unclear whether he had a seizure or syncope", "?seizure ?syncope"),
        ("if he develops vomiting", "?vomiting"),
    ],
)
def test_verb_that_belongs_to_a_cue_does_not_end_it(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没有发热的咳嗽", "-发热 +咳嗽"),
        ("不伴恶心的头痛", "-恶心 +头痛"),
        ("无肺炎的体征", "-肺炎"),
    ],
)
def test_negation_that_describes_the_next_finding_ends_before_it(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("有没有发热？没有。头痛吗？有，三天了", "-发热 +头痛"),
        ("拉肚子吗？患者：不拉，肚子胀", "-拉肚子 +肚子胀"),
        ("有发热吗？", "?发热"),
        ("有发热吗？没有咳嗽", "?发热 -咳嗽"),
        ("Any fever? No, just a cough.", "-fever +cough"),
        ("Any fever? Yes.", "+fever"),
    ],
)
def test_answer_settles_what_was_asked(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No effusion, mild edema", "-effusion +edema"),
        ("No effusion, mild edema, or fracture", "-effusion -edema -fracture"),
        ("No fever, no rash, runny nose", "-fever -rash +runny nose"),
        ("No fever, no rash, runny nose, or cough", "-fever -rash -runny nose -cough"),
        ("no fever, pneumonia not excluded", "-fever ?pneumonia"),
    ],
)
def test_item_that_is_there_ends_a_list_of_what_is_not(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(+) nausea, (-) vomiting", "+nausea -vomiting"),
        ("nausea (+), vomiting (-)", "+nausea -vomiting"),
        ("negative Murphy sign", "-Murphy sign"),
        ("fever and negative Kernig sign", "+fever -Kernig sign"),
        ("pain-free", "-pain"),
        ("dialysis is not yet needed; not yet on insulin", "+dialysis -insulin"),
    ],
)
def test_sign_of_negation_stands_before_or_after(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("拟行胆囊切除术治疗胆囊结石", "?胆囊切除术 +胆囊结石"),
        ("scheduled for dialysis for rectal bleeding", "?dialysis +rectal bleeding"),
        ("建议继续服用阿司匹林", "+阿司匹林"),
        ("如有发热，可口服布洛芬", "?发热 ?布洛芬"),
    ],
)
def test_plan_leaves_complaints_as_they_are(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pneumonia versus atelectasis", "?Pneumonia ?atelectasis"),
        ("是胃炎还是胃溃疡？", "?胃炎 ?胃溃疡"),
        ("还是头痛", "+头痛"),
    ],
)
def test_alternative_makes_both_doubtful(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("去年胃溃疡，吃药好了，现胃痛", "<胃溃疡 +胃痛"),
        ("射频消融术后3年，心悸", "<射频消融术 +心悸"),
        ("既往高血压10年；糖尿病5年。咳嗽", "<高血压 <糖尿病 +咳嗽"),
        ("既往体健，咳嗽", "+咳嗽"),
        ("发热已退3天", "<发热"),
        ("cough; lisinopril discontinued for cough", "+cough <lisinopril +cough"),
        ("rheumatic fever as a child and asthma now", "<rheumatic fever +asthma"),
        ("tuberculosis in his twenties", "<tuberculosis"),
        ("stopped taking metoprolol because of dizziness", "<metoprolol +dizziness"),
    ],
)
def test_what_is_over_is_historical(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我儿子咳嗽", "+咳嗽"),
        ("儿子有哮喘", "@哮喘"),
        ("我妈最近头晕", "+头晕"),
        ("我妈有高血压", "@高血压"),
        ("my daughter has a fever", "+fever"),
        ("her daughter has asthma", "@asthma"),
    ],
)
def test_relative_who_is_asked_about_is_the_patient(text: str, expected: str) -> None:
    assert _read(text) == expected


def test_heading_in_brackets_or_after_a_space_is_one() -> None:
    assert _read("【既往史】痛风5年 【家族史】父高血压 【查体】关节红肿") == "<痛风 @高血压 +关节红肿"
    assert _read("PMH: asthma FH: diabetes HPI: cough") == "<asthma @diabetes +cough"


def test_negation_of_an_unknown_word_leaves_the_finding_before_it() -> None:
    assert _read("伤口无渗出物增多，腹痛").endswith("+腹痛")
    assert _read("咳嗽无某某") == "+咳嗽"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("考虑肺炎", "?肺炎"),
        ("肺炎可能", "?肺炎"),
        ("急性阑尾炎？", "?急性阑尾炎"),
        ("咳嗽待查", "+咳嗽"),
        ("肺炎待查", "?肺炎"),
        ("有无胸痛", "?胸痛"),
        ("如出现呕吐请复诊", "?呕吐"),
        ("possible pneumonia", "?pneumonia"),
        ("r/o appendicitis", "?appendicitis"),
        ("return if fever develops", "?fever"),
        ("I'm worried I have cancer", "?cancer"),
        ("结核、肺癌待排除", "?结核 ?肺癌"),
        ("需排除脑脓肿", "?脑脓肿"),
        ("?stroke", "?stroke"),
    ],
)
def test_doubt(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("既往高血压10年，糖尿病5年。胸痛1天", "<高血压 <糖尿病 +胸痛"),
        ("既往体健，2天前腹泻", "+腹泻"),
        ("肺炎、肾炎病史", "<肺炎 <肾炎"),
        ("现病史：咳嗽3天", "+咳嗽"),
        ("病史3天，发热", "+发热"),
        ("3天前出现发热", "+发热"),
        ("5年前行阑尾切除术", "<阑尾切除术"),
        ("1年前因头痛就诊", "+头痛"),
        ("history of asthma", "<asthma"),
        ("a 3-day history of cough", "+cough"),
        ("history of present illness: cough", "+cough"),
        ("he had a stroke in 2015", "<stroke"),
    ],
)
def test_history(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("父亲患糖尿病，患者咳嗽", "@糖尿病 +咳嗽"),
        ("父亲患高血压，母亲患糖尿病", "@高血压 @糖尿病"),
        ("母亲诉患儿发热", "+发热"),
        ("有肝癌家族史", "@肝癌"),
        ("否认哮喘家族史", "-哮喘"),
        ("her mother has asthma", "@asthma"),
        ("asthma in two siblings", "@asthma"),
        ("mother reports that the child has fever", "+fever"),
        ("a 34-year-old mother with fever", "+fever"),
        ("no family history of epilepsy", "-epilepsy"),
    ],
)
def test_relatives(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("转入感染科", ""),
        ("予抗心衰治疗", ""),
        ("同事患流感", ""),
        ("stroke unit", ""),
        ("肺结核接触史", "+接触史"),
    ],
)
def test_what_is_not_about_the_patient_is_left_out(text: str, expected: str) -> None:
    assert _read(text) == expected


def test_section_sets_what_a_plain_mention_means() -> None:
    assert _read("高血压，否认糖尿病", section="past_history") == "<高血压 -糖尿病"
    assert _read("乳腺癌", section="family_history") == "@乳腺癌"
    assert _read("咳嗽", section="chief_complaint") == "+咳嗽"


def test_heading_outweighs_the_section_and_lasts_to_the_next_heading() -> None:
    text = "既往史：高血压。冠心病。\n现病史：胸痛。\n家族史：糖尿病。"
    assert _read(text, section="exam") == "<高血压 <冠心病 +胸痛 @糖尿病"


def test_drug_before_an_allergic_shock_is_an_allergen() -> None:
    assert [finding.is_allergen for finding in extract("青霉素过敏性休克").findings] == [True, False]


def test_drug_under_an_allergy_heading_is_an_allergen() -> None:
    findings = extract("Allergies: aspirin\nMedications: metformin").findings
    assert [(finding.surface, finding.is_allergen) for finding in findings] == [("aspirin", True), ("metformin", False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("发热-，咳嗽+", "-发热 +咳嗽"),
        ("fever -, cough +", "-fever +cough"),
        ("+fever, +chills, -cough", "+fever +chills -cough"),
        ("咳嗽±", "?咳嗽"),
        ("发热：否 腹痛：是", "-发热 +腹痛"),
        ("hypertension - stable", "+hypertension"),
        ("- fever\n- cough", "+fever +cough"),
        ("Neuro: no ataxia", "-ataxia"),
    ],
)
def test_bare_sign_or_answer_judges_the_finding_it_touches(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建议去医院检查，排除肺炎", "?肺炎"),
        ("建议去医院检查，已排除肺炎", "-肺炎"),
        ("检查排除脑出血", "-脑出血"),
    ],
)
def test_what_an_examination_is_still_to_exclude_is_doubtful(text: str, expected: str) -> None:
    assert _read(text) == expected


def test_normal_test_says_nothing_of_the_finding_before_it() -> None:
    assert _read("血糖升高血常规正常") == "+血糖升高 +血常规"


def test_english_statement_that_is_over_ends_negation() -> None:
    assert _read("no effusion was seen and pneumonia was treated") == "-effusion +pneumonia"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is lupus?", "+lupus"),
        ("I am tired. What are the symptoms of lupus?", "+tired +lupus"),
        ("什么是高血压？", "+高血压"),
        ("Is it lupus?", "?lupus"),
        ("What is it, lupus?", "?lupus"),
        ("高血压？", "?高血压"),
    ],
)
def test_question_about_a_disease_does_not_doubt_it(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The patient was afebrile.", "-febrile"),
        ("nontender today", "-tender"),
        ("r/o appendicitis RLQ pain", "?appendicitis +RLQ pain"),
        ("no fever, severe headache", "-fever +headache"),
        ("no fever, severe headache, or rash", "-fever -headache -rash"),
    ],
)
def test_prefixes_and_what_a_telegram_leaves_out(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("暂不用激素", "-激素"),
        ("暂缓手术，复查血常规", "-手术 +血常规"),
        ("Thrombolysis was not given.", "-Thrombolysis"),
        ("No longer on warfarin; switched from heparin to apixaban", "-warfarin <heparin +apixaban"),
        ("Will hold off antibiotics for now", "-antibiotics"),
        ("既往高血压10年，口服氨氯地平控制可", "<高血压 +氨氯地平"),
        ("既往高血压10年，曾服氨氯地平", "<高血压 <氨氯地平"),
    ],
)
def test_treatment_that_is_not_given_is_absent_and_one_that_works_is_present(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("如发热随诊", "?发热"),
        ("嘱如头痛、呕吐及时就诊", "?头痛 ?呕吐"),
        ("头痛时急诊", "?头痛"),
        ("头痛如裹", "+头痛"),
        ("上感表现，如发热、咳嗽等，及时就诊", "+上感 +发热 +咳嗽"),
        ("术后可能致出血", "?出血"),
        ("Safety-netted re sepsis, meningitis", "?sepsis ?meningitis"),
        ("Risks of bleeding and infection discussed", "?bleeding ?infection"),
    ],
)
def test_what_may_come_is_doubtful(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("急性心梗暂不考虑", "-急性心梗"),
        ("暂不考虑急性心梗", "-急性心梗"),
        ("肺癌高度怀疑", "?肺癌"),
        ("水肿无 黄疸无 发热有", "-水肿 -黄疸 +发热"),
        ("Rash was not seen in the clinic", "-Rash"),
        ("Meningitis was considered but excluded", "-Meningitis"),
        ("Pneumonia is felt to be unlikely", "?Pneumonia"),
        ("Seizures? None that we know of.", "-Seizures"),
        ("colonoscopy recommended", "?colonoscopy"),
        ("Pneumonia, now resolved", "<Pneumonia"),
        ("Pneumonia, resolved fever", "+Pneumonia +fever"),
        ("Tonsillectomy aged 6", "<Tonsillectomy"),
        ("A woman with asthma aged 45", "+asthma"),
    ],
)
def test_cue_behind_what_it_judges(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I haven't got a fever, I just feel tired", "-fever +tired"),
        ("No cough, just sneezing", "-cough +sneezing"),
        ("no fever, cough or rash noted", "-fever -cough -rash"),
        ("no fever, cough without sputum", "-fever +cough -sputum"),
        ("He has no fever - does he have malaria?", "-fever ?malaria"),
        ("no further enlargement of the aneurysm", "+aneurysm"),
        ("Cough hasn't stopped", "+Cough"),
        ("My dad had gout and now I've got a fever", "@gout +fever"),
        ("an ex-smoker with asthma", "<smoker +asthma"),
        ("old stroke", "<stroke"),
        ("a 60 year old with stroke", "+stroke"),
    ],
)
def test_english_scope_ends_where_something_new_is_said(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("予头孢抗感染、布洛芬退热", "+头孢 +布洛芬"),
        ("拟明日全麻下行胆囊切除术", "?全麻 ?胆囊切除术"),
        ("必要时予吗啡", "?吗啡"),
        ("2017年剖宫产", "<剖宫产"),
        ("2017年3月5日剖宫产", "+剖宫产"),
        ("黄疸逐渐消退", "+黄疸"),
        ("腹泻已停", "<腹泻"),
        ("与家人争吵后心慌", "+心慌"),
        ("爱人有肺结核", "@肺结核"),
        ("双下肢水肿，晨轻暮重", "+双下肢水肿"),
        ("四肢无力，晨轻暮重", "+四肢无力 +晨轻暮重"),
        ("膀胱充盈可", ""),
        ("青霉素过敏性休克", "+青霉素 +过敏性休克"),
        ("Plan: aspirin, continue metformin", "?aspirin +metformin"),
        ("Working diagnosis: gout", "?gout"),
        ("PMH: asthma. Meds: aspirin", "<asthma +aspirin"),
    ],
)
def test_ward_notes(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("双腋下未见异常肿大淋巴结", "-肿大淋巴结"),
        ("压痛、反跳痛均未及", "-压痛 -反跳痛"),
        ("暂不需抗病毒治疗", "-抗病毒治疗"),
        ("家属不同意气管切开", "-气管切开"),
        ("告知家属若发热随诊", "?发热"),
        ("我爸咳嗽一个月了，担心是肺癌", "+咳嗽 ?肺癌"),
        ("我妈有糖尿病，我会得吗？", "@糖尿病"),
        ("术前停阿司匹林7天", "<阿司匹林"),
        ("鉴别诊断：肺结核：多有低热", "?肺结核 ?低热"),
        ("嘱戒酒", "?戒酒"),
        ("遵医嘱予曲马多", "+曲马多"),
        ("松动(-)，牙龈红肿", "+牙龈红肿"),
    ],
)
def test_further_notes_in_chinese(text: str, expected: str) -> None:
    assert _read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ultrasound excluded gallstones", "+Ultrasound -gallstones"),
        ("Gallstones excluded.", "-Gallstones"),
        ("no evidence of sepsis, morphine given", "-sepsis +morphine"),
        ("no sepsis or morphine", "-sepsis -morphine"),
        ("misdiagnosed with cellulitis", "-cellulitis"),
        ("Stop aspirin, hold ramipril", "<aspirin -ramipril"),
        ("found at the bus stop with fever", "+fever"),
        ("3d h/o vertigo", "+vertigo"),
        ("62M h/o gout", "<gout"),
        ("Sepsis ?cholangitis", "+Sepsis ?cholangitis"),
        ("treat as meningitis until proven otherwise", "?meningitis"),
        ("My husband snores, does he have sleep apnea?", "+snores ?sleep apnea"),
        ("My husband snores, and I have a cough", "@snores +cough"),
        ("commence donepezil", "?donepezil"),
    ],
)
def test_further_notes_in_english(text: str, expected: str) -> None:
    assert _read(text) == expected
