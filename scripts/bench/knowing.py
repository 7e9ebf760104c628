#!/usr/bin/env python3
"""Measure how well a case base knows what it does not know: both kinds of error over thresholds.

    python scripts/bench/knowing.py --index index_data/casebase

Questions that it should know: the chief complaints of its own cases, asked without the case itself, and short
complaints. Questions that it should not know: sentences without medical content, in Chinese and English.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from casefinder.casebase import open_case_base
from casefinder.encoders import load_encoder
from casefinder.search import Searcher
from casefinder.search.knowing import LEAST_SIMILARITY

SEED = 4
N_KNOWN = 300
STRANGE = (
    "今天股市大幅下跌", "怎么做红烧肉", "周末去哪里玩比较好", "量子计算机的发展前景", "这部电影的导演是谁",
    "手机屏幕碎了怎么换", "北京到上海的高铁票价", "如何学习编程语言", "房价会不会继续上涨", "明天会下雨吗",
    "世界杯冠军是哪个国家", "公司年会的节目安排", "租房合同需要注意什么", "汽车保养多久一次", "怎样种好西红柿",
    "电脑开机很慢怎么办", "高考志愿怎么填报", "春节放假几天", "银行贷款利率是多少", "推荐几本好看的小说",
    "自行车链条掉了", "空调不制冷", "快递丢了怎么赔偿", "养猫需要准备什么", "如何申请护照", "咖啡机怎么清洗",
    "吉他入门曲目", "太阳系有几颗行星", "唐朝的都城在哪里", "二次方程的求根公式",
    "how to bake sourdough bread", "the stock market fell today", "best laptop for programming",
    "who won the world cup", "cheap flights to Rome in May", "how do I change a bicycle tyre",
    "history of the Roman empire", "quarterly revenue grew by ten percent", "the weather will be sunny tomorrow",
    "install a printer driver", "recipe for tomato soup", "rent for a two bedroom flat", "learn to play the guitar",
    "football scores from last night", "translate this sentence into French", "quantum computing explained",
    "capital of Australia", "what is the meaning of this poem", "repair a leaking tap", "plan a birthday party",
    "train timetable to Berlin", "how to train a puppy to sit", "paint the living room walls",
    "open a savings account", "fix a slow computer", "write a cover letter", "the plot of the latest film",
    "grow tomatoes on a balcony", "voting in the general election", "solar panels for a small house",
)  # fmt: skip
SHORT = (
    "胸痛", "咳嗽", "发热", "腹痛", "头痛", "头晕", "腰痛", "皮疹", "心悸", "血尿", "呕吐", "腹泻", "水肿", "咽痛",
    "chest pain", "cough", "fever", "abdominal pain", "headache", "dizziness", "back pain", "rash", "palpitations",
    "vomiting", "diarrhoea", "sore throat", "急性心肌梗死", "肺炎", "阑尾炎", "糖尿病", "pneumonia", "appendicitis",
)  # fmt: skip


def main() -> None:
    """Ask every question and print the errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=Path("index_data/casebase"))
    arguments = parser.parse_args()
    encoder = load_encoder()
    with open_case_base(arguments.index) as casebase:
        searcher = Searcher(casebase, encoder)
        own = {case.sections.chief_complaint: case.id for _, case, _ in casebase.view().store.every_case()}
        chosen = np.random.default_rng(SEED).permutation([text for text in own if text])[:N_KNOWN]
        known = [best(searcher, str(text), own[str(text)]) for text in chosen]
        short = [best(searcher, text, "") for text in SHORT]
        strange = [best(searcher, text, "") for text in STRANGE]
    table = {
        f"{threshold:.2f}": {
            "known called strange": share(known, threshold),
            "short called strange": share(short, threshold),
            "strange called known": round(1 - share(strange, threshold), 3),
        }
        for threshold in np.arange(0.2, 0.62, 0.04).tolist()
    }
    json.dump({"encoder": encoder.fingerprint, "threshold": LEAST_SIMILARITY, "errors": table}, sys.stdout, indent=1)
    sys.stdout.write("\n")


def best(searcher: Searcher, text: str, own_id: str) -> float:
    """Return the similarity of the best case, the asking one aside."""
    hits = searcher.search(text, k=2).hits
    return next((hit.similarity for hit in hits if hit.case.id != own_id), 0.0)


def share(similarities: list[float], threshold: float) -> float:
    """Return the share of best similarities below a threshold."""
    return round(float(np.mean(np.array(similarities) < threshold)), 3)


if __name__ == "__main__":
    main()
