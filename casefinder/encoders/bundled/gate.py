"""How much each feature counts, by the text it stands in.

A text's first-pass sum of short context vectors says what the text is about. A feature whose key points the same way
counts more, one that points elsewhere less: greetings in a report of chest pain, a drug named in passing. It is
attention with one query a text. Everything is computed in integers, but for one division, one square root and one
rounding that IEEE 754 specifies exactly, so levels are the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.bags import Bags
from casefinder.encoders.bundled.features import Rows
from casefinder.encoders.bundled.summing import sum_rows

KEY_UNIT: Final = 128
"""Keys and biases are stored in units of 1 / KEY_UNIT."""

CONTEXT_UNIT: Final = 128
"""A text's context has this length before it is rounded to whole numbers."""

LOWEST_SCORE: Final = -4.0
HIGHEST_SCORE: Final = 3.4
"""Scores are held between these: a feature counts between e**-4 and e**3.4 times."""

LEVEL_UNIT: Final = 8
"""The level of a feature that counts once; e**3.4 of it is below LARGEST_LEVEL."""

_SHIFT = 8  # 2**8 / (128 * 128) = 1 / 64
SCORE_STEPS: Final = (KEY_UNIT * CONTEXT_UNIT) >> _SHIFT
"""Scores are told apart in steps of 1 / SCORE_STEPS."""
_LOWEST = round(LOWEST_SCORE * SCORE_STEPS)
_LEVELS = np.rint(LEVEL_UNIT * np.exp(np.arange(_LOWEST, round(HIGHEST_SCORE * SCORE_STEPS) + 1) / SCORE_STEPS)).astype(
    np.float32
)


@dataclass(frozen=True, slots=True)
class Gate:
    """What weighing takes of each row of the table.

    Attributes:
        context: int8 [n_rows, n], adds up to what a text is about.
        keys: int16 [n_rows, n], what a text must be about for the row to count more.
        biases: int16 [n_rows], how much the row counts in any text.
    """

    context: NDArray[np.int8]
    keys: NDArray[np.int16]
    biases: NDArray[np.int16]


def weigh(gate: Gate, bags: Bags) -> NDArray[np.float32]:
    """Tell the level of each row of each text.

    Returns:
        float32 [m] for the m rows of the bags: whole numbers from 0 to LARGEST_LEVEL.
    """
    return _levels(gate, bags.rows, np.repeat(_contexts(gate, bags), np.diff(bags.borders), axis=0))


def weigh_beside(gate: Gate, bag: Bags, rows: Rows) -> NDArray[np.float32]:
    """Tell the level that some rows have, or would have, in a text.

    Args:
        gate: Weighs.
        bag: The rows of the text, alone.
        rows: int64 [m], any rows.

    Returns:
        float32 [m]: whole numbers from 0 to LARGEST_LEVEL.
    """
    return _levels(gate, rows, np.repeat(_contexts(gate, bag), len(rows), axis=0))


def _levels(gate: Gate, rows: Rows, contexts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compare the key of each row with the context of its text: float32 [m] of m rows and contexts [m, n]."""
    scores = np.einsum("mn,mn->m", gate.keys.take(rows, axis=0).astype(np.float32), contexts)
    steps = (scores.astype(np.int64) + gate.biases[rows].astype(np.int64) * CONTEXT_UNIT) >> _SHIFT
    levels: NDArray[np.float32] = _LEVELS[np.clip(steps - _LOWEST, 0, len(_LEVELS) - 1)]
    return levels


def _contexts(gate: Gate, bags: Bags) -> NDArray[np.float32]:
    """Sum each text's context vectors, scaled to length CONTEXT_UNIT and rounded: float32 [n_texts, n]."""
    sums = sum_rows(gate.context, bags.rows, np.ones(len(bags.rows), np.float32), bags.borders)
    scales = np.sqrt((sums * sums).sum(axis=1).astype(np.float64))
    scales[scales == 0.0] = 1.0
    contexts: NDArray[np.float32] = np.rint(sums * CONTEXT_UNIT / scales[:, None]).astype(np.float32)
    return contexts
