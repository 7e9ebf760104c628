"""Search: from a question to the most similar cases."""

from casefinder.search.hit import Answer, Hit, MatchedBy
from casefinder.search.searching import MAX_K, Searcher

__all__ = ["MAX_K", "Answer", "Hit", "MatchedBy", "Searcher"]
