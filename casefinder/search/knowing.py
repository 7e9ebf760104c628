"""Knowing when a case base holds nothing similar to a question.

A similarity alone does not tell: a sentence about the weather shares words and some meaning with many cases. So the
best case is judged by several signals together, weighed by a logistic regression. ``scripts/bench/knowing.py --fit``
made the numbers below, from the sample cases, from a case base that lacks whole specialities, and from sentences
without medical content; without ``--fit`` it measures both kinds of error on others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.search.asked import information
from casefinder.search.ranking import Matrix, Scored
from casefinder.search.weights import GAINS, PARTS

# The order of the signals.
SIGNALS: Final = (
    "similarity",
    "nearness",
    "words",
    "words_missing",
    "words_unknown",
    "findings",
    "findings_missing",
    "coverage",
    "named",
    "disease",
)
_USUAL_NEARNESS: Final = 1.6  # of a complaint and the nearest other case among the sample cases
_N_BEST: Final = 10  # candidates among which a disease that is asked for is looked for
_SHORT_NATS: Final = 60.0  # of information; beyond, a question is long enough to be judged by its meaning


@dataclass(frozen=True, slots=True)
class Knowing:
    """A logistic regression on ``SIGNALS``: the chance that a question is one for the case base.

    Attributes:
        bias: The constant.
        weights: One for each signal.
        least: Chance from which an answer is worth showing.
    """

    bias: float
    weights: tuple[float, ...]
    least: float


SHIPPED: Final = Knowing(
    bias=-6.26,
    # The last one is 0.54 as fitted on the sample cases. Raised to 2 it changes none of the errors measured there, and
    # cases that only tell their story name a disease in one sentence of many.
    weights=(3.907, 2.201, 0.457, 0.17, -1.173, 1.027, -0.842, 0.81, 6.005, 2.0),
    least=0.499,  # of the complaints and diagnoses that it was fitted on, 1 % lie below
)


def signals(scored: Scored, similarities: Matrix, place: int) -> NDArray[np.float64]:
    """Return what tells whether a candidate is a stranger: float64 [len(SIGNALS)].

    Nearness is the meaning, in distances from unrelated to related texts (a usual one where the question does nothing
    but deny, which no vector can tell); words and findings are told by what the candidate has and by what it lacks, in
    nats and in findings, words also by what the whole case base lacks; coverage is the share of the question that names
    findings; named is how much of the question is drugs, procedures and codes that the candidate holds. Disease is 1
    where the question is nothing but findings, a disease among them that one of the best candidates has.

    Args:
        scored: The candidates of a question.
        similarities: float32 [n], theirs.
        place: Which of them.
    """
    part = dict(zip(PARTS, np.nan_to_num(scored.parts[place]).tolist(), strict=True))
    applies = dict(zip(GAINS, scored.applies, strict=True))
    nats, asked = min(applies["words"] ** 2, _SHORT_NATS), min(information(scored.asked), 3.0)
    return np.array(
        [
            similarities[place],
            part["meaning"] * applies["meaning"] if applies["meaning"] else _USUAL_NEARNESS * (part["findings"] > 0),
            np.log1p(part["words"] * nats),
            np.log1p((1 - part["words"]) * nats),
            np.log1p(min(scored.unknown, _SHORT_NATS)),
            part["findings"] * asked,
            (1 - part["findings"]) * asked,
            scored.question.coverage,
            part["names"] * applies["names"],
            scored.question.names_findings_only and scored.has_disease[_best(similarities)].any(),
        ]
    )


def _best(similarities: Matrix) -> NDArray[np.int64]:
    """Return the places of the most similar candidates."""
    n_best = min(_N_BEST, len(similarities))
    return np.argpartition(-similarities, n_best - 1)[:n_best]


def chance_known(scored: Scored, similarities: Matrix, *, knowing: Knowing = SHIPPED) -> float:
    """Return the chance that a question is one for the case base, 0 to 1; 0 where there are no candidates."""
    if not len(similarities):
        return 0.0
    score = knowing.bias + signals(scored, similarities, int(np.argmax(similarities))) @ np.array(knowing.weights)
    return float(1 / (1 + np.exp(-score)))


def is_known(scored: Scored, similarities: Matrix, *, knowing: Knowing = SHIPPED) -> bool:
    """Tell whether the best candidate is similar enough to be shown."""
    return chance_known(scored, similarities, knowing=knowing) >= knowing.least
