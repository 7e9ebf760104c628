from random import Random

import pytest
from drawing import by_share, cumulative, pick, shuffled, stream, whole
from knowledge import Range
from meanings import denied_symptoms, side, suits, symptoms
from spans import Span, draw_duration, span_of
from templates import template


@pytest.mark.parametrize("draw", range(50))
def test_blood_pressure_keeps_a_pulse_pressure(draw: int) -> None:
    text = template("BP {n:80-120}/{n:60-95}mmHg").fill(Random(draw), 60)
    systolic, diastolic = (int(number) for number in text.removeprefix("BP ").removesuffix("mmHg").split("/"))
    assert systolic - diastolic >= 22


@pytest.mark.parametrize("draw", range(30))
def test_births_are_fewer_than_pregnancies(draw: int) -> None:
    text = template("孕{n:2-3}产{n:0-2}").fill(Random(draw), 30)
    assert int(text[1]) > int(text[3])


def test_history_does_not_reach_back_before_adult_life() -> None:
    smoking = template("吸烟{n:15-40}年")
    assert (smoking.fits(25), smoking.fits(60)) == (False, True)
    assert all(int(smoking.fill(Random(n), 40)[2:-1]) <= 24 for n in range(50))


def test_one_of_something_is_written_in_the_singular() -> None:
    assert template("{n:1-1} previous admissions for asthma").fill(Random(0), 30) == "1 previous admission for asthma"


def test_numbers_keep_the_decimals_they_are_written_with() -> None:
    assert template("pH {n:7.10-7.10}").fill(Random(0), 30) == "pH 7.10"


def test_a_side_is_told_only_where_one_side_is_named() -> None:
    assert [side(t) for t in ("左耳疼", "right ear pain", "左室肥厚", "由左侧移到右侧")] == ["L", "R", "", ""]


def test_symptoms_are_recognised_in_both_languages() -> None:
    both = (symptoms("发烧三天，咳白痰"), symptoms("fever and cough with white sputum"))
    assert both == (frozenset({"fever", "cough", "sputum"}), frozenset({"fever", "cough", "sputum"}))


def test_a_qualified_symptom_is_not_denied_as_a_whole() -> None:
    assert (denied_symptoms("发热"), denied_symptoms("撕裂样背痛")) == (frozenset({"fever"}), frozenset())


def test_wordings_fit_sex_and_age() -> None:
    assert not suits("月经量多", is_male=True, band="adult", mixed_sexes=True)
    assert not suits("孩子抓耳朵", is_male=True, band="adult", mixed_sexes=True)
    assert suits("孩子抓耳朵", is_male=True, band="child", mixed_sexes=True)


def test_duration_is_never_longer_than_life() -> None:
    span = Range(2, 4, 5, "days")
    assert all(draw_duration(Random(n), span, age_years=3 / 365.25).days < 3 for n in range(50))


def test_durations_take_the_unit_a_doctor_would_write() -> None:
    assert (span_of(72, "hours"), span_of(14, "days"), span_of(24, "months")) == (
        Span(3, "days"),
        Span(14, "days"),
        Span(2, "years"),
    )


def test_streams_are_the_same_on_every_machine() -> None:
    rng = stream(20210101, 5)
    drawn = (whole(rng, 1, 100), pick(rng, "abcdef"), by_share(rng, cumulative([1, 2, 3])), shuffled(rng, [1, 2, 3, 4]))
    assert drawn == (55, "c", 1, [1, 4, 2, 3])
