from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casefinder.errors import VectorShapeError
from casefinder.vector_index import ExactIndex

IDS = np.arange(4, dtype=np.int64)
VECTORS = np.eye(4, dtype=np.float32)


@pytest.mark.parametrize(
    ("ids", "vectors", "message"),
    [
        (IDS[:3], VECTORS, r"ids are int64 \(3,\); int64 \(4,\) is wanted"),
        (IDS.astype(np.int32), VECTORS, r"ids are int32 \(4,\); int64 \(4,\) is wanted"),
        (IDS - 1, VECTORS, "id -1 is negative; ids start at 0"),
        (np.array([0, 1, 1, 2]), VECTORS, "an id is given twice; every vector needs an id of its own"),
        (IDS, VECTORS.astype(np.float16), r"vectors are float16 \(4, 4\); float32 \(\*, 4\) is wanted"),
        (IDS, VECTORS[0], r"vectors are float32 \(4,\); float32 \(\*, 0\) is wanted"),
        (IDS, VECTORS * np.float32("nan"), "vectors hold NaN or infinity; encode the texts again"),
    ],
)
def test_ids_and_vectors_that_do_not_fit_are_refused(ids: np.ndarray, vectors: np.ndarray, message: str) -> None:
    with pytest.raises(VectorShapeError, match=rf"^{message}$"):
        ExactIndex(ids, vectors)


def test_an_empty_index_finds_nothing() -> None:
    found = ExactIndex(np.empty(0, np.int64), np.empty((0, 4), np.float32)).search(VECTORS[:1], k=2)
    assert (found.ids.tolist(), found.scores.tolist(), found.row(0)) == ([[-1, -1]], [[-np.inf, -np.inf]], [])


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    ExactIndex(IDS[::-1] * 3, VECTORS).save(tmp_path / "index")
    index = ExactIndex.load(tmp_path / "index")
    assert (index.size, index.dim) == (4, 4)
    assert index.search(VECTORS[:1], k=1).row(0) == [(9, 1.0)]


def test_an_extended_index_holds_what_was_kept_and_what_was_added() -> None:
    index = ExactIndex(IDS, VECTORS).extended(IDS[:2] + 9, VECTORS[:2], without=IDS[1:3])
    assert sorted(index.search(VECTORS[:1], k=9).ids[0].tolist()) == [-1, -1, -1, -1, -1, 0, 3, 9, 10]
