from __future__ import annotations

import math

import numpy as np
import pytest

from casefinder.encoders.bundled.bags import Bags
from casefinder.encoders.bundled.gate import (
    HIGHEST_SCORE,
    LEVEL_UNIT,
    LOWEST_SCORE,
    SCORE_STEPS,
    Gate,
    weigh,
    weigh_beside,
)
from casefinder.encoders.bundled.summing import LARGEST_LEVEL, sum_rows


def make_bags(*texts: list[int]) -> Bags:
    borders = np.cumsum([0, *map(len, texts)])
    return Bags(rows=np.array([row for text in texts for row in text], dtype=np.int64), borders=borders)


def make_gate(context: list[list[int]], keys: list[list[int]], biases: list[int]) -> Gate:
    return Gate(np.array(context, np.int8), np.array(keys, np.int16), np.array(biases, np.int16))


def test_rows_without_keys_and_biases_count_once() -> None:
    gate = make_gate([[1, 2], [3, 4]], [[0, 0], [0, 0]], [0, 0])
    assert weigh(gate, make_bags([0, 1], [], [1])).tolist() == [LEVEL_UNIT] * 3


def test_a_row_counts_more_in_a_text_that_its_key_points_to() -> None:
    gate = make_gate([[9, 0], [0, 9], [0, 0]], [[0, 0], [0, 0], [128, -128]], [0, 0, 0])
    chest, skin = weigh(gate, make_bags([0, 2], [1, 2]))[[1, 3]]
    assert chest == round(LEVEL_UNIT * math.exp(1))
    assert skin == round(LEVEL_UNIT * math.exp(-1))


def test_a_bias_counts_in_every_text() -> None:
    gate = make_gate([[9, 0], [0, 9], [0, 0]], [[0, 0]] * 3, [0, 0, 64])
    assert set(weigh(gate, make_bags([0, 2], [1, 2], [2]))[[1, 3, 4]]) == {round(LEVEL_UNIT * math.exp(0.5))}


def test_rows_weighed_beside_a_text_weigh_what_they_do_in_it() -> None:
    gate = make_gate([[9, 0], [0, 9], [0, 0]], [[5, 0], [0, 70], [128, -128]], [0, 64, 0])
    text = make_bags([0, 2])
    assert weigh_beside(gate, text, np.array([2, 0])).tolist() == weigh(gate, text)[::-1].tolist()
    assert weigh_beside(gate, text, np.array([1])).tolist() == [round(LEVEL_UNIT * math.exp(0.5))]


def test_levels_stay_within_their_bounds() -> None:
    gate = make_gate([[9, 0]] * 2, [[32767, 0], [-32768, 0]], [32767, -32768])
    highest = round(LEVEL_UNIT * math.exp(HIGHEST_SCORE - 0.5 / SCORE_STEPS))
    high, low = weigh(gate, make_bags([0, 1]))
    assert highest <= high <= LARGEST_LEVEL
    assert low == round(LEVEL_UNIT * math.exp(LOWEST_SCORE))


def test_no_level_is_so_near_a_half_that_libraries_could_round_it_differently() -> None:
    places = np.arange(round(LOWEST_SCORE * SCORE_STEPS), round(HIGHEST_SCORE * SCORE_STEPS) + 1)
    exact = LEVEL_UNIT * np.exp(places / SCORE_STEPS)
    assert np.abs(exact % 1 - 0.5).min() > 1e-6


@pytest.mark.parametrize("n_rows", [0, 1, 511, 512, 513, 3000])
def test_sums_of_any_length_are_exact(n_rows: int) -> None:
    random = np.random.default_rng(n_rows)
    table = random.integers(-128, 128, (50, 24)).astype(np.int8)
    rows, levels = random.integers(0, 50, n_rows), random.integers(0, LARGEST_LEVEL + 1, n_rows)
    expected = (table[rows].astype(np.int64) * levels[:, None]).sum(axis=0)
    found = sum_rows(table, rows, levels.astype(np.float32), np.array([0, n_rows]))
    assert found.tolist() == [expected.tolist()]


def test_extreme_rows_are_summed_exactly() -> None:
    table = np.full((1, 8), -128, np.int8)
    rows, levels = np.zeros(700, np.int64), np.full(700, LARGEST_LEVEL, np.float32)
    assert sum_rows(table, rows, levels, np.array([0, 700])).tolist() == [[-128 * LARGEST_LEVEL * 700] * 8]


def test_sums_of_very_long_texts_are_halved_until_their_squares_fit() -> None:
    table = np.array([[100, -100]], np.int8)
    rows, levels = np.zeros(5000, np.int64), np.full(5000, 200, np.float32)
    assert sum_rows(table, rows, levels, np.array([0, 5000])).tolist() == [[50_000_000, -50_000_000]]
    rows, levels = np.zeros(9000, np.int64), np.full(9000, 200, np.float32)
    assert sum_rows(table, rows, levels, np.array([0, 9000])).tolist() == [[45_000_000, -45_000_000]]
