from __future__ import annotations

import pytest

from casefinder.cases.readers.documents import Part, split_document
from casefinder.cases.readers.headings import Field

CC, HPI, PAST, EXAM = Field.CHIEF_COMPLAINT, Field.PRESENT_ILLNESS, Field.PAST_HISTORY, Field.EXAM
NOTES, DIAGNOSIS, TREATMENT = Field.NOTES, Field.DIAGNOSIS, Field.TREATMENT


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n ", []),
        ("腹痛三天，伴发热。", [Part(HPI, "", "腹痛三天，伴发热。")]),
        ("主诉：腹痛三天\n查体：腹软", [Part(CC, "主诉", "腹痛三天"), Part(EXAM, "查体", "腹软")]),
        (
            "现病史\n（1）病史摘要\n  男，腹痛。\n（2）主诉\n  腹痛3小时。\n\n体格检查\n腹软\n（2）超声检查\n包块",
            [
                Part(HPI, "病史摘要", "男，腹痛。"),
                Part(CC, "主诉", "腹痛3小时。"),
                Part(EXAM, "体格检查", "腹软\n（2）超声检查\n包块"),
            ],
        ),
        (
            "【主诉】胸痛\n## 现病史\n活动后胸痛\n三、既往史：高血压",
            [Part(CC, "主诉", "胸痛"), Part(HPI, "现病史", "活动后胸痛"), Part(PAST, "既往史", "高血压")],
        ),
        (
            "CHIEF COMPLAINT: chest pain\nPast medical history\nnone\nPlan: aspirin",
            [
                Part(CC, "CHIEF COMPLAINT", "chest pain"),
                Part(PAST, "Past medical history", "none"),
                Part(TREATMENT, "Plan", "aspirin"),
            ],
        ),
        (
            "李某，女，40岁。主诉及病史:头痛三年。诊查:脉弦。西医诊断:偏头痛。治法:平肝。",
            [
                Part(HPI, "", "李某，女，40岁。"),
                Part(HPI, "主诉及病史", "头痛三年。"),
                Part(EXAM, "诊查", "脉弦。"),
                Part(DIAGNOSIS, "西医诊断", "偏头痛"),
                Part(TREATMENT, "治法", "平肝。"),
            ],
        ),
        (
            "主诉(其母代诉)及病史：发热。",
            [Part(HPI, "主诉(其母代诉)及病史", "发热。")],
        ),
        (
            "入院后实验室检查：血红蛋白低，诊断：不明，病史：长。",
            [Part(HPI, "", "入院后实验室检查：血红蛋白低。"), Part(NOTES, "诊断", "不明，病史：长")],
        ),
        (
            "辅助检查\nCT见肿块。\n诊断：左肾肿瘤，考虑癌。建议手术\n请会诊",
            [
                Part(EXAM, "辅助检查", "CT见肿块。"),
                Part(DIAGNOSIS, "诊断", "左肾肿瘤，考虑癌"),
                Part(NOTES, "诊断", "建议手术\n请会诊"),
            ],
        ),
        (
            "诊断：\n1.高血压\n2.糖尿病\n治疗：降压",
            [Part(DIAGNOSIS, "诊断", "1.高血压\n2.糖尿病"), Part(TREATMENT, "治疗", "降压")],
        ),
        (
            "用药情况：过敏史：\n鸡蛋过敏",
            [Part(PAST, "过敏史", "鸡蛋过敏")],
        ),
        (
            "性别：男\n年龄：63岁\n胸痛一天\n就诊时间：待定",
            [
                Part(Field.SEX, "性别", "男"),
                Part(Field.AGE, "年龄", "63岁"),
                Part(HPI, "", "胸痛一天\n就诊时间：待定"),
            ],
        ),
        (
            "既往病史：\n无\nDialogue\n医生：\n建议住院\n病人：\n严重吗",
            [Part(PAST, "既往病史", "无"), Part(NOTES, "医生", "建议住院\n病人：\n严重吗")],
        ),
        (
            "主诉：胸闷\n病史及体检\n胸闷三周，心率快\n诊断及治疗：心包炎，抗炎",
            [
                Part(CC, "主诉", "胸闷"),
                Part(HPI, "病史及体检", "胸闷三周，心率快"),
                Part(TREATMENT, "诊断及治疗", "心包炎，抗炎"),
            ],
        ),
        (
            "患者，女，37岁，诊断：右手压砸伤，予清创。1小时前被机器压伤。",
            [
                Part(HPI, "", "患者，女，37岁。1小时前被机器压伤。"),
                Part(DIAGNOSIS, "诊断", "右手压砸伤"),
                Part(NOTES, "诊断", "予清创"),
            ],
        ),
        (
            "腹痛1月，某医院胃镜诊断：浅表性胃炎。近日加重。",
            [Part(HPI, "", "腹痛1月，某医院。近日加重。"), Part(NOTES, "胃镜诊断", "浅表性胃炎")],
        ),
        ("腹痛，诊断不明，诊断为肠炎", [Part(HPI, "", "腹痛，诊断不明，诊断为肠炎")]),
        ("腹痛\n性别、年龄：女，40岁", [Part(HPI, "", "腹痛\n性别、年龄：女，40岁")]),
        ("腹痛\n诊断及转归：肠炎，好转", [Part(HPI, "", "腹痛"), Part(NOTES, "诊断及转归", "肠炎，好转")]),
    ],
)  # fmt: skip
def test_a_record_is_split_at_its_headings(text: str, parts: list[Part]) -> None:
    assert split_document(text) == parts


def test_a_part_keeps_its_heading_where_its_words_need_it() -> None:
    assert [part.labelled for part in split_document("过敏史：无\n既往史：无\n主诉：头痛")] == [
        "过敏史：无",
        "无",
        "头痛",
    ]


def test_no_word_between_headings_is_lost() -> None:
    words = ["甲乙丙", "丁戊己", "庚辛壬", "子丑寅", "卯辰巳"]
    headings = ["", "主诉：", "（1）其他情况：", "诊断：", "治疗经过\n"]
    text = "\n".join(heading + word for heading, word in zip(headings, words, strict=True))
    found = "".join(part.text for part in split_document(text))
    assert [word for word in words if word in found] == words
