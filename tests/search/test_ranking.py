"""The ranking understands what a text says and denies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from casefinder.case_store import Mention
from casefinder.casebase import CaseBase, build_case_base, open_case_base
from casefinder.cases import Age, AgeUnit, Case, Diagnosis, Patient, Sections, Sex, StepKind, TreatmentStep
from casefinder.clinical.findings import default_extractor
from casefinder.encoders import load_encoder
from casefinder.errors import CaseBaseDamagedError
from casefinder.search import MatchedBy, RankingWeights, Searcher, read_weights, write_weights
from casefinder.search.asked import asked_findings
from casefinder.search.knowing import SHIPPED, SIGNALS, signals
from casefinder.search.question import read_questions
from casefinder.search.ranking import similarities
from casefinder.search.same_diagnosis import percent_of
from tests.material import rows_of

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "negation_pairs.jsonl").read_text(encoding="utf-8").splitlines()
]

FLANKS = ("flank-right", "flank-left", "flank-both", "flank")


def case(case_id: str, complaint: str, **fields: object) -> Case:
    return Case(id=case_id, sections=Sections(chief_complaint=complaint), **fields)  # type: ignore[arg-type]


CASES = [
    case("pain", "胸痛伴大汗3小时", patient=Patient(Age(63, AgeUnit.YEARS), Sex.MALE)),
    case("no-pain", "胸闷2天，无胸痛，无大汗", patient=Patient(Age(60, AgeUnit.YEARS), Sex.FEMALE)),
    case("mi-zh", "上腹不适6小时", diagnoses=(Diagnosis("急性心肌梗死", "I21.3"),)),
    case("mi-en", "Epigastric discomfort for six hours", diagnoses=(Diagnosis("acute MI", "I21.9"),)),
    case("child", "发热咳嗽3天", patient=Patient(Age(4, AgeUnit.YEARS), Sex.FEMALE)),
    case("adult", "发热咳嗽3天", patient=Patient(Age(45, AgeUnit.YEARS), Sex.FEMALE)),
    case(
        "drug",
        "双下肢水肿半月",
        treatment_path=(
            TreatmentStep(StepKind.MEDICATION, "沙库巴曲缬沙坦"),
            TreatmentStep(StepKind.TEST, "胸痛三联CT"),
        ),
    ),
    case("hot", "头痛1天，T 39.5℃，BP 190/120mmHg"),
    case("pain-en", "Chest pain with heavy sweating for three hours"),
    case("cough-now", "咯血3天"),
    Case("cough-once", Sections(chief_complaint="复查", past_history="2年前曾咯血3天")),
    case("rash-short", "皮疹瘙痒2天", patient=Patient(Age(40, AgeUnit.YEARS), Sex.FEMALE)),
    case("rash-long", "皮疹瘙痒2年", patient=Patient(Age(40, AgeUnit.YEARS), Sex.FEMALE)),
    case("rash-man", "皮疹瘙痒2天", patient=Patient(Age(40, AgeUnit.YEARS), Sex.MALE)),
    case("77", "双下肢乏力"),
    case("flank-left", "左侧腰痛3天"),
    case("flank-right", "右侧腰痛3天"),
    case("flank-both", "双侧腰痛3天"),
    case("flank", "腰痛3天"),
    case("nothing-read", "要求复查"),
    Case(
        "story",
        Sections(
            "门诊随访",
            present_illness="社区体检时听诊有异常，外院超声检查提示法洛四联症，为求手术来院，近期食纳好。",
        ),
    ),
    case("belly-fever", "腹痛2天，发热、咳嗽"),
    case("belly", "腹痛2天"),
    Case("warm", Sections("恶心2天", exam="体温37.8℃，血压155/95mmHg")),
    Case("burning", Sections("恶心2天", exam="体温39.8℃，血压225/125mmHg")),
    case("swelling", "肿胀3天"),
    case("swollen-hand", "右手肿胀3天"),
]


@pytest.fixture(scope="module")
def casebase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseBase]:
    directory = tmp_path_factory.mktemp("ranking")
    build_case_base(rows_of(CASES), directory, encoder=load_encoder(), source="s")
    with open_case_base(directory) as opened:
        yield opened


@pytest.fixture(scope="module")
def searcher(casebase: CaseBase) -> Searcher:
    return Searcher(casebase, load_encoder())


def first(searcher: Searcher, text: str) -> str:
    return searcher.search(text, k=1).hits[0].case.id


def order(searcher: Searcher, text: str) -> list[str]:
    return [hit.case.id for hit in searcher.search(text, k=len(CASES)).hits]


def test_denied_finding_does_not_find_the_cases_that_have_it(searcher: Searcher) -> None:
    assert order(searcher, "无胸痛").index("no-pain") < order(searcher, "无胸痛").index("pain")
    assert order(searcher, "胸痛").index("pain") < order(searcher, "胸痛").index("no-pain")


def test_name_of_a_disease_finds_its_other_names_in_both_languages(searcher: Searcher) -> None:
    assert set(order(searcher, "心梗")[:2]) == {"mi-zh", "mi-en"}


def test_name_of_a_disease_names_the_cases_that_have_it_now(tmp_path: Path) -> None:
    cases = [
        case("has", "Epigastric discomfort", diagnoses=(Diagnosis("acute MI", "I21.9"),)),
        case("narrower", "上腹不适", diagnoses=(Diagnosis("急性下壁心肌梗死", "I21.1"),)),
        Case("had", Sections("上腹不适", past_history="10年前心梗")),
        case("doubt", "上腹不适", diagnoses=(Diagnosis("心梗待排"),)),
        case("told", "上腹不适，1周前心梗"),
        case("denied", "上腹不适，排除心梗"),
    ]
    build_case_base(rows_of(cases), tmp_path / "casebase", encoder=load_encoder(), source="s")
    with open_case_base(tmp_path / "casebase") as casebase:
        searcher = Searcher(casebase, load_encoder())
        hits = {hit.case.id: hit for hit in searcher.search("heart attack", k=6).hits}
        assert {name for name, hit in hits.items() if hit.matched_by is MatchedBy.DIAGNOSIS} == {"has", "narrower"}
        assert {hit.rank for name, hit in hits.items() if name in ("has", "narrower")} == {1, 2}
        # A question that says more than a name is no name.
        told = searcher.search("heart attack and diarrhea for two days", k=5).hits
        assert [hit.case.id for hit in told if hit.matched_by is MatchedBy.DIAGNOSIS] == []


def test_main_diagnosis_comes_before_one_beside_another(tmp_path: Path) -> None:
    cases = [
        case("beside", "Cough", diagnoses=(Diagnosis("SARS-CoV-2 pneumonia"), Diagnosis("COPD"))),
        case("main", "Cough", diagnoses=(Diagnosis("chronic obstructive pulmonary disease"), Diagnosis("gout"))),
        case("neither", "Cough", diagnoses=(Diagnosis("gout"),)),
    ]
    build_case_base(rows_of(cases), tmp_path / "casebase", encoder=load_encoder(), source="s")
    with open_case_base(tmp_path / "casebase") as casebase:
        assert order(Searcher(casebase, load_encoder()), "COPD") == ["main", "beside", "neither"]


@pytest.mark.parametrize("text", ["沙库巴曲缬沙坦", "I21.3", "i21", "child"])
def test_drug_code_and_id_are_found_and_marked(searcher: Searcher, text: str) -> None:
    hit = searcher.search(text, k=1).hits[0]
    assert hit.matched_by is MatchedBy.TREATMENT
    assert {part.name for part in hit.parts if part.share > 0} >= {"names"}


def test_treatment_does_not_raise_the_similarity_of_a_complaint(searcher: Searcher) -> None:
    hit = next(hit for hit in searcher.search("胸痛", k=len(CASES)).hits if hit.case.id == "drug")
    assert "names" not in {part.name for part in hit.parts}
    assert {part.value for part in hit.parts if part.name in ("words", "findings")} == {0.0}


def test_child_and_adult_are_kept_apart(searcher: Searcher) -> None:
    assert first(searcher, "男孩，5岁，发热咳嗽3天") == "child"
    assert first(searcher, "患儿发热咳嗽3天") == "child"
    assert first(searcher, "女，50岁，发热咳嗽3天") == "adult"


def test_complaint_outweighs_history(searcher: Searcher) -> None:
    found = order(searcher, "咯血")
    assert found[0] == "cough-now"
    assert found.index("cough-once") < found.index("hot")


def test_nearer_duration_comes_first(searcher: Searcher) -> None:
    assert first(searcher, "女，40岁，皮疹瘙痒1天") == "rash-short"
    assert order(searcher, "女，40岁，皮疹瘙痒3年")[0] == "rash-long"


def test_nearer_severity_comes_first(searcher: Searcher) -> None:
    assert first(searcher, "恶心2天，血压148/88mmHg") == "warm"
    assert first(searcher, "恶心2天，血压220/120mmHg") == "burning"
    assert first(searcher, "nausea for two days, BP 148/88 mmHg") == "warm"
    hits = {hit.case.id: hit for hit in searcher.search("恶心2天，血压220/120mmHg", k=len(CASES)).hits}
    costs = {case_id: {part.name: part.value for part in hit.parts}.get("severity", 0) for case_id, hit in hits.items()}
    assert costs["belly"] == 0  # where a case gives no value, nothing is known
    assert 0 < costs["burning"] < 0.1 < costs["warm"] < 1


def test_height_of_a_fever_is_a_finding(searcher: Searcher) -> None:
    assert first(searcher, "恶心2天，高热") == "burning"
    assert first(searcher, "恶心2天，低热") == "warm"
    assert {"warm", "burning"} <= set(order(searcher, "恶心，发热")[:3])


def test_same_sex_comes_first(searcher: Searcher) -> None:
    assert first(searcher, "男，40岁，皮疹瘙痒2天") == "rash-man"
    assert first(searcher, "女，40岁，皮疹瘙痒2天") == "rash-short"


def test_case_in_the_other_language_loses_nothing_by_its_words(searcher: Searcher) -> None:
    hits = {hit.case.id: hit for hit in searcher.search("胸痛伴大汗", k=len(CASES)).hits}
    assert set(order(searcher, "胸痛伴大汗")[:2]) == {"pain", "pain-en"}
    words = {part.name: part.value for part in hits["pain-en"].parts}["words"]
    assert words > 0.5


def test_what_a_question_denies_is_not_looked_for_by_meaning(searcher: Searcher) -> None:
    hits = searcher.search("无胸痛", k=len(CASES)).hits
    assert hits[0].case.id == "no-pain"
    similarity = {hit.case.id: hit.similarity for hit in hits}
    assert max(similarity["pain"], similarity["pain-en"]) < 0 < similarity["no-pain"]


def test_case_of_what_a_question_denies_beside_its_complaint_does_not_come_first(searcher: Searcher) -> None:
    found = order(searcher, "不发热，不咳嗽，腹痛2天")
    assert found.index("belly") < found.index("belly-fever")
    denied, plain = read_questions(["不发热，腹痛2天", "腹痛2天"], load_encoder())
    assert float(denied.vector @ plain.vector) > 0.8  # the vector holds hardly anything of the fever


def test_question_that_only_denies_is_answered_by_the_nearest_where_no_case_denies_the_same(searcher: Searcher) -> None:
    hit = searcher.search("否认咯血", k=1).hits[0]
    assert hit.case.id == "cough-now"
    assert [pair.concept_id for pair in hit.explanation.contradicted] == ["hemoptysis"]


def test_broader_finding_matches_in_part_and_a_far_one_not_at_all(searcher: Searcher) -> None:
    hits = {hit.case.id: hit for hit in searcher.search("毒蛇咬伤，手肿", k=len(CASES)).hits}
    partly = hits["swelling"].explanation
    assert [(pair.concept_id, pair.is_partly) for pair in partly.matched] == [("hand-swelling", True)]
    assert [pair.concept_id for pair in partly.missing] == ["snakebite"]
    wholly = hits["swollen-hand"].explanation.matched
    assert [(pair.concept_id, pair.is_partly) for pair in wholly] == [("hand-swelling", False)]
    assert hits["swollen-hand"].similarity > hits["swelling"].similarity


def test_broader_finding_agrees_by_what_it_tells_of_the_one_asked_for(casebase: CaseBase) -> None:
    terms = casebase.view().terms
    mention = Mention("hand-swelling", "present", "question", 0, 2)
    asked = asked_findings([mention], terms.traits, default_extractor().lexicon, n_cases=terms.n_cases)[0]
    assert set(asked.broader) == {"swelling"} <= asked.above
    assert 0.1 <= asked.broader["swelling"] < 0.5  # more cases have a swelling than a swollen hand


def test_number_in_a_question_is_no_id(searcher: Searcher) -> None:
    among = {hit.case.id: hit for hit in searcher.search("头痛，血压 77", k=len(CASES)).hits}
    assert among["77"].matched_by is not MatchedBy.TREATMENT
    assert first(searcher, "77") == "77"


def test_decimal_written_with_a_comma_is_no_id(searcher: Searcher) -> None:
    among = {hit.case.id: hit for hit in searcher.search("77，5", k=len(CASES)).hits}
    assert among["77"].matched_by is not MatchedBy.TREATMENT


def test_hit_is_explained_with_spans_on_both_sides(searcher: Searcher) -> None:
    question = "男，60岁，胸痛、恶心3小时，无大汗"
    hit = next(hit for hit in searcher.search(question, k=len(CASES)).hits if hit.case.id == "pain")
    why = hit.explanation
    complaint = hit.case.sections.chief_complaint
    words = [
        question[pair.question.start : pair.question.end] for pair in (*why.matched, *why.contradicted, *why.missing)
    ]
    assert words == ["胸痛", "大汗", "恶心"]
    there = [pair.case for pair in (*why.matched, *why.contradicted)]
    assert [complaint[m.start : m.end] for m in there if m] == ["胸痛", "大汗"]
    assert [m.section for m in there if m] == ["chief_complaint"] * 2
    assert [len(group) for group in (why.matched, why.contradicted, why.missing)] == [1, 1, 1]
    assert (why.age_gap_years, why.is_other_sex) == (3.0, False)


def test_values_of_both_sides_are_compared(searcher: Searcher) -> None:
    hit = next(h for h in searcher.search("头痛，T 38.5℃", k=len(CASES)).hits if h.case.id == "hot")
    pairs = {pair.question.concept_id: pair for pair in hit.explanation.values}
    assert pairs["body-temperature"].difference == pytest.approx(1.0)
    text = hit.case.sections.chief_complaint
    given = pairs["body-temperature"].case
    assert text[given.start : given.end] == "T 39.5℃"


@pytest.mark.parametrize("text", ["无胸痛", "皮疹", "沙库巴曲缬沙坦", "chest pain"])
def test_short_question_with_an_answer_is_known(searcher: Searcher, text: str) -> None:
    assert searcher.search(text, k=1).is_known


def test_percentage_never_falls_as_the_similarity_rises() -> None:
    percents = [percent_of(similarity) for similarity in np.linspace(-0.5, 1.2, 50).tolist()]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (0.0, 100.0)


@pytest.mark.parametrize("text", ["量子计算机的发展前景", "the stock market fell today"])
def test_question_without_medical_content_is_not_known(searcher: Searcher, text: str) -> None:
    answer = searcher.search(text, k=3)
    assert not answer.is_known
    assert len(answer.hits) == 3


def test_complaint_of_the_case_base_is_known(searcher: Searcher) -> None:
    assert searcher.search("胸痛伴大汗", k=1).is_known


def test_agreeing_case_comes_before_the_contradicting_one(tmp_path: Path) -> None:
    cases = [case(f"{side}-{n}", pair[side]) for n, pair in enumerate(PAIRS) for side in ("agrees", "contradicts")]
    build_case_base(rows_of(cases), tmp_path, encoder=load_encoder(), source="pairs")
    wrong = []
    with open_case_base(tmp_path) as casebase:
        searcher = Searcher(casebase, load_encoder())
        for n, pair in enumerate(PAIRS):
            found = [hit.case.id for hit in searcher.search(pair["query"], k=len(cases)).hits]
            if found.index(f"agrees-{n}") > found.index(f"contradicts-{n}"):
                wrong.append(pair["query"])
    assert len(PAIRS) >= 200
    assert len(wrong) <= 0.05 * len(PAIRS), wrong


def test_learned_weights_are_used_and_read_back(casebase: CaseBase, tmp_path: Path) -> None:
    weights = replace(RankingWeights(), words=0.25)
    write_weights(tmp_path, weights)
    assert read_weights(tmp_path) == weights
    assert read_weights(tmp_path / "nowhere") == RankingWeights()
    hit = Searcher(casebase, load_encoder(), weights=RankingWeights(words=0)).search("胸痛", k=1).hits[0]
    assert "words" not in {part.name for part in hit.parts if part.share}


@pytest.mark.parametrize("text", ["{", "[]", '{"wrods": 1}', '{"words": "much"}'])
def test_unreadable_weights_are_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "ranking.json").write_text(text, encoding="utf-8")
    with pytest.raises(CaseBaseDamagedError, match=r"holds no ranking weights; delete it"):
        read_weights(tmp_path)


def test_finding_on_the_other_side_agrees_less_and_is_marked(searcher: Searcher) -> None:
    assert order(searcher, "右侧腰痛3天")[:2] == ["flank-right", "flank-left"]
    assert order(searcher, "左侧腰痛3天")[:2] == ["flank-left", "flank-right"]
    hits = {hit.case.id: hit for hit in searcher.search("右侧腰痛3天", k=len(CASES)).hits}
    marked = {name: [pair.is_other_side for pair in hits[name].explanation.matched] for name in FLANKS}
    assert marked == {"flank-right": [False], "flank-left": [True], "flank-both": [False], "flank": [False]}
    parts = {name: {part.name: part.value for part in hits[name].parts}["findings"] for name in FLANKS}
    assert parts["flank-left"] < parts["flank-right"] == parts["flank-both"] == parts["flank"]


def test_case_without_any_finding_is_judged_by_what_is_known_of_it(searcher: Searcher) -> None:
    hits = {hit.case.id: hit for hit in searcher.search("右侧腰痛3天", k=len(CASES)).hits}
    nothing = hits["nothing-read"]
    assert "findings" not in {part.name for part in nothing.parts}
    for hit in hits.values():
        assert sum(part.share for part in hit.parts) == pytest.approx(hit.similarity, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("法洛四联症伴呼吸困难", 1.0),
        ("主动脉夹层伴呼吸困难", 0.0),  # no case has it
        ("呼吸困难", 0.0),  # no disease
        ("无法洛四联症", 0.0),
        ("法洛四联症的孩子平时需要注意什么，能不能上学", 0.0),  # asks much else
    ],
)
def test_disease_that_a_story_names_in_passing_is_a_signal_that_it_is_known(
    searcher: Searcher, text: str, told: float
) -> None:
    scored, _ = searcher.score_by_id(text, k=10)
    found = similarities(scored.parts, scored.applies, RankingWeights())
    values = dict(zip(SIGNALS, signals(scored, found, int(np.argmax(found))).tolist(), strict=True))
    assert values["disease"] == told
    assert SHIPPED.weights[SIGNALS.index("disease")] > 0
