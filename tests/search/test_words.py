"""Which words of a question can be compared with, and what the others tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from casefinder.casebase import CaseBase, build_case_base, open_case_base
from casefinder.cases import Case, Sections
from casefinder.encoders import load_encoder
from casefinder.search import Searcher
from casefinder.search.words import comparable
from tests.material import rows_of

ENGLISH = [
    Case("pain", Sections(chief_complaint="Chest pain with cold sweats for three hours")),
    Case("cough", Sections(chief_complaint="Cough with fever for two days")),
    Case("hip", Sections(chief_complaint="Pain in the left hip after a fall")),
]


@pytest.fixture(scope="module")
def casebase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseBase]:
    directory = tmp_path_factory.mktemp("words")
    build_case_base(rows_of(ENGLISH), directory, encoder=load_encoder(), source="s")
    with open_case_base(directory) as opened:
        yield opened


def test_words_of_a_writing_that_the_case_base_does_not_know_are_left_out() -> None:
    terms = {"胸": 1.0, "痛": 1.0, "pain": 1.0, "chest": 1.0, "crushing": 2.0}
    assert comparable(terms, {"胸", "痛", "crushing"}) == {"pain": 1.0, "chest": 1.0, "crushing": 2.0}
    assert comparable(terms, {"pain", "chest", "crushing"}) == {"胸": 1.0, "痛": 1.0}
    assert comparable(terms, {"胸"}) == terms  # half of them unknown: still a language of the case base
    assert comparable({}, set()) == {}


def test_question_in_the_other_language_is_not_held_against_its_words(casebase: CaseBase) -> None:
    hit = Searcher(casebase, load_encoder()).search("胸痛伴冷汗", k=1).hits[0]
    assert hit.case.id == "pain"
    assert "words" not in {part.name for part in hit.parts}
    assert sum(part.share for part in hit.parts) == pytest.approx(hit.similarity, abs=1e-6)


def test_what_no_case_holds_is_known_with_what_it_tells(casebase: CaseBase) -> None:
    scores = casebase.view().terms.words.scores({"cough": 1.0, "fever": 1.0, "haemoptysis": 2.0})
    assert list(scores.unheld) == ["haemoptysis"]
    assert scores.unheld["haemoptysis"] > scores.information / 2
    searcher = Searcher(casebase, load_encoder())
    assert searcher.score("cough with fever at the opera", k=1).unknown > 0
    assert searcher.score("cough with haemoptysis", k=1).unknown == 0  # a finding that cases may say in other words
    assert searcher.score("cough with fever", k=1).unknown == 0
    assert searcher.score("咳嗽", k=1, among=np.array([0])).unknown == 0
