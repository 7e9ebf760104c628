from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from casefinder.clinical.lexicon.model import Concept, ConceptKind
from scripts.train_encoder.corpus import join_material
from scripts.train_encoder.glosses import Glosser, make_dictionary, pair_glosses, pair_mixed
from scripts.train_encoder.material import read_material
from scripts.train_encoder.questions import pair_questions
from scripts.train_encoder.recipe import SHARES
from scripts.train_encoder.sources import Pair

CONCEPTS = [
    Concept("chest-pain", ConceptKind.SYMPTOM, ("胸痛", "胸口疼"), ("chest pain",)),
    Concept("fever", ConceptKind.SYMPTOM, ("发热",), ("fever",)),
    Concept("aspirin", ConceptKind.DRUG, ("阿司匹林",), ("aspirin",)),
]
WORDS = [Pair("night", "夜里", "night"), Pair("worry", "担心", "worry"), Pair("child", "孩子", "child")]


@pytest.fixture
def glosser() -> Glosser:
    return Glosser(make_dictionary(CONCEPTS, WORDS), seed=1)


def write(folder: Path, lines: Sequence[str]) -> None:
    (folder / "advice.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_every_two_texts_of_a_line_make_a_pair(tmp_path: Path) -> None:
    write(tmp_path, ["title\tquestion\tanswer", "咳嗽\t咳了三天\t多喝水"])
    assert read_material(tmp_path) == {
        "own-advice-title-question": [Pair("咳嗽", "咳了三天", "咳嗽")],
        "own-advice-title-answer": [Pair("咳嗽", "多喝水", "咳嗽")],
        "own-advice-question-answer": [Pair("咳了三天", "多喝水", "咳嗽")],
    }


def test_other_text_of_a_line_is_the_hard_negative_of_its_pairs(tmp_path: Path) -> None:
    write(tmp_path, ["long\tshort\tother", "Why do I cough?\tcauses of cough\ttreatment of cough", "It itches\titch\t"])
    assert read_material(tmp_path) == {
        "own-advice": [
            Pair("Why do I cough?", "causes of cough", "Why do I cough?", "treatment of cough"),
            Pair("It itches", "itch", "It itches"),
        ]
    }


@pytest.mark.parametrize("line", ["咳嗽", "咳嗽\t", "咳嗽\tcough\tmore"])
def test_a_line_that_does_not_fit_its_header_is_named(tmp_path: Path, line: str) -> None:
    write(tmp_path, ["zh\ten", "发热\tfever", line])
    with pytest.raises(ValueError, match=r"Expected 2 texts in advice\.tsv, line 3"):
        read_material(tmp_path)


def test_material_of_the_repository_is_read_and_has_a_share_of_the_training() -> None:
    material = read_material()
    assert all(material.values())
    kinds = {
        *("tico-sentences", "rqe", "toyhom-title-ask", "toyhom-title-answer", "huatuo", "cmedqq", "hpo"),
        *("own-words", "own-symptoms"),
    }
    joined = join_material({kind: [] for kind in kinds} | material)
    assert {name for name, pairs in joined.items() if pairs} == kinds <= SHARES.keys()
    assert sum(map(len, joined.values())) == sum(map(len, material.values()))


@pytest.mark.parametrize(
    ("text", "gloss"),
    [
        ("孩子夜里发热", "child night fever"),
        ("Worried, the child has fevers", "担心孩子发热"),
        ("孩子发热", ""),
        ("昨天夜里孩子突然开始觉得浑身不舒服而且发热", ""),
    ],
)
def test_a_gloss_needs_enough_known_words(glosser: Glosser, text: str, gloss: str) -> None:
    assert glosser.gloss(text) == gloss


def test_longest_form_is_swapped_for_english_or_a_synonym(glosser: Glosser) -> None:
    assert {glosser.mix("胸口疼", share=1) for _ in range(20)} == {" chest pain ", "胸痛"}


def test_mixed_text_keeps_what_is_not_known(glosser: Glosser) -> None:
    pairs = [Pair("问", "他说发热了", "g"), Pair("问", "没有", "g"), Pair("问", "he has fever", "g")]
    assert pair_mixed(pairs, glosser, share=1) == [Pair("问", "他说 fever 了", "g")]


def test_glosses_stop_at_the_wanted_number(glosser: Glosser) -> None:
    found = pair_glosses(["孩子夜里发热", "发热", "孩子夜里胸痛"], glosser, n_pairs=1)
    assert found == [Pair("孩子夜里发热", "child night fever", "孩子夜里发热")]


def test_questions_ask_about_one_concept_and_the_negative_about_the_same() -> None:
    forms = {"chest-pain": ("胸痛", "胸口疼", "chest pain"), "fever": ("发热", "fever")}
    pairs = pair_questions(CONCEPTS, n_pairs=50, seed=2)
    assert len(pairs) == 50
    for pair in pairs:
        own = forms[pair.group.split()[0]]
        assert all(any(form in text for form in own) for text in (pair.left, pair.right, pair.negative))
        assert pair.right != pair.negative
    assert pair_questions(CONCEPTS, n_pairs=50, seed=2) == pairs
