"""From a question to the most similar cases."""

from __future__ import annotations

import operator
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefinder.casebase import CaseBase, build_case_base, open_case_base
from casefinder.casebase.encoding import encode_parts
from casefinder.cases import Age, AgeUnit, Sex
from casefinder.encoders import Relation
from casefinder.errors import EmptyQueryError, EncoderMismatchError, QueryError
from casefinder.search import Answer, Hit, MatchedBy, RankingWeights, Searcher
from casefinder.search.filter_plan import FilterPlan, n_near
from casefinder.search.ranking import similarities
from casefinder.search.same_diagnosis import percent_of
from casefinder.term_index import AgeBetween, AttributeIs, DepartmentIs, DiagnosisIs, SexIs, Where
from casefinder.text import compose_presentation
from tests.material import HashEncoder, made_case, made_cases, rows_of

N_CASES = 2500  # enough for an inverted file of which not every list is searched


@pytest.fixture(scope="module")
def casebase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseBase]:
    directory = tmp_path_factory.mktemp("search")
    build_case_base(rows_of(made_cases(N_CASES)), directory, encoder=HashEncoder(), source="s")
    with open_case_base(directory) as opened:
        yield opened


@pytest.fixture(scope="module")
def searcher(casebase: CaseBase) -> Searcher:
    return Searcher(casebase, HashEncoder())


def ids(answer: Answer) -> list[str]:
    return [hit.case.id for hit in answer.hits]


def brute_force(searcher: Searcher, text: str, rows: Sequence[int], k: int) -> list[float]:
    """The similarities of the k most similar cases, each case scored alone."""
    alone = [searcher.score(text, k=1, among=np.array([row])) for row in rows]
    found = [float(similarities(one.parts, one.applies, RankingWeights())[0]) for one in alone]
    return sorted(found, reverse=True)[:k]


def test_most_similar_presentation_comes_first(searcher: Searcher) -> None:
    first = searcher.search("胸痛伴冷汗6天", k=3).hits[0]
    assert first.case.id == "C0006"
    assert first.matched_by is MatchedBy.PRESENTATION
    assert first.rank == 1


def test_parts_add_up_to_the_similarity(searcher: Searcher) -> None:
    for hit in searcher.search("女，63岁，胸痛伴冷汗6天，无发热，BP 180/110mmHg", k=20).hits:
        assert sum(part.share for part in hit.parts) == pytest.approx(hit.similarity, abs=1e-5)
        assert all(0 <= part.value <= 1 for part in hit.parts)


def test_named_diagnosis_finds_its_cases(searcher: Searcher) -> None:
    answer = searcher.search("急性阑尾炎", k=20)
    assert {hit.case.diagnoses[0].text for hit in answer.hits} == {"急性阑尾炎"}
    assert {hit.matched_by for hit in answer.hits} == {MatchedBy.DIAGNOSIS}
    assert [hit.diagnosis_cosine for hit in answer.hits] == pytest.approx([1.0] * 20, abs=1e-3)
    order = [hit.presentation_cosine for hit in answer.hits]
    assert order == sorted(order, reverse=True)


def test_hits_carry_what_the_calibration_says(searcher: Searcher) -> None:
    hit = searcher.search("急性阑尾炎", k=1).hits[0]
    assert hit.relation is Relation.NEAR_DUPLICATE
    assert hit.percent == percent_of(hit.similarity)


def test_encoder_without_calibration_gives_no_relation(casebase: CaseBase) -> None:
    assert Searcher(casebase, HashEncoder(calibration=None)).search("急性阑尾炎", k=1).hits[0].relation is None


CONDITIONS = st.sampled_from(
    [
        DepartmentIs("普外科"),
        DepartmentIs("心内科"),
        SexIs(Sex.MALE),
        DiagnosisIs("J18"),
        DiagnosisIs("阑尾"),
        AgeBetween(Age(20, AgeUnit.YEARS), Age(40, AgeUnit.YEARS)),
        AttributeIs("ward", "3"),
    ]
)
PAIRS = st.tuples(CONDITIONS, CONDITIONS)
FILTERS = st.one_of(
    CONDITIONS,
    CONDITIONS.map(operator.inv),
    PAIRS.map(lambda pair: pair[0] & pair[1]),
    PAIRS.map(lambda pair: pair[0] | ~pair[1]),
)


@settings(max_examples=15)
@given(text=st.sampled_from(["胸痛", "发热咳嗽3天", "急性心肌梗死", "fever", "右下腹痛"]), where=FILTERS)
def test_filtered_answer_is_that_of_brute_force(
    searcher: Searcher, casebase: CaseBase, text: str, where: Where
) -> None:
    view = casebase.view()
    rows = view.terms.matching(where)
    answer = searcher.search(text, k=10, where=where)
    assert answer.n_candidates == len(rows)
    matching = {case.id for case in view.store.cases(view.terms.keys_of(rows).tolist()).values()}
    assert set(ids(answer)) <= matching
    assert len(answer.hits) == min(10, len(rows))
    if 0 < len(rows) <= 150:
        wanted = brute_force(searcher, text, rows.tolist(), 10)
        assert [hit.similarity for hit in answer.hits] == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("way", [FilterPlan.FULL_PROBE, FilterPlan.CODES, FilterPlan.FILTERED_PROBE])
@pytest.mark.parametrize("where", [DepartmentIs("心内科"), SexIs(Sex.MALE), DiagnosisIs("J18")])
def test_every_way_of_filtering_finds_what_ranking_all_finds(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch, way: FilterPlan, where: Where
) -> None:
    found = {}
    for plan in (FilterPlan.RANK_ALL, way):
        monkeypatch.setattr("casefinder.search.candidates.plan_filter", lambda n_allowed, n_cases, p=plan: p)
        found[plan] = searcher.search("胸痛伴冷汗6天", k=10, where=where)
    similarities_found = [[hit.similarity for hit in answer.hits] for answer in found.values()]
    assert similarities_found[0] == pytest.approx(similarities_found[1], abs=1e-4)
    if way is not FilterPlan.FILTERED_PROBE:  # which fetches so much of a small case base that it looks at all of it
        is_all_compared = found[way].n_candidates <= n_near(10, found[way].n_candidates)
        assert found[way].exact is (way is FilterPlan.FULL_PROBE or is_all_compared)


@pytest.mark.parametrize("k", [1, 10, 400])
def test_answer_is_never_short_while_cases_match(searcher: Searcher, k: int) -> None:
    assert len(searcher.search("胸痛", k=k, where=DepartmentIs("心内科")).hits) == k


def test_fewer_cases_than_asked_for_are_all_returned(searcher: Searcher) -> None:
    where: Where = DepartmentIs("心内科") & DiagnosisIs("J18") & ~DiagnosisIs("I")
    answer = searcher.search("胸痛", k=1000, where=where)
    assert len(answer.hits) == answer.n_candidates < 1000
    assert len(set(ids(answer))) == len(answer.hits)


def test_filter_that_nothing_matches_gives_no_hits(searcher: Searcher) -> None:
    assert searcher.search("胸痛", where=DepartmentIs("nowhere")) == Answer(
        (), True, True, 1.0, 0, n_cases=2500, sequence=1
    )


def test_unfiltered_answer_says_how_much_it_may_miss(searcher: Searcher, casebase: CaseBase) -> None:
    answer = searcher.search("胸痛", k=5)
    assert not answer.exact
    assert answer.expected_recall == casebase.manifest.snapshot.recall_at_10
    assert answer.n_candidates == N_CASES


def test_answer_behind_a_filter_says_that_its_recall_is_unknown_unless_it_is_exact(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = DepartmentIs("心内科")
    assert searcher.search("胸痛", where=where).expected_recall == 1.0
    monkeypatch.setattr("casefinder.search.candidates.plan_filter", lambda n_allowed, n_cases: FilterPlan.CODES)
    monkeypatch.setattr("casefinder.search.candidates.n_near", lambda k, n_allowed: 50)
    answer = searcher.search("胸痛", where=where)
    assert (answer.exact, answer.expected_recall, len(answer.hits)) == (False, None, 10)


@pytest.mark.parametrize("text", ["", "   ", "？！……", "\n\t"])
def test_question_without_words_is_refused(searcher: Searcher, text: str) -> None:
    with pytest.raises(EmptyQueryError, match="the question holds no words; describe a complaint"):
        searcher.search(text)


@pytest.mark.parametrize("k", [0, -1, 1001])
def test_number_of_cases_out_of_range_is_refused(searcher: Searcher, k: int) -> None:
    with pytest.raises(QueryError, match=f"k is {k}; ask for 1 to 1000 cases"):
        searcher.search("胸痛", k=k)


def test_other_encoder_is_refused(casebase: CaseBase) -> None:
    with pytest.raises(EncoderMismatchError):
        Searcher(casebase, HashEncoder(version="2"))


def test_full_width_question_is_the_same_question(searcher: Searcher) -> None:
    assert searcher.search("ｆｅｖｅｒ　ａｎｄ　ｃｏｕｇｈ") == searcher.search("fever and cough")


def test_threads_get_the_answers_that_they_would_get_alone(searcher: Searcher) -> None:
    questions = [f"{text}{n}天" for n in range(8) for text in ("胸痛伴冷汗", "fever and cough", "头晕呕吐")]
    alone = [searcher.search(question, k=5) for question in questions]
    together: list[Answer | None] = [None] * len(questions)

    def ask(first: int) -> None:
        for n in range(first, len(questions), 4):
            together[n] = searcher.search(questions[n], k=5)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_treatment_and_outcome_are_never_compared(tmp_path: Path) -> None:
    plain, treated = made_case(1), made_case(2, complaint="腰痛", note="胸痛伴冷汗 胸痛伴冷汗")
    build_case_base(rows_of([plain, treated]), tmp_path, encoder=HashEncoder(), source="s")
    with open_case_base(tmp_path) as casebase:
        hits: dict[str, Hit] = {hit.case.id: hit for hit in Searcher(casebase, HashEncoder()).search("心电图").hits}
    cosines = {case_id: hit.presentation_cosine for case_id, hit in hits.items()}
    vectors = {c.id: encode_parts(HashEncoder(), {b"": compose_presentation(c)})[b""] for c in (plain, treated)}
    query = HashEncoder().encode(["心电图"])[0]
    assert cosines == pytest.approx({case_id: float(v @ query) for case_id, v in vectors.items()}, abs=2e-3)
