from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casefinder.errors import IndexDamagedError, VectorShapeError
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


def good_file(path: Path) -> bytes:
    ExactIndex(IDS, VECTORS).save(path)
    return path.read_bytes()


def damaged(path: Path, how: str) -> Path:
    content = good_file(path)
    middle = len(content) // 2
    path.write_bytes(
        {
            "empty": b"",
            "cut short": content[:-30],
            "half": content[:middle],
            "text": b"id,complaint\n",
            "a byte changed": content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :],
        }[how]
    )
    return path


@pytest.mark.parametrize("how", ["empty", "cut short", "half", "text", "a byte changed"])
def test_a_damaged_file_is_refused(tmp_path: Path, how: str) -> None:
    with pytest.raises(IndexDamagedError, match=r"^index\.npz is no exact index; build the index again$"):
        ExactIndex.load(damaged(tmp_path / "index.npz", how))


@pytest.mark.parametrize(
    "arrays",
    [
        {"other": IDS},
        {"ids": IDS},
        {"ids": IDS[:2], "vectors": VECTORS},
        {"ids": IDS, "vectors": VECTORS.astype(np.float64)},
        {"ids": np.array([{}], dtype=object), "vectors": VECTORS},
    ],
    ids=["other names", "one missing", "lengths differ", "other dtype", "objects"],
)
def test_an_archive_of_something_else_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    path = tmp_path / "index.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    with pytest.raises(IndexDamagedError, match=r"^index\.npz is no exact index; build the index again$"):
        ExactIndex.load(path)


def test_a_single_array_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "index.npy", VECTORS)
    for name in ("index.npy", "missing.npz"):
        with pytest.raises(IndexDamagedError, match="is no exact index"):
            ExactIndex.load(tmp_path / name)
