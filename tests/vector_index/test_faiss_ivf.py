from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casefinder.errors import IndexDamagedError, VectorIndexError, VectorShapeError
from casefinder.vector_index import IndexKind, IndexPlan, IVFBuilder, IVFIndex, Vectors, plan_index

PLAN = IndexPlan(IndexKind.IVF, 4, 2, 200, "a test")


def training(n_rows: int = 200) -> Vectors:
    vectors = np.random.default_rng(0).normal(size=(n_rows, 8)).astype(np.float32)
    rows: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows


def built() -> IVFIndex:
    builder = IVFBuilder(PLAN, training())
    builder.add(np.arange(200, dtype=np.int64), training())
    return builder.finish()


def test_a_plan_for_another_kind_is_refused() -> None:
    with pytest.raises(VectorIndexError, match=r"^the plan is for an exact index; an inverted file was asked for$"):
        IVFBuilder(plan_index(10), training())


def test_too_small_a_sample_is_refused_instead_of_warned_about() -> None:
    with pytest.raises(VectorIndexError, match=r"^155 vectors cannot train 4 lists; give 156$"):
        IVFBuilder(PLAN, training(155))


@pytest.mark.parametrize("sample", [training().astype(np.float64), training()[0], training() * np.float32("nan")])
def test_a_sample_of_another_shape_or_with_nan_is_refused(sample: Vectors) -> None:
    with pytest.raises(VectorShapeError, match=r"^vectors "):
        IVFBuilder(PLAN, sample)


def test_vectors_that_do_not_fit_are_refused() -> None:
    builder = IVFBuilder(PLAN, training())
    with pytest.raises(VectorShapeError, match=r"^vectors are float32 \(2, 3\); float32 \(\*, 8\) is wanted$"):
        builder.add(np.arange(2, dtype=np.int64), np.ones((2, 3), np.float32))
    with pytest.raises(VectorShapeError, match=r"^ids are int64 \(3,\); int64 \(2,\) is wanted$"):
        builder.add(np.arange(3, dtype=np.int64), training(2))


def test_the_same_vectors_give_the_same_index(tmp_path: Path) -> None:
    built().save(tmp_path / "a")
    built().save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_index_without_vectors_finds_nothing() -> None:
    index = IVFBuilder(PLAN, training()).finish()
    assert index.size == 0
    assert index.search(training(1), k=3).ids.tolist() == [[-1, -1, -1]]


@pytest.mark.parametrize("how", ["empty", "half", "cut short", "text", "missing"])
def test_a_damaged_file_is_refused(tmp_path: Path, how: str) -> None:
    path = tmp_path / "index.faiss"
    built().save(path)
    content = path.read_bytes()
    damaged = {"empty": b"", "half": content[: len(content) // 2], "cut short": content[:-9], "text": b"id,complaint\n"}
    path.write_bytes(damaged.get(how, content))
    if how == "missing":
        path.unlink()
    with pytest.raises(IndexDamagedError, match=r"^index\.faiss is no FAISS index; build the index again$"):
        IVFIndex.load(path, n_probes=2)


def test_indexes_of_other_kinds_are_refused(tmp_path: Path) -> None:
    import faiss

    path = str(tmp_path / "index.faiss")
    quantizer = faiss.IndexFlatL2(8)
    other_metric = faiss.IndexIVFScalarQuantizer(quantizer, 8, 4, faiss.ScalarQuantizer.QT_fp16)
    other_metric.train(training())
    for index, name in ((faiss.IndexFlatIP(8), "IndexFlatIP"), (other_metric, "IndexIVFScalarQuantizer")):
        faiss.write_index(index, path)
        with pytest.raises(IndexDamagedError, match=f"holds a {name} that casefinder has not written; build the index"):
            IVFIndex.load(tmp_path / "index.faiss", n_probes=2)


def test_number_of_threads_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    try:
        monkeypatch.setenv("CASEFINDER_THREADS", "1")
        vectors = np.eye(64, 8, dtype=np.float32)
        IVFBuilder(IndexPlan(IndexKind.IVF, 1, 1, 64, "one list"), np.tile(vectors[:8], (8, 1)))
        assert faiss.omp_get_max_threads() == 1
    finally:
        faiss.omp_set_num_threads(before)
