"""Vectors for cases: encode what has not been encoded before, blend the sections of a case into one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders import Encoder, Vectors
from casefinder.text import WeightedText

Parts = tuple[WeightedText, ...]


def encode_parts(encoder: Encoder, parts_by_digest: Mapping[bytes, Parts]) -> dict[bytes, NDArray[np.float32]]:
    """Encode weighted texts, blended to one vector of unit length per digest, float32 [dim].

    A digest whose texts hold nothing to encode is left out.
    """
    digests = [digest for digest, parts in parts_by_digest.items() if parts]
    if not digests:
        return {}
    flat = [part for digest in digests for part in parts_by_digest[digest]]
    starts = np.cumsum([0, *(len(parts_by_digest[digest]) for digest in digests[:-1])])
    vectors = _encode_distinct(encoder, [part.text for part in flat])
    weights = np.array([part.weight for part in flat], dtype=np.float32)
    blended = np.add.reduceat(vectors * weights[:, None], starts, axis=0)
    norms = np.linalg.norm(blended, axis=1)
    return {digest: blended[i] / norms[i] for i, digest in enumerate(digests) if norms[i] > 0}


def _encode_distinct(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """Encode each distinct text once."""
    distinct = sorted(set(texts), key=len)
    rows = {text: row for row, text in enumerate(distinct)}
    return encoder.encode(distinct)[[rows[text] for text in texts]]
