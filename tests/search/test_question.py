"""What a question is taken to ask for."""

from __future__ import annotations

import pytest

from casefinder.encoders import load_encoder
from casefinder.search.question import read_question


@pytest.mark.parametrize(
    ("text", "assertions"),
    [
        ("my father age 65 his always leg pain", ["present"]),
        ("我父亲是老胃病了", ["present"]),
        ("我爸头晕，没有发热", ["present", "absent"]),
        # Who tells of the family, and of a patient beside it, asks about the patient.
        ("父亲有糖尿病家族史", ["family"]),
        ("family history of lupus", ["family"]),
        ("父亲高血压，患者胸痛", ["family", "present"]),
    ],
)
def test_relative_of_whom_alone_is_spoken_is_the_patient(text: str, assertions: list[str]) -> None:
    assert [str(mention.assertion) for mention in read_question(text, load_encoder()).mentions] == assertions


def test_measured_value_is_compared_by_what_it_means_and_not_by_its_words() -> None:
    question = read_question("体温39.5度", load_encoder())
    assert [mention.concept_id for mention in question.mentions] == ["high-fever"]
    assert not question.finding_terms
    assert not question.terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("80岁老人头晕", {"老", "人", "老人"}),
        ("r/o appendicitis", set()),
        ("黄疸待查", set()),
        ("我父亲胸痛", set()),
        ("my dad has chest pain", {"has"}),
        ("考虑阑尾炎", {"考", "虑", "考虑"}),
    ],
)
def test_age_and_shorthand_are_no_words_to_look_for(text: str, terms: set[str]) -> None:
    assert set(read_question(text, load_encoder()).terms) == terms


@pytest.mark.parametrize(
    ("text", "is_child"),
    [
        ("小孩发热咳嗽", True),
        ("asthma in children", True),
        ("boy with a rash", True),
        ("4岁发热", True),
        ("老人头晕跌倒", False),
        ("fever in an elderly woman", False),
        ("45岁发热", False),
        ("发热咳嗽", None),
        ("rash on the kidney area", None),
    ],
)
def test_words_tell_a_child_from_an_adult(text: str, is_child: bool | None) -> None:
    assert read_question(text, load_encoder()).is_child is is_child
