"""Measuring a case base: how well labelled questions are answered, and which weights answer them best."""

from casefinder.evaluation.evaluating import evaluate, ranked_ids
from casefinder.evaluation.labels import LabelledQuestion, leave_one_out, read_labels
from casefinder.evaluation.metrics import Figure, figures_of
from casefinder.evaluation.rankings import Ranking, baselines, by_vectors, by_words, full_ranking
from casefinder.evaluation.tuning import Tuned, describe, tune

__all__ = [
    "Figure",
    "LabelledQuestion",
    "Ranking",
    "Tuned",
    "baselines",
    "by_vectors",
    "by_words",
    "describe",
    "evaluate",
    "figures_of",
    "full_ranking",
    "leave_one_out",
    "ranked_ids",
    "read_labels",
    "tune",
]
