"""Of equally near cases the one in the less crowded neighbourhood is nearer, in whatever company it is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from casefinder.casebase.live_index import LiveIndex
from casefinder.encoders import load_encoder
from casefinder.search.nearness import Nearness, nearest_keys, nearness
from casefinder.search.question import Question, read_question
from casefinder.vector_index import ExactIndex

DIM, N_CROWD = 64, 40
CROWDED, ALONE = 1, 2


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), dtype=np.float32)


RNG = np.random.default_rng(5)
QUERY = unit(RNG.normal(size=DIM).astype(np.float32))
AWAY = unit(np.linalg.qr(np.stack([QUERY, *RNG.normal(size=(2, DIM))]).T)[0].T[1:].astype(np.float32))
# Two cases equally near to the question; many others lie about the first.
TWO = unit(np.stack([QUERY + AWAY[0], QUERY + AWAY[1]]))
CROWD = unit(TWO[0] + RNG.normal(size=(N_CROWD, DIM)).astype(np.float32) * 0.04)
VECTORS = np.concatenate([TWO, CROWD])
INDEX = LiveIndex(ExactIndex(np.arange(1, len(VECTORS) + 1), VECTORS), None, removed=np.zeros(0, dtype=np.int64))
QUESTION: Question = replace(
    read_question("胸痛", load_encoder()), vector=QUERY, bridge=np.zeros(DIM, dtype=np.float32)
)


def near(*keys: int, about: NDArray[np.int64] | None = None) -> Nearness:
    about = nearest_keys(INDEX, [QUESTION], k=100)[0].keys if about is None else about
    return nearness(INDEX, QUESTION, np.array(keys), about)


def test_of_two_equally_near_cases_the_one_among_many_alike_is_the_more_crowded() -> None:
    found = near(CROWDED, ALONE)
    assert found.cosines[0] == pytest.approx(found.cosines[1], abs=1e-6)
    assert found.crowding[0] > 0 > found.crowding[1]


def test_crowding_does_not_depend_on_the_cases_that_it_is_asked_with() -> None:
    assert near(ALONE).crowding[0] == pytest.approx(near(*range(1, 30)).crowding[ALONE - 1], abs=1e-6)


def test_few_cases_about_a_question_tell_nothing_of_crowding() -> None:
    assert near(CROWDED, ALONE, about=np.arange(1, 12)).crowding.tolist() == [0, 0]


def test_case_without_a_vector_is_near_to_nothing() -> None:
    found = near(ALONE, 1000)
    assert found.cosines[1] == found.crowding[1] == 0
    assert found.cosines[0] > 0


def test_question_without_a_vector_is_near_to_no_case() -> None:
    empty = replace(QUESTION, vector=np.zeros(DIM, dtype=np.float32))
    assert nearest_keys(INDEX, [empty], k=10)[0].keys.tolist() == []
    assert nearness(INDEX, empty, np.array([ALONE]), np.zeros(0, dtype=np.int64)).cosines.tolist() == [0]
