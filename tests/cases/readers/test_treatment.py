from __future__ import annotations

import pytest

from casefinder.cases import Diagnosis, StepKind, TreatmentStep
from casefinder.cases.readers.treatment import parse_diagnoses, parse_treatment
from casefinder.errors import InvalidCaseError

TEST, DRUG, OTHER = StepKind.TEST, StepKind.MEDICATION, StepKind.OTHER


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", ()),
        (" ; ；\n", ()),
        (
            "D0 检查: 心电图; D0 用药: 阿司匹林 300mg 嚼服; D30 随访: 心内科门诊",
            (
                TreatmentStep(TEST, "心电图", day=0),
                TreatmentStep(DRUG, "阿司匹林", "300mg 嚼服", day=0),
                TreatmentStep(StepKind.FOLLOW_UP, "心内科门诊", day=30),
            ),
        ),
        (
            "第1天：手术：阑尾切除术→第3天 护理：换药",
            (
                TreatmentStep(StepKind.SURGERY, "阑尾切除术", day=0),
                TreatmentStep(StepKind.NURSING, "换药", day=2),
            ),
        ),
        ("第0天 检查：CT", (TreatmentStep(TEST, "CT", day=0),)),
        ("D-1 test: ECG -> day 2 follow-up: clinic", (
            TreatmentStep(TEST, "ECG", day=-1), TreatmentStep(StepKind.FOLLOW_UP, "clinic", day=2),
        )),
        ("1.阿司匹林 2.氯吡格雷", (TreatmentStep(OTHER, "阿司匹林"), TreatmentStep(OTHER, "氯吡格雷"))),
        ("1、卧床休息2、吸氧3、心电监护", tuple(TreatmentStep(OTHER, x) for x in ("卧床休息", "吸氧", "心电监护"))),
        ("①补液\n②抗感染", (TreatmentStep(OTHER, "补液"), TreatmentStep(OTHER, "抗感染"))),
        ("1.5g 头孢呋辛静滴", (TreatmentStep(OTHER, "1.5g 头孢呋辛静滴"),)),
        ("用药: 5%葡萄糖500ml", (TreatmentStep(DRUG, "5%葡萄糖", "500ml"),)),
        ("用药: 维生素B12 0.5mg im", (TreatmentStep(DRUG, "维生素B12", "0.5mg im"),)),
        ("medication: aspirin 300 mg po qd", (TreatmentStep(DRUG, "aspirin", "300 mg po qd"),)),
        ("术后第3天换药，建议：休息", (TreatmentStep(OTHER, "术后第3天换药，建议：休息"),)),
        ("D-二聚体复查", (TreatmentStep(OTHER, "D-二聚体复查"),)),
        ("注意：忌辛辣", (TreatmentStep(OTHER, "注意：忌辛辣"),)),
        ("D0", ()),
        ("。；——\nD1 。", ()),
    ],
)  # fmt: skip
def test_steps_of_a_cell(text: str, steps: tuple[TreatmentStep, ...]) -> None:
    assert parse_treatment(text) == steps


@pytest.mark.parametrize(
    ("text", "codes", "diagnoses"),
    [
        ("", "", ()),
        ("急性心肌梗死", "I21.3", (Diagnosis("急性心肌梗死", "I21.3"),)),
        ("急性心肌梗死；高血压", "I21.3;I10", (Diagnosis("急性心肌梗死", "I21.3"), Diagnosis("高血压", "I10"))),
        ("急性心肌梗死|高血压", "I21.3", (Diagnosis("急性心肌梗死", "I21.3"), Diagnosis("高血压"))),
        ("1.高血压 2.2型糖尿病", "", (Diagnosis("高血压"), Diagnosis("2型糖尿病"))),
        ("1.高血压。2.糖尿病。", "", (Diagnosis("高血压"), Diagnosis("糖尿病"))),
        ("(1)高血压\n(2)糖尿病", "", (Diagnosis("高血压"), Diagnosis("糖尿病"))),
        ("肺炎(J18.9)", "", (Diagnosis("肺炎", "J18.9"),)),
        ("维生素缺乏(B12)", "", (Diagnosis("维生素缺乏(B12)"),)),
        ("", "I21.3", (Diagnosis("I21.3", "I21.3"),)),
        ("肺炎\n肺炎", "", (Diagnosis("肺炎"),)),
        ("心梗", "i219", (Diagnosis("心梗", "I21.9"),)),
        ("心梗", "I21.900X002", (Diagnosis("心梗", "I21.900x002"),)),
        ("自伤", "X60", (Diagnosis("自伤", "X60"),)),
        ("中毒", "T40.1X1A", (Diagnosis("中毒", "T40.1X1A"),)),
    ],
)
def test_diagnoses_of_a_cell(text: str, codes: str, diagnoses: tuple[Diagnosis, ...]) -> None:
    assert parse_diagnoses(text, codes) == diagnoses


def test_codes_that_fit_no_diagnosis_are_refused_rather_than_dropped() -> None:
    with pytest.raises(InvalidCaseError, match=r"diagnoses\.icd10: 2 codes for 3 diagnoses; give one for each"):
        parse_diagnoses("甲;乙;丙", "I10;I21.3")


def test_a_code_of_another_system_is_refused() -> None:
    with pytest.raises(InvalidCaseError, match=r"diagnoses\.icd10: '410\.9' is not an ICD-10 code"):
        parse_diagnoses("心梗", "410.9")
