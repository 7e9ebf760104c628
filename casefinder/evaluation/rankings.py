"""Ways to rank the cases of a case base, to be measured beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from casefinder.casebase import CaseBase, View
from casefinder.encoders import Encoder
from casefinder.search import Searcher
from casefinder.text import lexical_terms, normalise_text

Ranking = Callable[[str, int], Sequence[str]]


def full_ranking(searcher: Searcher) -> Ranking:
    """Rank by everything, as every question is answered."""
    return lambda text, k: [hit.case.id for hit in searcher.search(text, k=k).hits]


def baselines(casebase: CaseBase, encoder: Encoder) -> dict[str, Ranking]:
    """Return the two rankings that the full one has to beat, by name: each the plain search of one side."""
    return {"vectors alone": by_vectors(casebase, encoder), "BM25 alone": by_words(casebase)}


def by_vectors(casebase: CaseBase, encoder: Encoder) -> Ranking:
    """Rank by the cosine of question and presentation, and by nothing else."""

    def rank(text: str, k: int) -> list[str]:
        view, vector = casebase.view(), encoder.encode([normalise_text(text)])
        return _ids(view, [key for key, _ in view.index.search(vector, k=k).row(0)])

    return rank


def by_words(casebase: CaseBase) -> Ranking:
    """Rank by BM25 over all words of the question, and by nothing else; cases that share none are not found."""

    def rank(text: str, k: int) -> list[str]:
        view = casebase.view()
        scores = view.terms.words.scores(Counter(lexical_terms(text)))
        best = scores.best(k)
        return _ids(view, view.terms.keys_of(best[np.argsort(-scores.at(best), kind="stable")]).tolist())

    return rank


def _ids(view: View, keys: list[int]) -> list[str]:
    cases = view.store.cases(keys)
    return [cases[key].id for key in keys]
