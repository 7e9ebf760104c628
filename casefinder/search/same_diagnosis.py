"""What a similarity means: of pairs as similar as this, how many share their main diagnosis.

The similarity orders the hits of one answer; its size says little by itself. The curve below was measured on the
3,000 sample cases with the bundled encoder, ``scripts/bench/knowing.py --fit``: cases asked with their complaint, with
half and with all of their presentation, and every candidate was compared by the category of its first ICD-10 code. On
another case base, with rarer or more alike diseases, the true share is another; the order is the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np

SIMILARITIES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
PERCENTS: Final = (0.0, 1.1, 3.2, 10.2, 27.5, 52.7, 71.9, 78.5, 91.6, 100.0)


def percent_of(similarity: float) -> float:
    """Return the percentage of pairs at a similarity that share their main diagnosis, 0 to 100; never falling."""
    return float(np.interp(similarity, SIMILARITIES, PERCENTS))
