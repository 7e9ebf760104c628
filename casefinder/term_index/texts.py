"""Lists of short texts as arrays: their bytes in UTF-8, one after another, and where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefinder.files import Values


def text_arrays(prefix: str, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return texts as arrays whose names begin with a prefix."""
    encoded = [text.encode() for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(text) for text in encoded], dtype=np.int64)])
    return {
        f"{prefix}_texts": np.frombuffer(b"".join(encoded), dtype="u1"),
        f"{prefix}_text_starts": starts.astype("<i8"),
    }


def texts_of(content: Values, starts: Values) -> list[str]:
    """Return the texts of ``text_arrays``."""
    encoded, bounds = content[:].tobytes(), starts[:].tolist()
    return [encoded[a:b].decode() for a, b in pairwise(bounds)]
