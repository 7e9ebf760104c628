"""Knowing when a case base holds nothing similar to a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from casefinder.search.hit import Hit

# Best similarity from which an answer is worth showing. On the sample cases 2 % of the questions that should be
# answered stay below, and 13 % of the questions without medical content lie above; `scripts/bench/knowing.py`.
LEAST_SIMILARITY: Final = 0.52


def is_known(hits: Sequence[Hit]) -> bool:
    """Tell whether the best hits are similar enough to be shown."""
    return bool(hits) and hits[0].similarity >= LEAST_SIMILARITY
