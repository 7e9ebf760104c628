from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefinder.case_store import Mention
from casefinder.cases import OutcomeStatus, StepKind, TreatmentStep
from casefinder.errors import QueryError
from casefinder.pathways import PathwayEvidence, Phase, Reason, SetAside, Verdict, treatment_paths
from casefinder.pathways.json_form import evidence_to_dict
from casefinder.search import Explanation
from casefinder.search.explanation import FindingPair
from tests.pathways.material import (
    ASPIRIN,
    CLINIC,
    CONSERVATIVE_PATH,
    ECG,
    LYSIS_PATH,
    PCI_PATH,
    heart_attacks,
    made_hit,
)


def groups(evidence: PathwayEvidence) -> list[tuple[str, ...]]:
    return [tuple(sorted(variant.case_ids)) for variant in evidence.variants]


def test_ways_that_differ_clinically_are_kept_apart() -> None:
    evidence = treatment_paths(heart_attacks())
    assert [len(v.case_ids) for v in evidence.variants] == [12, 8, 6]
    assert [v.id for v in evidence.variants] == ["A", "B", "C"]
    assert "percutaneous coronary intervention" in evidence.variants[0].en
    assert "tenecteplase" in evidence.variants[1].en
    assert evidence.trunk == ("electrocardiogram", "aspirin", "atorvastatin", "follow_up:cardiology")


def test_three_reperfused_patients_are_not_hidden_among_the_others() -> None:
    evidence = treatment_paths([made_hit(i, PCI_PATH if i < 3 else CONSERVATIVE_PATH) for i in range(13)])
    assert [len(v.case_ids) for v in evidence.variants] == [10, 3]


def test_steps_stand_in_the_order_of_care() -> None:
    steps = treatment_paths(heart_attacks()).variants[0].steps
    assert [(s.key, s.phase, s.days.median) for s in steps] == [
        ("electrocardiogram", Phase.WORK_UP, 0),
        ("aspirin", Phase.FIRST_TREATMENT, 0),
        ("percutaneous-coronary-intervention", Phase.FIRST_TREATMENT, 0),
        ("atorvastatin", Phase.LATER_CARE, 1),
        ("follow_up:cardiology", Phase.FOLLOW_UP, 30),
    ]
    assert steps[1].support.count == 12
    assert steps[3].support.count == 11
    assert steps[3].case_ids == tuple(f"H{n:04d}" for n in range(1, 12))


def test_order_without_days_follows_the_records() -> None:
    undated = [replace(step, day=None) for step in PCI_PATH]
    steps = treatment_paths([made_hit(i, undated) for i in range(6)]).variants[0].steps
    assert [s.en for s in steps][:2] == ["electrocardiogram", "aspirin"]
    assert steps[-1].key == "follow_up:cardiology"
    assert steps[0].days.median is None


def test_a_second_time_in_one_path_is_a_step_of_its_own() -> None:
    path = (ECG, ASPIRIN, replace(ECG, day=3))
    steps = treatment_paths([made_hit(i, path) for i in range(6)]).variants[0].steps
    assert [(s.key, s.occurrence) for s in steps] == [
        ("electrocardiogram", 1),
        ("aspirin", 1),
        ("electrocardiogram#2", 2),
    ]


def test_outcomes_leave_the_unknown_out_of_the_denominator() -> None:
    ending = treatment_paths(heart_attacks()).variants[0].ending
    assert {status: rate.count for status, rate in ending.statuses} == {"improved": 11, "died": 1}
    assert (ending.readmitted.count, ending.readmitted.n) == (2, 11)
    assert ending.stay.n == 12


def test_one_patient_counts_once_with_the_most_similar_visit() -> None:
    hits = [
        made_hit(1, PCI_PATH, similarity=0.7, patient_id="X"),
        made_hit(2, LYSIS_PATH, similarity=0.8, patient_id="X"),
    ]
    evidence = treatment_paths(hits)
    assert (evidence.n, evidence.variants[0].case_ids) == (1, ("H0002",))
    assert evidence.set_aside == (SetAside("H0001", Reason.SAME_PATIENT, "H0002"),)


def test_near_duplicates_without_patient_ids_count_once() -> None:
    text = "持续胸骨后压榨样疼痛三小时，伴大汗、恶心，向左肩及左臂放射，含服硝酸甘油不缓解，既往高血压病史"
    hits = [made_hit(i, PCI_PATH, patient_id=None, text=f"{text}{i}年") for i in (0, 60)]
    evidence = treatment_paths(hits)
    assert evidence.n == 1
    assert [found.reason for found in evidence.set_aside] == [Reason.NEAR_DUPLICATE]


def test_named_patients_are_two_however_alike_they_read() -> None:
    assert treatment_paths([made_hit(i, PCI_PATH, text="胸痛伴冷汗两小时") for i in (0, 60)]).n == 2


def test_records_that_contradict_themselves_are_shown_apart() -> None:
    dead = OutcomeStatus.DIED
    hits = [
        made_hit(1, PCI_PATH[:3], status=dead, readmitted=True),
        made_hit(2, PCI_PATH, status=dead, stay_days=0, readmitted=None),
        made_hit(3, ()),
    ]
    evidence = treatment_paths(hits)
    assert evidence.n == 0
    assert {(a.case_id, a.reason) for a in evidence.set_aside} == {
        ("H0001", Reason.CONTRADICTS_ITSELF),
        ("H0002", Reason.CONTRADICTS_ITSELF),
        ("H0003", Reason.NO_TREATMENT),
    }


def test_no_hits_are_no_error() -> None:
    evidence = treatment_paths([])
    assert (evidence.n, evidence.variants, evidence.effective_n) == (0, (), 0.0)


def test_a_small_cell_below_one_is_refused() -> None:
    with pytest.raises(QueryError, match="small_cell is 0; give the least number of patients"):
        treatment_paths([], small_cell=0)


def test_few_patients_are_not_compared() -> None:
    verdicts = {(c.first, c.second): c.verdict for c in treatment_paths(heart_attacks()).comparisons}
    assert set(verdicts.values()) == {Verdict.TOO_FEW}


@pytest.mark.parametrize(("n_died", "verdict"), [(4, Verdict.OVERLAP), (25, Verdict.DIFFER)])
def test_ways_differ_only_where_intervals_do_not_meet(n_died: int, verdict: Verdict) -> None:
    dead = OutcomeStatus.DIED
    hits = [made_hit(i, PCI_PATH) for i in range(30)]
    hits += [
        made_hit(i, LYSIS_PATH[:3], status=dead if i < 30 + n_died else OutcomeStatus.IMPROVED, readmitted=None)
        for i in range(30, 60)
    ]
    found = {c.measure: c.verdict for c in treatment_paths(hits).comparisons}
    assert found["died"] == verdict


def test_confounding_is_named() -> None:
    hits = heart_attacks(20, 20, 0)
    older = [
        replace(h, case=replace(h.case, patient=replace(h.case.patient, age=replace(h.case.patient.age, value=85))))
        if i >= 20 and h.case.patient.age
        else h
        for i, h in enumerate(hits)
    ]
    found = treatment_paths(older).comparisons[0].differences[0]
    assert found.feature == "age"
    assert found.standardised < -1


def test_strata_divide_all_patients() -> None:
    evidence = treatment_paths(heart_attacks())
    for by in ("age", "sex", "comorbidity"):
        assert sum(s.n for s in evidence.strata if s.by == by) == evidence.n


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_the_order_of_hits_changes_nothing(seed: int) -> None:
    hits = heart_attacks()
    shuffled = Random(seed).sample(hits, len(hits))
    assert treatment_paths(shuffled) == treatment_paths(hits)


@settings(max_examples=10)
@given(st.integers(0, 25))
def test_another_visit_of_a_patient_changes_no_number(number: int) -> None:
    hits = heart_attacks()
    again = made_hit(900, LYSIS_PATH, similarity=0.1, patient_id=f"P{number:04d}")
    both, one = treatment_paths([*hits, again]), treatment_paths(hits)
    assert replace(both, set_aside=()) == replace(one, set_aside=())
    assert both.set_aside == (SetAside("H0900", Reason.SAME_PATIENT, f"H{number:04d}"),)


@settings(max_examples=10)
@given(st.integers(1, 4), st.floats(0.1, 0.89))
def test_unrelated_cases_leave_the_inside_of_other_ways_alone(n_others: int, similarity: float) -> None:
    hits = heart_attacks()
    cream = (TreatmentStep(StepKind.MEDICATION, "尿素软膏", day=0), replace(CLINIC, name="皮肤科门诊随访", day=7))
    others = [made_hit(900 + i, cream, similarity=similarity) for i in range(n_others)]
    before, after = treatment_paths(hits), treatment_paths([*hits, *others])
    assert [(v.steps, v.ending) for v in after.variants[:3]] == [(v.steps, v.ending) for v in before.variants]
    assert groups(after) == [*groups(before), tuple(f"H{900 + i:04d}" for i in range(n_others))]


def test_every_patient_is_in_one_way_and_shares_add_up() -> None:
    evidence = treatment_paths(heart_attacks())
    ids = [case_id for variant in evidence.variants for case_id in variant.case_ids]
    assert sorted(ids) == sorted(p.case.id for p in evidence.patients)
    assert sum(v.support.share or 0 for v in evidence.variants) == pytest.approx(1)
    for variant in evidence.variants:
        assert sum(rate.share or 0 for _, rate in variant.ending.statuses) == pytest.approx(1)


@settings(max_examples=15)
@given(st.tuples(*[st.integers(0, 9)] * 3), st.integers(1, 8))
def test_no_rate_stands_on_fewer_patients_than_the_limit(numbers: tuple[int, int, int], small_cell: int) -> None:
    evidence = treatment_paths(heart_attacks(*numbers), small_cell=small_cell)
    document = evidence_to_dict(evidence, question="胸痛", with_cases=True)
    for variant in document["variants"]:
        if len(variant["case_ids"]) < small_cell:
            assert variant["support"]["share"] is None
        for step in variant["steps"]:
            assert (step["support"]["share"] is None) == (len(step["case_ids"]) < small_cell)
    for rate in rates_in(document):
        assert rate["n"] >= small_cell or rate["share"] is None


@settings(max_examples=15)
@given(st.tuples(*[st.integers(0, 12)] * 3), st.integers(1, 8))
def test_no_withheld_share_is_what_the_others_leave(numbers: tuple[int, int, int], small_cell: int) -> None:
    document = evidence_to_dict(treatment_paths(heart_attacks(*numbers), small_cell=small_cell), question="胸痛")
    divisions = [[variant["support"] for variant in document["variants"]]]
    divisions += [list(stratum["variants"].values()) for stratum in document["strata"]]
    for rates in divisions:
        withheld = [rate["count"] for rate in rates if rate["share"] is None]
        if 0 < len(withheld) < len(rates):
            assert len(withheld) > 1
            assert sum(withheld) >= small_cell


def test_cases_that_say_the_opposite_of_the_question_are_shown_apart() -> None:
    hits = heart_attacks()
    asked, denied = (Mention("chest-pain", said, "question", 0, 2) for said in ("present", "absent"))
    opposite = Explanation((), (FindingPair("chest-pain", asked, denied),), (), (), None, None)
    again = made_hit(900, LYSIS_PATH, similarity=0.95, patient_id="P0001")
    evidence = treatment_paths([*hits[:20], *(replace(hit, explanation=opposite) for hit in [*hits[20:], again])])
    plain = treatment_paths(hits[:20])
    assert replace(evidence, set_aside=()) == replace(plain, set_aside=())
    assert {a.case_id for a in evidence.contradicting} == {hit.case.id for hit in [*hits[20:], again]}
    assert {(a.zh, a.en) for a in evidence.contradicting} == {("胸痛", "chest pain")}


def rates_in(value: object) -> list[dict[str, float]]:
    if isinstance(value, dict):
        own = [value] if {"count", "n", "share"} <= value.keys() else []
        return own + [rate for part in value.values() for rate in rates_in(part)]
    return [rate for part in value for rate in rates_in(part)] if isinstance(value, list) else []
