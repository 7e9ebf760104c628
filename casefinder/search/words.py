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
from casefinder.term_index.postings import Postings, TermScores

Scores = NDArray[np.float32]

_BY_CONCEPT: Final = 0.7  # that a case names the finding tells a little less than that it uses the very words
_MOST_STRANGE: Final = 0.5  # share of the words of a language that may be unknown where it is one of the case base
_MET_POWER: Final = 0.5  # how much less, where even the best case holds only a part of the words


@dataclass(frozen=True, slots=True)
class AskedWords:
    """The words of a question, and what they tell over a case base.

    Attributes:
        every: What cases have of all of them.
        findings: What cases have of those inside findings.
        met: Share of the words, by information, that the case with most of them holds, 0 to 1: 0 between two languages,
            where words tell nothing. Of all cases, so that a case scores the same in whatever company it is found.
    """

    every: TermScores
    findings: TermScores
    met: float

    @property
    def information(self) -> float:
        """What the words tell in all, in nats."""
        return self.every.information

    @property
    def unknown(self) -> float:
        """What those words outside findings tell, in nats, that no case holds: what the case base is not about.

        Cases may say a finding in other words.
        """
        return sum(told for term, told in self.every.unheld.items() if term not in self.findings.unheld)

    def held_by(self, rows: Rows) -> WordMatch:
        """Return what some cases hold, given in rising order."""
        return WordMatch(
            held=self.every.at(rows) * np.float32(self.every.information),
            held_findings=self.findings.at(rows) * np.float32(self.findings.information),
            asked=self,
        )


@dataclass(frozen=True, slots=True)
class WordMatch:
    """What some cases hold of a question's words, in nats (BM25).

    Attributes:
        held: float32 [n], of all words, 0 and up.
        held_findings: float32 [n], of the words inside findings.
        asked: The words of the question.
    """

    held: Scores
    held_findings: Scores
    asked: AskedWords

    def shares(self, agreed: Scores) -> Scores:
        """Return the share of the question's words that each case satisfies, by information: float32 [n], 0 to 1.

        Args:
            agreed: Share of the question's findings that each case agrees with, float32 [n].
        """
        asked = self.asked
        if not asked.information:
            return np.zeros_like(agreed)
        by_concept = np.float32(_BY_CONCEPT * asked.met**_MET_POWER * asked.findings.information) * agreed
        satisfied = self.held + np.maximum(by_concept - self.held_findings, 0)
        shares: Scores = np.minimum(satisfied / np.float32(asked.information), 1.0)
        return shares


def asked_words(question: Question, postings: Postings) -> AskedWords:
    """Return the words of a question that can be compared with those of cases.

    Args:
        question: What is asked.
        postings: Which cases hold which words.
    """
    terms = _all_terms(question)
    every = postings.scores(terms)
    kept = comparable(terms, every.unheld)
    if len(kept) < len(terms):
        every = postings.scores(kept)
    inside = {term: weight for term, weight in question.finding_terms.items() if term in kept}
    met = min(float(every.at(every.best(1)).max(initial=0.0)), 1.0)
    return AskedWords(every, postings.scores(inside), met)


def _all_terms(question: Question) -> dict[str, float]:
    """Return the weights of all words of a question that cases can be found by."""
    inside, outside = question.finding_terms, question.terms
    return {term: outside.get(term, 0.0) + inside.get(term, 0.0) for term in (outside | inside)}


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
