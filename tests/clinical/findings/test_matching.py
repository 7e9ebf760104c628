"""Which words of a text are taken for which concept."""

from __future__ import annotations

import pytest

from casefinder.clinical.findings import FindingExtractor, Side, extract
from casefinder.clinical.lexicon import Concept, ConceptKind, Lexicon


def _concept(concept_id: str, *, zh: str, en: str, kind: ConceptKind = ConceptKind.DISEASE) -> Concept:
    return Concept(id=concept_id, kind=kind, zh_forms=tuple(zh.split("|")), en_forms=tuple(en.split("|")))


_EXTRACTOR = FindingExtractor(
    Lexicon(
        [
            _concept("pain", zh="疼痛", en="pain", kind=ConceptKind.SYMPTOM),
            _concept("chest-pain", zh="胸痛|胸部疼痛", en="chest pain", kind=ConceptKind.SYMPTOM),
            _concept("chest", zh="胸部", en="chest", kind=ConceptKind.BODY),
            _concept("knee", zh="膝关节", en="knee", kind=ConceptKind.BODY),
            _concept("infarction", zh="心梗", en="MI"),
            _concept("leukaemia", zh="急淋", en="ALL"),
            _concept("injury", zh="碰伤", en="injury"),
            _concept("abscess", zh="脓肿", en="abscess"),
            _concept("lung-abscess", zh="肺脓肿", en="lung abscess"),
        ]
    )
)


def _ids(text: str) -> list[str]:
    return [finding.concept_id for finding in _EXTRACTOR.extract(text).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("胸部疼痛", ["chest-pain"]),
        ("胸部", []),
        ("肺脓肿", ["lung-abscess"]),
        ("lung abscesses", ["lung-abscess"]),
        ("Chest pains", ["chest-pain"]),
        ("injuries", ["injury"]),
        ("painting spain", []),
        ("ＣＨＥＳＴ　ＰＡＩＮ", ["chest-pain"]),
        ("old MI", ["infarction"]),
        ("mi amigo", []),
        ("all well", []),
        ("ALL relapse", ["leukaemia"]),
        ("患者MI后", ["infarction"]),
    ],
)
def test_longest_whole_form_is_taken(text: str, expected: list[str]) -> None:
    assert _ids(text) == expected


def test_body_part_before_a_finding_is_its_site() -> None:
    (finding,) = _EXTRACTOR.extract("左膝关节疼痛").findings
    assert (finding.concept_id, finding.site, finding.side) == ("pain", "knee", Side.LEFT)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("右侧胸痛", Side.RIGHT),
        ("双侧疼痛", Side.BOTH),
        ("左膝关节外伤，疼痛", None),
        ("pain in the left knee", Side.LEFT),
        ("bilateral pain", Side.BOTH),
        ("胸痛", None),
    ],
)
def test_side_is_read_next_to_the_finding(text: str, side: Side | None) -> None:
    (finding,) = _EXTRACTOR.extract(text).findings
    assert finding.side is side


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("肚子有点疼", ["+肚子有点疼:abdominal-pain"]),
        ("头一点都不晕", ["-晕:dizziness"]),
        ("嗓子也不痛，但是很干", ["-痛:sore-throat"]),
        ("左膝疼痛", ["+膝疼痛:knee-pain"]),
        ("不红不肿", ["-肿:swelling"]),
        ("不咳不喘", ["-咳:cough", "-喘:wheezing"]),
        ("无痰", ["-痰:productive-cough"]),
        ("他肿得厉害", ["+肿得厉害:swelling"]),
        ("无痛性血尿", ["+无痛性血尿:blood-in-urine"]),
        ("肚子不能碰", []),
    ],
)
def test_form_with_everyday_words_inside_is_found(text: str, expected: list[str]) -> None:
    signs = {"present": "+", "absent": "-"}
    found = extract(text).findings
    assert [f"{signs[item.assertion]}{item.surface}:{item.concept_id}" for item in found] == expected


def test_measured_things_are_no_findings() -> None:
    assert extract("血压120/80mmHg，心率80次/分，体温36.5℃").findings == ()


def test_cue_of_a_finding_is_where_it_stands() -> None:
    text = "患者否认胸痛"
    (finding,) = extract(text).findings
    assert finding.cue is not None
    assert text[finding.cue.start : finding.cue.end] == "否认"


def _shipped_ids(text: str) -> list[str]:
    return [finding.concept_id for finding in extract(text).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("有抑郁症状", ["low-mood"]),
        ("出现低血糖症状", ["hypoglycemia"]),
        ("颈椎病变", []),
        ("颈椎病", ["cervical-spondylosis"]),
        ("癫痫病灶", ["epilepsy"]),
        ("糖尿病史", ["diabetes-mellitus"]),
        ("为糖尿病人", ["diabetes-mellitus"]),
        ("评估为中风险", []),
        ("转至胸痛中心", []),
        ("卒中中心收治", []),
        ("曾患中风", ["stroke"]),
        ("PE: unremarkable", []),
        ("confirmed PE", ["pulmonary-embolism"]),
        ("two previous MIs", ["myocardial-infarction"]),
        ("RAS inhibition", []),
        ("SpO2 98% on RA", []),
        ("糖尿病视网膜病变", ["diabetic-retinopathy"]),
        ("双眼视网膜病变", ["retinopathy"]),
        ("retinopathy", ["retinopathy"]),
        ("HTN and DM", ["hypertension", "diabetes-mellitus"]),
        ("type 2 DM", ["type-2-diabetes-mellitus"]),
        ("皮肌炎（DM）5年，DM活动", ["dermatomyositis"]),
        ("dextromethorphan (DM) syrup", ["dextromethorphan"]),
        ("5 dm long", []),
    ],
)
def test_words_that_look_like_a_finding_are_told_from_it(text: str, expected: list[str]) -> None:
    assert [found for found in _shipped_ids(text) if found != "syrup"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("孩子手脚口有泡", ["hand-foot-and-mouth-disease"]),
        ("宝宝厌奶，蔫蔫的", ["loss-of-appetite", "listlessness"]),
        ("夜里老醒，睡不踏实", ["insomnia", "insomnia"]),
        ("走几步就喘，躺下就憋", ["exertional-dyspnea", "orthopnea"]),
        ("大便像水，绿便", ["watery-diarrhea", "green-stool"]),
        ("喝水便秘好些", ["constipation"]),
        ("尿红细胞阳性", ["microscopic-hematuria"]),
        ("小腿肿瘤切除", ["tumor-resection"]),
        ("没有意识到", []),
    ],
)
def test_patients_own_words_are_read(text: str, expected: list[str]) -> None:
    assert _shipped_ids(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("咳了一周", ["咳"]),
        ("还吐，一直咳", ["吐", "咳"]),
        ("呕吐了3次", ["呕吐"]),
        ("孕28+3周", ["孕28+3周"]),
        ("孕38周剖宫产娩出", ["剖宫产"]),
        ("fever3天，RA10年", ["fever", "RA"]),
        ("fever3x", []),
        ("甲状腺肿瘤", ["甲状腺肿瘤"]),
        ("晚上感到头晕", ["头晕"]),
        ("降低血压", []),
        ("否认有机磷中毒", ["有机磷中毒"]),
        ("frequency and urgency", ["frequency", "urgency"]),
        ("the frequency of visits", []),
    ],
)
def test_short_and_joined_wordings(text: str, expected: list[str]) -> None:
    assert [finding.surface for finding in extract(text).findings] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("尿蛋白3+", {"proteinuria": "present"}),
        ("尿蛋白（+++）", {"proteinuria": "present"}),
        ("尿蛋白(-)", {"proteinuria": "absent"}),
        ("尿蛋白转阴", {"proteinuria": "absent"}),
        ("查HBsAg(+)", {"positive-hepatitis-b-surface-antigen": "present"}),
        ("尿蛋白定量", {"24-hour-urine-protein": "present"}),
        ("乳房摸到一个硬块", {"breast-lump": "present"}),
        ("脖子上有个包", {"neck-lump": "present"}),
        ("腹部有包裹性改变", {}),
        ("月经三个月没来", {"amenorrhea": "present"}),
        ("心绞痛", {"angina-pectoris": "present"}),
    ],
)
def test_graded_tests_and_lumps_are_findings(text: str, expected: dict[str, str]) -> None:
    assert {finding.concept_id: str(finding.assertion) for finding in extract(text).findings} == expected
