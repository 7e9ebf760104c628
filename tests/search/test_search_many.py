"""Many questions at once get the answers that each gets alone, and the vector index is asked once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from casefinder import CaseFinder
from casefinder.casebase import build_case_base
from casefinder.cases import Age, AgeUnit
from casefinder.term_index import AgeBetween, Where
from casefinder.vector_index import Ids, IndexKind, IVFIndex, Neighbours, Vectors
from tests.material import HashEncoder, made_cases, rows_of

MIDDLE_AGED = AgeBetween(Age(30, AgeUnit.YEARS), Age(70, AgeUnit.YEARS))
CASES = made_cases(1310)
QUESTIONS = [
    "胸痛伴冷汗2小时",
    "chest pain",
    "无胸痛",
    "发热咳嗽三天，无胸痛",
    "阿司匹林",
    "头痛",
    "腹痛伴腹泻",
    "fever and cough for 3 days",
    "胸痛伴冷汗2小时",
    *(case.sections.chief_complaint for case in CASES[::100]),
]


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseFinder]:
    """A case base with an inverted file, some of whose cases were removed and some added since."""
    base, encoder = tmp_path_factory.mktemp("base"), HashEncoder(dim=64)
    manifest = build_case_base(rows_of(CASES[:1300]), base, encoder=encoder, source="s").manifest
    assert manifest.snapshot.plan.kind is IndexKind.IVF
    with CaseFinder.open(base, encoder=encoder) as finder:
        finder.add(CASES[1300:])
        finder.remove([case.id for case in CASES[5:25]])
        yield finder


@pytest.mark.parametrize("where", [None, MIDDLE_AGED], ids=["all", "filtered"])
def test_answers_are_those_that_each_question_gets_alone(finder: CaseFinder, where: Where | None) -> None:
    together = finder.search_many(QUESTIONS, k=7, where=where)
    alone = [finder.answer(question, k=7, where=where) for question in QUESTIONS]
    assert all(len(answer.hits) == 7 for answer in alone)
    # Of all together it can only be said that they are exact if each of them is.
    assert [replace(answer, exact=False, expected_recall=0) for answer in together] == [
        replace(answer, exact=False, expected_recall=0) for answer in alone
    ]
    assert all(one.exact or not answer.exact for answer, one in zip(together, alone, strict=True))


def test_the_vector_index_is_asked_once_for_all_questions(finder: CaseFinder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    search = IVFIndex.search

    def counted(
        self: IVFIndex, queries: Vectors, *, k: int, among: Ids | None = None, without: Ids | None = None
    ) -> Neighbours:
        if among is None:
            asked.append(len(queries))
        return search(self, queries, k=k, among=among, without=without)

    monkeypatch.setattr(IVFIndex, "search", counted)
    finder.search_many(["胸痛", "头痛", "咳嗽"])
    assert len(asked) == 1
    assert asked[0] > 1
