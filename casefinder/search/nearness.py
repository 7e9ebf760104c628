"""How near cases are in meaning, and how much of that they share with everything that is near a question.

Some cases are near to nearly every question: those written in common words, about common things. Of two equally near
cases the one whose own neighbourhood is less crowded says more. So the meaning of a case is taken down by how near it
is to the other cases about the question, where that is above the average of these, and up where it is below.

Source: Lample et al. 2018, arXiv:1710.04087 (cross-domain similarity local scaling), here among the cases near the
question only, so that nothing has to be stored with a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.casebase.live_index import LiveIndex
from casefinder.search.question import Question
from casefinder.term_index import are_in, united
from casefinder.vector_index import NO_ID, Ids, Vectors

Scores = NDArray[np.float32]

N_ABOUT: Final = 100  # cases that stand for what the case base has about a question
_N_NEIGHBOURS: Final = 10  # of these that make up how crowded it is around a case
_LEAST_ABOUT: Final = 2 * _N_NEIGHBOURS  # fewer tell nothing of the others


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near some cases are in meaning: float32 [n_cases] each.

    Attributes:
        cosines: Of question and presentation.
        bridged: Of the question's findings, named in the other language, and the presentation.
        crowding: How much nearer a case is to the cases about the question than these are to each other on average;
            below 0 where it is further away from them.
    """

    cosines: Scores
    bridged: Scores
    crowding: Scores


@dataclass(frozen=True, slots=True)
class Nearest:
    """The cases nearest to a question.

    Attributes:
        keys: int64 [n], nearest first.
        cosines: float32 [n].
        exact: Whether none nearer can have been missed.
    """

    keys: Ids
    cosines: Scores
    exact: bool


def nearness(index: LiveIndex, question: Question, keys: Ids, about: Ids) -> Nearness:
    """Return how near cases are in meaning.

    Args:
        index: Holds their vectors; cases that it does not hold are near to nothing.
        question: What is asked.
        keys: int64 [n_cases], rising, each once.
        about: The cases nearest to the question in the whole case base, whatever the filter, so that a case has the
            same crowding in whatever company it is found.
    """
    about = np.sort(about)
    stored, vectors = index.vectors_of(united([keys, about]))
    cosines, bridged, crowding = np.zeros((3, len(keys)), dtype=np.float32)
    if len(stored):
        is_wanted = are_in(stored, keys)
        wanted = np.searchsorted(keys, stored[is_wanted])
        cosines[wanted] = vectors[is_wanted] @ question.vector
        bridged[wanted] = vectors[is_wanted] @ question.bridge
        crowding[wanted] = _crowding(vectors, are_in(stored, about))[is_wanted]
    return Nearness(cosines, bridged, crowding)


def nearest_keys(index: LiveIndex, questions: Sequence[Question], *, k: int) -> list[Nearest]:
    """Find the k cases that are nearest to each question in the whole case base; none where it has no vector.

    All questions are asked in one search. It is exact for all of them or none.
    """
    asking = [place for place, question in enumerate(questions) if question.vector.any()]
    nearest = [Nearest(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32), exact=True)] * len(questions)
    if asking:
        found = index.search(np.stack([questions[place].vector for place in asking]), k=k)
        for place, ids, scores in zip(asking, found.ids, found.scores, strict=True):
            nearest[place] = Nearest(ids[ids != NO_ID], scores[ids != NO_ID], found.exact)
    return nearest


def _crowding(vectors: Vectors, is_about: NDArray[np.bool_]) -> Scores:
    """Return how crowded it is around each case, less the mean around those about the question."""
    if is_about.sum() < _LEAST_ABOUT:
        return np.zeros(len(vectors), dtype=np.float32)
    near = vectors @ vectors[is_about].T
    near[np.flatnonzero(is_about), np.arange(near.shape[1])] = -1  # nothing is its own neighbour
    nearest = np.partition(near, near.shape[1] - _N_NEIGHBOURS, axis=1)[:, -_N_NEIGHBOURS:]
    crowded = nearest.mean(axis=1)
    return np.asarray(crowded - crowded[is_about].mean(), dtype=np.float32)
