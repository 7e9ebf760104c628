"""Learning the weights of the ranking from relevance labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.evaluation.labels import LabelledQuestion
from casefinder.search import PARTS, RankingWeights, Searcher
from casefinder.search.ranking import Matrix, similarities

_SEED: Final = 20_240_301
_HELD_OUT_SHARE: Final = 0.3
_STEPS: Final = (0.0, 0.5, 0.7, 0.85, 1.2, 1.5, 2.0)  # factors that are tried for a weight
_FROM_NOTHING: Final = (0.05, 0.2)  # values that are tried for a weight that is 0
_ROUNDS: Final = 6
_LEAST_GAIN: Final = 1e-4  # below it a change is chance
_NORMAL_95: Final = 1.645  # standard errors above which one value in twenty lies by chance
_CUTOFF: Final = 10
_FIXED: Final = "meaning"  # only the proportions of the weights matter: one of them is the unit


@dataclass(frozen=True, slots=True)
class Tuned:
    """Weights learned from labels.

    Attributes:
        weights: The learned weights.
        n_learned_on: Questions learned on.
        n_held_out: Questions kept apart.
        before: nDCG@10 of the weights begun with on the questions kept apart.
        after: That of the learned weights on the same questions.
    """

    weights: RankingWeights
    n_learned_on: int
    n_held_out: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class LabelledParts:
    """The candidates of one labelled question: the parts of their scores, and their grades.

    Attributes:
        parts: float32 [n, len(PARTS)].
        applies: How far each gain applies.
        cosines: float32 [n], which decide among equals.
        grades: float64 [n], 0 for what is not relevant.
        ideal: Highest discounted gain that the labels allow.
    """

    parts: Matrix
    applies: tuple[float, ...]
    cosines: Matrix
    grades: NDArray[np.float64]
    ideal: float


def tune(searcher: Searcher, questions: Sequence[LabelledQuestion], *, start: RankingWeights) -> Tuned:
    """Learn weights by coordinate ascent on the nDCG@10 of seven questions in ten; check them on the others.

    The weights begun with are returned when the learned ones are not better on the questions kept apart.

    Args:
        searcher: Over the case base that holds the labelled cases.
        questions: At least ten.
        start: The weights to begin with.
    """
    order = np.random.default_rng(_SEED).permutation(len(questions))
    labelled = [labelled_parts(searcher, questions[place]) for place in order]
    n_held_out = max(1, round(len(labelled) * _HELD_OUT_SHARE))
    held_out, learning = labelled[:n_held_out], labelled[n_held_out:]
    learned = ascend(learning, start)
    before, after = mean_ndcg(held_out, start), mean_ndcg(held_out, learned)
    kept = learned if after > before else start
    return Tuned(kept, len(learning), n_held_out, before, max(before, after))


def ascend(labelled: Sequence[LabelledParts], start: RankingWeights) -> RankingWeights:
    """Change one weight at a time as long as nDCG@10 rises by more than chance.

    What a few questions gain and as many lose is noise, and would be learned from any labels.
    """
    best, figures = start, ndcgs(labelled, start)
    for _ in range(_ROUNDS):
        before = figures.mean()
        for name in PARTS:
            value = getattr(best, name)
            tried = [value * step for step in _STEPS] if value else list(_FROM_NOTHING)
            for other in tried if name != _FIXED else ():
                weights = replace(best, **{name: round(other, 4)})
                others = ndcgs(labelled, weights)
                if is_gain(others - figures):
                    best, figures = weights, others
        if figures.mean() <= before:
            break
    return best


def is_gain(differences: NDArray[np.float64]) -> bool:
    """Tell whether a mean gain over questions is more than chance: by a one-sided test at one in twenty."""
    n = len(differences)
    error = float(differences.std(ddof=1)) / np.sqrt(n) if n > 1 else 0.0
    return float(differences.mean()) > max(_LEAST_GAIN, _NORMAL_95 * error)


def labelled_parts(searcher: Searcher, question: LabelledQuestion) -> LabelledParts:
    """Score the candidates of a labelled question, without the case that asks."""
    scored, ids = searcher.score_by_id(question.text, k=_CUTOFF)
    kept = np.array([case_id != question.asked_by for case_id in ids], dtype=bool)
    grades = np.array([question.relevant.get(case_id, 0.0) for case_id in ids])
    ideal = np.sort(np.array(list(question.relevant.values())))[::-1][:_CUTOFF]
    return LabelledParts(
        parts=scored.parts[kept],
        applies=scored.applies,
        cosines=scored.cosines[kept],
        grades=grades[kept],
        ideal=_gain(ideal),
    )


def mean_ndcg(labelled: Sequence[LabelledParts], weights: RankingWeights) -> float:
    """Return the mean nDCG@10 of weights over labelled questions."""
    return float(ndcgs(labelled, weights).mean())


def ndcgs(labelled: Sequence[LabelledParts], weights: RankingWeights) -> NDArray[np.float64]:
    """Return the nDCG@10 of weights for each labelled question: float64 [n_questions]."""
    figures = np.zeros(len(labelled))
    for place, one in enumerate(labelled):
        scores = similarities(one.parts, one.applies, weights)
        order = np.lexsort((-one.cosines, -scores))[:_CUTOFF]
        figures[place] = _gain(one.grades[order]) / one.ideal
    return figures


def describe(before: RankingWeights, after: RankingWeights) -> list[str]:
    """Write each weight and what it became, as lines of text."""
    changed = asdict(after)
    return [f"{name:14s} {value:.3f} -> {changed[name]:.3f}" for name, value in asdict(before).items()]


def _gain(grades: NDArray[np.float64]) -> float:
    return float((grades / np.log2(np.arange(2, len(grades) + 2))).sum())
