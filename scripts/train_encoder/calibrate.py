"""Compute, from pairs of texts, what a cosine of the encoder means.

Three kinds of pairs are compared: unrelated (texts of two different pairs of one source), related (the two
texts of a pair), near-duplicates (a text and the same text with about one word in ten changed).

* related: the cosine that one unrelated pair in 200 reaches;
* near-duplicate: the cosine that parts edited texts from merely related ones with the fewest errors, both
  kinds counted equally;
* the percentage is 0 at the median of unrelated pairs, 50 at `related`, 90 at `near-duplicate`, 100 at 1.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.calibration import Calibration
from scripts.train_encoder.sources import Pair

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_UNRELATED_SHARE = 0.005
_EDIT_SHARE = 0.1
_LEAST_CHARACTERS = 20  # one change in ten leaves a shorter text no recognisable edit


def calibrate(encode: Encode, sources: Sequence[Sequence[Pair]], *, seed: int = 5) -> Calibration:
    """Measure the three kinds of pairs and set the thresholds between them.

    Args:
        encode: The encoder; rows of unit length.
        sources: Pairs that were held out from training; unrelated pairs are made within each source.
        seed: Of the edits and of the choice of unrelated pairs.
    """
    choice = random.Random(seed)
    unrelated, related, edited = [], [], []
    for pairs in sources:
        left, right = encode([p.left for p in pairs]), encode([p.right for p in pairs])
        other = [_other(i, pairs, choice) for i in range(len(pairs))]
        related.append((left * right).sum(axis=1))
        unrelated.append((left * right[other]).sum(axis=1))
        texts = [p.right for p in pairs if len(p.right) >= _LEAST_CHARACTERS]
        if texts:
            edited.append((encode(texts) * encode([edit(t, choice) for t in texts])).sum(axis=1))
    return _thresholds(*(np.concatenate(cosines) for cosines in (unrelated, related, edited)))


def edit(text: str, choice: random.Random) -> str:
    """Change about a tenth of a text: drop some places, double one or swap two."""
    words = list(text) if sum(c > "\u3000" for c in text) > len(text) // 3 else text.split(" ")
    for _ in range(max(1, round(len(words) * _EDIT_SHARE / 2))):
        place = choice.randrange(max(1, len(words) - 2))
        if choice.random() < 0.5:
            del words[place : place + 2]
        elif len(words) > place + 1:
            words[place], words[place + 1] = words[place + 1], words[place]
    return ("" if len(words) and len(max(words, key=len)) == 1 else " ").join(words)


def _other(place: int, pairs: Sequence[Pair], choice: random.Random) -> int:
    """Choose a pair of another group than the one at `place`; after ten tries, any."""
    for _ in range(10):
        other = choice.randrange(len(pairs))
        if pairs[other].group != pairs[place].group:
            return other
    return (place + 1) % len(pairs)


def _thresholds(
    unrelated: NDArray[np.float32], related: NDArray[np.float32], edited: NDArray[np.float32]
) -> Calibration:
    low = float(np.median(unrelated))
    middle = float(np.quantile(unrelated, 1 - _UNRELATED_SHARE))
    candidates = np.linspace(middle + 0.01, 0.99, 200)
    errors = [float((related >= c).mean() + (edited < c).mean()) for c in candidates]
    high = float(candidates[int(np.argmin(errors))])
    cosines = tuple(round(c, 4) for c in (low, middle, high, 1.0))
    return Calibration(cosines, (0.0, 50.0, 90.0, 100.0), related=cosines[1], near_duplicate=cosines[2])
