"""Figures of retrieval quality, each with the interval that chance leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_RESAMPLES: Final = 1_000
_LEVELS: Final = (2.5, 97.5)  # a 95 % interval
_SEED: Final = 20_240_301


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions with its 95 % bootstrap interval, all between 0 and 1."""

    mean: float
    low: float
    high: float


def recall_at(ranked: Sequence[str], relevant: Mapping[str, float], k: int) -> float:
    """Return the share of the relevant cases that is among the first k; of k, where more than k are relevant."""
    return sum(case_id in relevant for case_id in ranked[:k]) / min(k, len(relevant))


def precision_at(ranked: Sequence[str], relevant: Mapping[str, float], k: int) -> float:
    """Return the share of the first k cases that is relevant."""
    return sum(case_id in relevant for case_id in ranked[:k]) / k


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Return 1 / rank of the first relevant case, 0 where none is found."""
    return next((1 / rank for rank, case_id in enumerate(ranked, start=1) if case_id in relevant), 0.0)


def ndcg_at(ranked: Sequence[str], relevant: Mapping[str, float], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first k cases.

    Source: Järvelin and Kekäläinen 2002, doi:10.1145/582415.582418.
    """
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gains = np.array([relevant.get(case_id, 0.0) for case_id in ranked[:k]])
    ideal = np.sort(np.array(list(relevant.values())))[::-1][:k]
    return float(gains @ discounts[: len(gains)]) / float(ideal @ discounts[: len(ideal)])


def with_interval(values: Sequence[float]) -> Figure:
    """Return the mean of a figure over questions, with its 95 % bootstrap interval."""
    array = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(_SEED).integers(0, len(array), (_RESAMPLES, len(array)))
    low, high = np.percentile(array[draws].mean(axis=1), _LEVELS)
    return Figure(float(array.mean()), float(low), float(high))


def figures_of(
    rankings: Sequence[Sequence[str]], relevant: Sequence[Mapping[str, float]], *, k: int
) -> dict[str, Figure]:
    """Return every figure over questions: recall@1, recall@k, precision@k, nDCG@10 and MRR.

    Args:
        rankings: Ids of the cases found for each question, best first.
        relevant: For each question the relevant ids with their grades above 0; none is empty.
        k: Cases looked at.
    """
    measures: dict[str, Callable[[Sequence[str], Mapping[str, float]], float]] = {
        "recall@1": lambda ranked, wanted: recall_at(ranked, wanted, 1),
        f"recall@{k}": lambda ranked, wanted: recall_at(ranked, wanted, k),
        f"precision@{k}": lambda ranked, wanted: precision_at(ranked, wanted, k),
        "nDCG@10": lambda ranked, wanted: ndcg_at(ranked, wanted, 10),
        "MRR": reciprocal_rank,
    }
    pairs = list(zip(rankings, relevant, strict=True))
    return {name: with_interval([measure(*pair) for pair in pairs]) for name, measure in measures.items()}
