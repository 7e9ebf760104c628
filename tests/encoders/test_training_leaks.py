from __future__ import annotations

from pathlib import Path

import pytest

from scripts.train_encoder.check_leaks import drop_leaks
from scripts.train_encoder.leaks import LeakFinder, read_evaluation_texts
from scripts.train_encoder.sources import Pair

HELD = "患者三天前受凉后出现发热咳嗽，夜间加重，来院就诊"


@pytest.fixture
def finder() -> LeakFinder:
    return LeakFinder([HELD, "Chest pain", *(f"医生你好，请问这种情况应该怎么办呢，第{n}问" for n in range(12))])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (HELD, "exact"),
        ("ＣＨＥＳＴ  pain!", "exact"),
        (HELD.replace("三", "四"), "near"),
        (HELD + "，谢谢", "near"),
        (HELD[:12], ""),
        ("chest pains", ""),
        ("患者五天前摔倒后出现右腕肿胀疼痛，活动受限，来院就诊", ""),
        ("", ""),
    ],
)
def test_texts_that_repeat_an_evaluation_text_are_found(finder: LeakFinder, text: str, kind: str) -> None:
    assert finder.judge(text) == kind


def test_rows_that_repeat_are_dropped_and_counted_but_labels_may_stay(finder: LeakFinder) -> None:
    corpus = {
        "hpo": [Pair("胸痛", "chest pain", "a"), Pair("发热", "fever", "b"), Pair("咳", "cough", "c", HELD)],
        "imcs": [Pair("胸口疼", "chest pain", "chest pain"), Pair("chest pain", "胸痛", "胸痛")],
    }
    kept, dropped = drop_leaks(corpus, finder)
    assert kept == {"hpo": [Pair("发热", "fever", "b")], "imcs": [Pair("胸口疼", "chest pain", "chest pain")]}
    assert dropped == {"hpo exact": 2, "imcs exact": 1}


def test_every_text_of_the_evaluation_folder_is_read_but_labels_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("hp_id\tzh\tstandard\nHP:1\t胸痛\t疼痛\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"id": "7", "titles": [{"title": "发热", "label": 2}]}\n', encoding="utf-8")
    assert read_evaluation_texts(tmp_path) == ["发热", "胸痛"]
