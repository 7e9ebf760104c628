"""What is good on every side together comes before what is best on one."""

from __future__ import annotations

import numpy as np
import pytest

from casefinder.encoders import Calibration, load_encoder
from casefinder.search.together import Near, roughly_similar
from casefinder.search.weights import PARTS
from casefinder.term_index.lists import ListsBuilder, TermLists
from casefinder.term_index.postings import PartLists, Postings, TermScores

WEIGHTS = np.array([{"meaning": 0.5, "words": 0.3, "findings": 0.2}.get(part, 0.0) for part in PARTS], dtype=np.float32)


def scores_of(rows: list[str], question: str) -> TermScores:
    """What rows have of a question; a letter is a term."""
    builder = ListsBuilder()
    for row, terms in enumerate(rows):
        builder.add(row, list(terms))
    lists = TermLists(builder.arrays("words", n_rows=len(rows), reference=2.0), "words")
    none = np.zeros(0, dtype=np.int64)
    postings = Postings([PartLists(lists, 0, len(rows), none)], n_cases=len(rows), usual_length=1.0)
    return postings.scores(dict.fromkeys(question, 1.0))


def calibration() -> Calibration:
    found = load_encoder().calibration
    assert found is not None
    return found


def test_similarity_is_the_weighted_sum_of_what_is_known_of_every_side() -> None:
    words, findings = scores_of(["ab", "a", "", "zz"], "ab"), scores_of(["", "p", "pq", "p"], "pq")
    among, near = np.array([0, 1, 3]), Near(np.array([0, 3]), np.array([0.8, 0.9], dtype=np.float32), exact=False)
    found = roughly_similar(among, near, words=words, findings=findings, weights=WEIGHTS, calibration=None)
    told = findings.at(among)
    expected = 0.3 * np.minimum(words.at(among), 1) + 0.2 * told / told.max() + 0.5 * np.array([0, 0, 0.1])
    assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-6)


def test_a_case_good_on_every_side_comes_before_the_best_of_one() -> None:
    rows = ["abcd", "", "abc", "", ""]
    near = Near(np.array([1, 2, 3]), np.array([0.9, 0.88, 0.5], dtype=np.float32), exact=True)
    found = roughly_similar(
        np.arange(5),
        near,
        words=scores_of(rows, "abcd"),
        findings=scores_of(["", "", "p", "", "p"], "p"),
        weights=WEIGHTS,
        calibration=calibration(),
    )
    assert int(np.argmax(found)) == 2


def test_a_question_that_tells_nothing_leaves_all_alike() -> None:
    nothing = scores_of(["a", "b"], "")
    near = Near(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32), exact=True)
    found = roughly_similar(
        np.arange(2), near, words=nothing, findings=nothing, weights=WEIGHTS, calibration=calibration()
    )
    assert found.tolist() == [0, 0]


@pytest.mark.parametrize(("n", "expected"), [(1, [7]), (2, [2, 7]), (5, [2, 5, 7])])
def test_the_nearest_are_those_of_the_highest_cosines(n: int, expected: list[int]) -> None:
    near = Near(np.array([2, 5, 7]), np.array([0.5, 0.4, 0.6], dtype=np.float32), exact=True)
    assert sorted(near.best(n).tolist()) == expected
