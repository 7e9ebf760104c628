"""What the packaged weights must know, whatever their version."""

from __future__ import annotations

from itertools import combinations

import pytest

from casefinder.encoders.bundled import BundledEncoder

UNLIKE = ["骨折", "skin rash", "糖尿病视网膜病变", "preterm birth", "白内障手术"]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder.load()


@pytest.mark.parametrize(
    "same",
    [
        ["心梗", "急性心肌梗死", "心肌梗塞", "acute MI", "heart attack", "acute myocardial infarction"],
        ["发烧", "发热", "fever", "体温升高"],
        ["拉肚子", "腹泻", "diarrhea", "diarrhoea"],
        ["中风", "脑卒中", "stroke"],
        ["慢阻肺", "慢性阻塞性肺疾病", "COPD", "chronic obstructive pulmonary disease"],
        ["阿司匹林", "aspirin"],
        ["呼吸困难", "气促", "shortness of breath", "dyspnea"],
        ["高血压", "hypertension", "high blood pressure"],
        ["阑尾炎", "appendicitis"],
    ],
    ids=lambda same: same[0],
)
def test_names_of_one_thing_are_closer_than_other_things(encoder: BundledEncoder, same: list[str]) -> None:
    vectors, others = encoder.encode(same), encoder.encode(UNLIKE)
    farthest = min(float(vectors[i] @ vectors[j]) for i, j in combinations(range(len(same)), 2))
    assert farthest > float((vectors @ others.T).max())


@pytest.mark.parametrize(
    ("complaint", "presentation", "other"),
    [
        (
            "胸痛伴冷汗",
            "crushing chest pain with cold sweats for 3 hours",
            "itchy red rash on both arms for 3 days",
        ),
        (
            "反复咳嗽咳痰十年，加重伴气促一周",
            "productive cough for ten years, worse with shortness of breath for one week",
            "right lower quadrant abdominal pain with vomiting for one day",
        ),
        (
            "右下腹痛伴发热1天",
            "转移性右下腹疼痛一天，体温38.5℃，麦氏点压痛",
            "双下肢水肿两个月，尿中泡沫增多",
        ),
        (
            "sudden severe headache and vomiting",
            "突发剧烈头痛伴呕吐2小时",
            "右膝关节肿痛一周",
        ),
    ],
)
def test_complaint_is_closer_to_its_presentation(
    encoder: BundledEncoder, complaint: str, presentation: str, other: str
) -> None:
    asked, right, wrong = encoder.encode([complaint, presentation, other])
    assert asked @ right > 0.3 > asked @ wrong


def test_exact_drug_name_decides_among_like_texts(encoder: BundledEncoder) -> None:
    asked, right, wrong = encoder.encode(
        ["服用甲氨蝶呤后口腔溃疡", "患者服用甲氨蝶呤两周后出现口腔溃疡", "患者服用硫唑嘌呤两周后出现口腔溃疡"]
    )
    assert asked @ right > asked @ wrong + 0.05


def test_calibration_keeps_the_three_relations_apart(encoder: BundledEncoder) -> None:
    calibration = encoder.calibration
    texts = ["患者胸痛伴冷汗3小时，向左肩放射", "患者胸痛伴冷汗3小时，向左肩部放射。", "胸口疼、出冷汗", "脚踝扭伤肿胀"]
    vectors = encoder.encode(texts)
    found = [str(calibration.relation(float(vectors[0] @ v))) for v in vectors[1:]]
    assert found == ["near-duplicate", "related", "unrelated"]
    assert calibration.percent(1.0) == 100.0
    assert calibration.percent(-1.0) == 0.0
