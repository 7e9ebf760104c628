"""Which cases stand out by everything together, before they are looked at one by one.

Behind a filter the best cases are often strangers: near in no single side, but in the sum of meaning, words and
findings. What is known of every matching case at once is added up as the ranking will add it: the cosines of those
nearest in meaning, and the shares of words and findings by the most telling of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders import Calibration
from casefinder.search.ranking import Matrix, meaning_of
from casefinder.search.weights import PARTS
from casefinder.term_index import Rows
from casefinder.term_index.postings import TermScores

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Near:
    """Cases near to a question in meaning.

    Attributes:
        rows: int64 [n], rising.
        cosines: float32 [n].
        exact: Whether none nearer can have been missed.
    """

    rows: Rows
    cosines: Scores
    exact: bool

    def best(self, n: int) -> Rows:
        """Return the n nearest, or fewer, in no order: int64 [<= n]."""
        return self.rows if len(self.rows) <= n else self.rows[np.argpartition(-self.cosines, n - 1)[:n]]


def roughly_similar(
    among: Rows,
    near: Near,
    *,
    words: TermScores,
    findings: TermScores,
    weights: Matrix,
    calibration: Calibration | None,
) -> Scores:
    """Return about how similar cases are: float32 [n], 0 and up.

    Args:
        among: int64 [n], rising.
        near: Those of them that are nearest in meaning; all others count as no nearer than the last of these.
        words: What cases have of the question's words.
        findings: What cases have of its findings; the one that has most of them counts as having all.
        weights: What each of PARTS counts for.
        calibration: Of the encoder.
    """
    weight = dict(zip(PARTS, weights, strict=True))
    similar: Scores = weight["words"] * np.minimum(words.roughly(among), 1)
    found = findings.roughly(among)
    if most := found.max(initial=0):
        similar += weight["findings"] / most * found
    if len(near.rows):
        meaning = meaning_of(near.cosines, calibration)
        similar[np.searchsorted(among, near.rows)] += weight["meaning"] * (meaning - meaning.min())
    return similar
