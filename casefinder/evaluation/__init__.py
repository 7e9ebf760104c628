"""Measuring a case base: how well labelled questions are answered, and which weights answer them best."""

from casefinder.evaluation.evaluating import BASELINES, evaluate, ranked_ids
from casefinder.evaluation.labels import LabelledQuestion, leave_one_out, read_labels
from casefinder.evaluation.metrics import Figure, figures_of
from casefinder.evaluation.tuning import Tuned, describe, tune

__all__ = [
    "BASELINES",
    "Figure",
    "LabelledQuestion",
    "Tuned",
    "describe",
    "evaluate",
    "figures_of",
    "leave_one_out",
    "ranked_ids",
    "read_labels",
    "tune",
]
