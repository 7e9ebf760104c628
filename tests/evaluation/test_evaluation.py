"""Measuring and learning from relevance labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casefinder.casebase import open_case_base
from casefinder.errors import CasefinderError
from casefinder.evaluation import LabelledQuestion, evaluate, figures_of, full_ranking, leave_one_out, read_labels, tune
from casefinder.evaluation.tuning import LabelledParts, ascend, mean_ndcg
from casefinder.search import PARTS, RankingWeights, Searcher
from tests.material import HashEncoder


def test_figures_are_those_of_their_definitions() -> None:
    figures = figures_of([["x", "a", "b"], ["y", "z"]], [{"a": 1.0, "b": 1.0}, {"q": 1.0}], k=2)
    means = {name: figure.mean for name, figure in figures.items()}
    assert means["recall@1"] == 0.0
    assert means["recall@2"] == pytest.approx(0.25)
    assert means["precision@2"] == pytest.approx(0.25)
    assert means["MRR"] == pytest.approx(0.25)
    assert means["nDCG@10"] == pytest.approx((1 / 1.58496 + 1 / 2) / (1 + 1 / 1.58496) / 2, abs=1e-4)
    assert all(0 <= figure.low <= figure.mean <= figure.high <= 1 for figure in figures.values())


def test_labels_are_read_with_and_without_grades(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"query": "胸痛", "relevant": ["1"]}\n\n{"query": "x", "relevant": {"2": 2, "3": 0}}\n', "utf-8")
    assert read_labels(path) == [LabelledQuestion("胸痛", {"1": 1.0}), LabelledQuestion("x", {"2": 2.0})]


@pytest.mark.parametrize("line", ["{", "[]", '{"query": "x"}', '{"query": "x", "relevant": []}'])
def test_bad_label_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(CasefinderError, match=r"labels\.jsonl:1: no "):
        read_labels(path)


def test_case_that_asks_is_no_answer_to_itself(built_directory: Path) -> None:
    with open_case_base(built_directory) as casebase:
        questions = leave_one_out(casebase, n_questions=20)
        assert all(question.asked_by not in question.relevant for question in questions)
        assert len(questions) == 20
        figures = evaluate(full_ranking(Searcher(casebase, HashEncoder())), questions)
    assert figures["recall@1"].mean < 1.0


def test_learned_weights_are_never_worse_on_the_questions_kept_apart(built_directory: Path) -> None:
    start = RankingWeights(words=0.0, findings=0.0)
    with open_case_base(built_directory) as casebase:
        questions = leave_one_out(casebase, n_questions=30)
        tuned = tune(Searcher(casebase, HashEncoder()), questions, start=start)
    assert (tuned.n_learned_on, tuned.n_held_out) == (21, 9)
    assert tuned.after >= tuned.before
    assert tuned.weights != start or tuned.after == tuned.before


def labelled(n: int, *, words_tell: bool) -> list[LabelledParts]:
    """Questions whose right case is told by its words, or by nothing: its place is drawn."""
    rng, made = np.random.default_rng(1), []
    for _ in range(n):
        parts = np.zeros((20, len(PARTS)), dtype=np.float32)
        parts[:, PARTS.index("meaning")] = rng.random(20)
        parts[:, PARTS.index("words")] = rng.random(20)
        right = int(parts[:, PARTS.index("words")].argmax()) if words_tell else int(rng.integers(20))
        grades = np.zeros(20)
        grades[right] = 1.0
        made.append(LabelledParts(parts, (1.0, 1.0, 1.0, 1.0), parts[:, 0], grades, 1.0))
    return made


def test_weight_that_tells_is_raised_and_gains_on_other_questions() -> None:
    start = RankingWeights(words=0.1)
    learned = ascend(labelled(60, words_tell=True), start)
    others = labelled(120, words_tell=True)[60:]
    assert learned.words > 1
    assert mean_ndcg(others, learned) > mean_ndcg(others, start) + 0.3


def test_nothing_is_learned_from_labels_that_chance_gave() -> None:
    start = RankingWeights()
    assert ascend(labelled(200, words_tell=False), start) == start
