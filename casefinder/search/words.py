"""Which words of a question cases hold, and what that tells.

A question's words are of two kinds. Those inside a finding that it names (胸痛) may be said in other words or in the
other language: there a case satisfies them by the words or by the finding, whichever is more. All others can only be
met word for word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.search.question import Question
from casefinder.term_index import Rows
from casefinder.term_index.postings import TermScores

Scores = NDArray[np.float32]

_BY_CONCEPT: Final = 0.7  # that a case names the finding tells a little less than that it uses the very words
_MOST_STRANGE: Final = 0.5  # share of the words of a language that may be unknown where it is one of the case base
_MET_POWER: Final = 0.5  # how much less, where even the best case holds only a part of the words


@dataclass(frozen=True, slots=True)
class WordMatch:
    """What some cases hold of a question's words, in nats (BM25), beside all that there is to hold.

    Attributes:
        held: float32 [n], of all words, 0 and up.
        held_findings: float32 [n], of the words inside findings.
        information: What the words tell in all.
        information_findings: What the words inside findings tell in all.
        met: Share of the words, by information, that the case with most of them holds, 0 to 1: 0 between two languages,
            where words tell nothing. Of all cases, so that a case scores the same in whatever company it is found.
        unknown: What those words outside findings tell, in nats, that no case of the whole case base holds: what it is
            not about. Cases may say a finding in other words.
    """

    held: Scores
    held_findings: Scores
    information: float
    information_findings: float
    met: float
    unknown: float

    def shares(self, agreed: Scores) -> Scores:
        """Return the share of the question's words that each case satisfies, by information: float32 [n], 0 to 1.

        Args:
            agreed: Share of the question's findings that each case agrees with, float32 [n].
        """
        if not self.information:
            return np.zeros_like(agreed)
        by_concept = np.float32(_BY_CONCEPT * self.met**_MET_POWER * self.information_findings) * agreed
        satisfied = self.held + np.maximum(by_concept - self.held_findings, 0)
        shares: Scores = np.minimum(satisfied / np.float32(self.information), 1.0)
        return shares


def all_terms(question: Question) -> dict[str, float]:
    """Return the weights of all words of a question that cases can be found by."""
    inside, outside = question.finding_terms, question.terms
    return {term: outside.get(term, 0.0) + inside.get(term, 0.0) for term in (outside | inside)}


def match_words(every: TermScores, findings: TermScores, rows: Rows) -> WordMatch:
    """Return what some cases, given in rising order, hold.

    Args:
        every: Of all words of the question.
        findings: Of those inside findings.
        rows: int64 [n].
    """
    return WordMatch(
        held=every.at(rows) * np.float32(every.information),
        held_findings=findings.at(rows) * np.float32(findings.information),
        information=every.information,
        information_findings=findings.information,
        met=min(float(every.at(every.best(1)).max(initial=0.0)), 1.0),
        unknown=sum(told for term, told in every.unheld.items() if term not in findings.unheld),
    )


def comparable(terms: Mapping[str, float], unheld: Collection[str]) -> dict[str, float]:
    """Return those words that can be compared with: without those of a writing of which most are unknown.

    A case base in one language does not know the words of the other, whatever it is about: they tell nothing.

    Args:
        terms: Words with their weights.
        unheld: Those that no case holds.
    """
    kept: dict[str, float] = {}
    for is_chinese in (True, False):
        written = {term: weight for term, weight in terms.items() if _is_chinese(term) is is_chinese}
        if sum(term in unheld for term in written) <= _MOST_STRANGE * len(written):
            kept |= written
    return kept


def _is_chinese(term: str) -> bool:
    return "\u3400" <= term[0] <= "\u9fff"
