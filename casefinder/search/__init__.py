"""Search: from a question to the most similar cases."""

from casefinder.search.explanation import Explanation, FindingPair, ValuePair
from casefinder.search.hit import Answer, Hit, MatchedBy, ScorePart
from casefinder.search.searching import MAX_K, Searcher
from casefinder.search.weights import COSTS, GAINS, PARTS, RankingWeights, read_weights, write_weights

__all__ = [
    "COSTS",
    "GAINS",
    "MAX_K",
    "PARTS",
    "Answer",
    "Explanation",
    "FindingPair",
    "Hit",
    "MatchedBy",
    "RankingWeights",
    "ScorePart",
    "Searcher",
    "ValuePair",
    "read_weights",
    "write_weights",
]
