#!/usr/bin/env python3
"""Compose the negation retrieval set: questions with one case that agrees and one that says the opposite.

    python scripts/negation_pairs/compose.py > tests/search/negation_pairs.jsonl

The two cases of a pair differ in nothing but the assertion of one finding. The same output every time.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator

SEED = 4
# Complaint, then findings that may go with it or be denied.
ZH = [
    ("胸闷2天", ("胸痛", "大汗", "咯血", "心悸", "下肢水肿")),
    ("咳嗽5天", ("发热", "咯血", "胸痛", "气促", "盗汗")),
    ("腹痛6小时", ("呕吐", "腹泻", "发热", "黑便", "黄疸")),
    ("头痛3天", ("呕吐", "发热", "抽搐", "视物模糊", "意识障碍")),
    ("头晕1周", ("耳鸣", "呕吐", "晕厥", "肢体麻木", "听力下降")),
    ("腰痛1月", ("血尿", "发热", "下肢麻木", "尿频", "体重下降")),
    ("双下肢水肿半月", ("呼吸困难", "蛋白尿", "腹胀", "少尿", "咳嗽")),
    ("关节肿痛2月", ("晨僵", "皮疹", "发热", "口腔溃疡", "脱发")),
    ("月经量增多3月", ("痛经", "头晕", "贫血", "腹痛", "发热")),
    ("咽痛3天", ("发热", "咳嗽", "声音嘶哑", "吞咽困难", "皮疹")),
    ("皮疹4天", ("瘙痒", "发热", "关节痛", "腹痛", "咽痛")),
]  # fmt: skip
EN = [
    ("Chest tightness for two days", ("chest pain", "sweating", "palpitations", "haemoptysis", "syncope")),
    ("Cough for five days", ("fever", "haemoptysis", "chest pain", "wheezing", "night sweats")),
    ("Abdominal pain for six hours", ("vomiting", "diarrhoea", "fever", "jaundice", "melaena")),
    ("Headache for three days", ("vomiting", "fever", "photophobia", "seizures", "neck stiffness")),
    ("Dizziness for a week", ("tinnitus", "vomiting", "syncope", "hearing loss", "headache")),
    ("Back pain for a month", ("haematuria", "fever", "weight loss", "numbness", "dysuria")),
    ("Swollen legs for two weeks", ("dyspnoea", "chest pain", "cough", "fever", "abdominal distension")),
    ("Painful swollen joints for two months", ("rash", "fever", "mouth ulcers", "hair loss", "morning stiffness")),
    ("Sore throat for three days", ("fever", "cough", "hoarseness", "rash", "dysphagia")),
    ("Rash for four days", ("itching", "fever", "joint pain", "abdominal pain", "sore throat")),
    ("Fatigue for a month", ("weight loss", "fever", "night sweats", "pallor", "palpitations")),
]  # fmt: skip
# Name of the phenomenon, question, and how a case affirms or denies the finding.
ZH_FORMS = [
    ("negated question", "{c}，无{f}", ("伴{f}", "无{f}")),
    ("denied question", "{c}，否认{f}", ("有{f}", "否认{f}")),
    ("affirmed question", "{c}，伴{f}", ("伴有{f}", "不伴{f}")),
    ("finding alone, negated", "没有{f}的{c}", ("同时有{f}", "未见{f}")),
]
EN_FORMS = [
    ("negated question", "{c}, no {f}", ("with {f}", "without {f}")),
    ("denied question", "{c}, denies {f}", ("reports {f}", "denies {f}")),
    ("affirmed question", "{c} with {f}", ("accompanied by {f}", "no {f}")),
    ("without", "{c} without {f}", ("and {f}", "and no {f}")),
]
ZH_ENDINGS = ("自服药物无缓解，遂来就诊。", "在外院对症处理后来诊。", "为进一步诊治来院。")
EN_ENDINGS = ("Seen by the family doctor before.", "Came in for further care.", "Self-medicated at first.")


def pairs() -> Iterator[dict[str, str]]:
    """Go through all pairs."""
    chooser = random.Random(SEED)
    for language, topics, forms, endings in (("zh", ZH, ZH_FORMS, ZH_ENDINGS), ("en", EN, EN_FORMS, EN_ENDINGS)):
        for complaint, findings in topics:
            for place, finding in enumerate(findings):
                for phenomenon, question, (has, lacks) in (forms[place % 4], forms[(place + 2) % 4]):
                    affirmed = "affirmed" in phenomenon
                    ending = chooser.choice(endings)
                    stop, comma = ("。", "，") if language == "zh" else (". ", ", ")
                    with_it, without = (
                        f"{complaint}{comma}{words.format(f=finding)}{stop}{ending}" for words in (has, lacks)
                    )
                    yield {
                        "language": language,
                        "phenomenon": phenomenon,
                        "query": question.format(c=complaint, f=finding),
                        "agrees": with_it if affirmed else without,
                        "contradicts": without if affirmed else with_it,
                    }


if __name__ == "__main__":
    for pair in pairs():
        sys.stdout.write(json.dumps(pair, ensure_ascii=False) + "\n")
