"""What every kind of index must do: the same cases on each, against plain numpy."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefinder.errors import VectorShapeError
from casefinder.vector_index import (
    NO_ID,
    ExactIndex,
    Ids,
    IndexKind,
    IndexPlan,
    IVFBuilder,
    IVFIndex,
    Neighbours,
    VectorIndex,
    Vectors,
    train,
)
from tests.vector_index.milvus_lite import IS_THERE, filled, inverted_file, needs_milvus

DIM, SIZE, N_LISTS = 16, 600, 8
TOLERANCE = 2e-3  # inverted files keep float16, whose unit vectors differ in the fourth digit
Kind = Callable[[Ids, Vectors, Path, int], VectorIndex]


def unit(vectors: np.ndarray) -> Vectors:
    rows: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return rows


def material(seed: int = 0) -> tuple[Ids, Vectors]:
    """Ids with gaps and out of order, and vectors of which some are equal."""
    rng = np.random.default_rng(seed)
    vectors = unit(rng.normal(size=(SIZE, DIM)))
    vectors[100:110] = vectors[50]
    return rng.permutation(np.arange(SIZE, dtype=np.int64) * 3), vectors


def exact(ids: Ids, vectors: Vectors, path: Path, n_probes: int) -> VectorIndex:
    return ExactIndex(ids, vectors)


def exact_from_file(ids: Ids, vectors: Vectors, path: Path, n_probes: int) -> VectorIndex:
    ExactIndex(ids, vectors).save(path)
    return ExactIndex.load(path)


def ivf(ids: Ids, vectors: Vectors, path: Path, n_probes: int) -> IVFIndex:
    plan = IndexPlan(IndexKind.IVF, ("a test",), N_LISTS, n_probes, SIZE, n_parts=DIM)
    with IVFBuilder(train(plan, material()[1]), path) as builder:
        for start in range(0, len(ids), 250):
            builder.add(ids[start : start + 250], vectors[start : start + 250])
        builder.finish()
    # So many are compared that only a wrong code could lose one.
    return IVFIndex.load(path, n_probes=n_probes, n_compared=60)


def ivf_extended(ids: Ids, vectors: Vectors, path: Path, n_probes: int) -> IVFIndex:
    """An inverted file made of another: some vectors left out, some of them given anew, and others added."""
    old = path.with_suffix(".old")
    base = ivf(np.append(ids[:400], 10**9), vectors[[*range(400), 7]], old, n_probes)
    again = np.arange(300, 400)
    with IVFBuilder(base.trained, path, base=base, without=np.append(ids[again], [10**9, 5])) as builder:
        builder.add(ids[300:], vectors[300:])
        builder.finish()
    old.unlink()
    return IVFIndex.load(path, n_probes=n_probes, n_compared=60)


def milvus(ids: Ids, vectors: Vectors, path: Path, n_probes: int) -> VectorIndex:
    return filled(path, ids, vectors, inverted_file(n_probes))


FILES: list[Kind] = [
    exact,
    exact_from_file,
    ivf,
    ivf_extended,
]
COMPLETE = (exact, exact_from_file, milvus)  # kinds that miss nothing when they probe every list
KINDS = [*FILES, *([milvus] if IS_THERE else [])]
every_kind = pytest.mark.parametrize("kind", [*FILES, pytest.param(milvus, marks=needs_milvus)])


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, VectorIndex]:
    """An index of each kind over the same vectors; the inverted files probe all their lists."""
    ids, vectors = material()
    folder = tmp_path_factory.mktemp("indexes")
    return {kind: kind(ids, vectors, folder / kind.__name__, N_LISTS) for kind in KINDS}


def check(found: Neighbours, queries: Vectors, *, k: int, among: Ids | None = None, without: Ids | None = None) -> None:
    """Compare an answer with numpy: the scores must agree, and each id must have the score that it was found by."""
    ids, vectors = material()
    kept = np.ones(len(ids), dtype=bool) if among is None else np.isin(ids, among)
    if without is not None:
        kept &= ~np.isin(ids, without)
    score_of = dict(zip(ids[kept].tolist(), (queries @ vectors[kept].T).T, strict=True))
    n_found = min(k, len(score_of))
    assert found.ids.shape == found.scores.shape == (len(queries), k)
    assert (str(found.ids.dtype), str(found.scores.dtype)) == ("int64", "float32")
    for row, (row_ids, row_scores) in enumerate(zip(found.ids, found.scores, strict=True)):
        wanted = sorted((scores[row] for scores in score_of.values()), reverse=True)[:n_found]
        np.testing.assert_allclose(row_scores[:n_found], wanted, atol=TOLERANCE)
        assert len(set(row_ids[:n_found].tolist())) == n_found
        for found_id, score in zip(row_ids[:n_found].tolist(), row_scores[:n_found], strict=True):
            assert score == pytest.approx(score_of[found_id][row], abs=TOLERANCE)
        assert (row_ids[n_found:] == NO_ID).all()
        assert np.isneginf(row_scores[n_found:]).all()
        assert len(found.row(row)) == n_found
        order = list(zip((-row_scores[:n_found]).tolist(), row_ids[:n_found].tolist(), strict=True))
        assert order == sorted(order)


@every_kind
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), n_queries=st.integers(0, 4), k=st.sampled_from([1, 2, 10, SIZE, SIZE + 7]))
def test_the_nearest_are_found_best_first(
    searched: dict[Kind, VectorIndex], kind: Kind, seed: int, n_queries: int, k: int
) -> None:
    queries = unit(np.random.default_rng(seed).normal(size=(n_queries, DIM)))
    found = searched[kind].search(queries, k=k)
    check(found, queries, k=k)
    assert found.exact or kind not in COMPLETE


@every_kind
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), share=st.sampled_from([0.0, 0.01, 0.3, 1.0]), k=st.sampled_from([1, 5, 40]))
def test_a_filtered_answer_is_exact(
    searched: dict[Kind, VectorIndex], kind: Kind, seed: int, share: float, k: int
) -> None:
    rng = np.random.default_rng(seed)
    queries = unit(rng.normal(size=(2, DIM)))
    ids, _ = material()
    among = rng.choice(ids, int(share * SIZE), replace=False)
    found = searched[kind].search(queries, k=k, among=among)
    check(found, queries, k=k, among=among)
    assert found.exact


@every_kind
@settings(max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.0, 0.01, 0.3, 0.99, 1.0]),
    k=st.sampled_from([1, 5, 40, SIZE]),
    is_filtered=st.booleans(),
)
def test_what_is_left_out_is_never_found_and_the_next_take_its_place(
    searched: dict[Kind, VectorIndex], kind: Kind, seed: int, share: float, k: int, is_filtered: bool
) -> None:
    rng = np.random.default_rng(seed)
    queries = unit(rng.normal(size=(3, DIM)))
    ids, _ = material()
    without = np.append(rng.choice(ids, int(share * SIZE), replace=False), [10**12, -7])
    among = rng.choice(ids, SIZE // 2) if is_filtered else None
    found = searched[kind].search(queries, k=k, among=among, without=without)
    check(found, queries, k=k, among=among, without=without)
    assert found.exact or (kind not in COMPLETE and not is_filtered)


@every_kind
def test_the_nearest_of_all_can_be_left_out(searched: dict[Kind, VectorIndex], kind: Kind) -> None:
    _, vectors = material()
    first = searched[kind].search(vectors[:1], k=60)
    rest = searched[kind].search(vectors[:1], k=10, without=first.ids[0, :50])
    assert rest.ids.tolist() == first.ids[:, 50:].tolist()


@every_kind
@pytest.mark.parametrize(
    "among",
    [
        np.array([], dtype=np.int64),
        np.array([1, 2, 10**15, -5], dtype=np.int64),
        np.array([3, 3, 6, 6, 3, 1], dtype=np.int64),
        np.arange(0, 3 * SIZE, 3, dtype=np.int64)[::2],
    ],
    ids=["none", "none that is stored", "some twice", "a strided view"],
)
def test_any_set_of_ids_may_be_searched_among(searched: dict[Kind, VectorIndex], kind: Kind, among: Ids) -> None:
    queries = unit(np.random.default_rng(1).normal(size=(3, DIM)))
    check(searched[kind].search(queries, k=4, among=among), queries, k=4, among=among)


@every_kind
def test_a_filtered_search_is_exact_however_few_lists_are_probed(kind: Kind, tmp_path: Path) -> None:
    ids, vectors = material()
    index = kind(ids, vectors, tmp_path / "index", 1)
    among = np.sort(ids)[::60]
    queries = unit(np.random.default_rng(2).normal(size=(5, DIM)))
    found = index.search(queries, k=10, among=among)
    check(found, queries, k=10, among=among)
    assert found.exact
    assert index.search(queries, k=10).exact == (kind in (exact, exact_from_file))


@every_kind
def test_equal_vectors_are_all_found_in_the_order_of_their_ids(searched: dict[Kind, VectorIndex], kind: Kind) -> None:
    ids, vectors = material()
    found = searched[kind].search(vectors[50:51], k=11)
    assert found.ids[0].tolist() == sorted([*ids[100:110].tolist(), int(ids[50])])
    np.testing.assert_allclose(found.scores[0], 1.0, atol=TOLERANCE)


@every_kind
def test_dim_and_size(searched: dict[Kind, VectorIndex], kind: Kind) -> None:
    assert (searched[kind].dim, searched[kind].size) == (DIM, SIZE)


@every_kind
@pytest.mark.parametrize(
    ("queries", "k", "message"),
    [
        (np.ones((1, DIM), np.float32), 0, "k is 0; ask for at least 1 neighbour"),
        (np.ones((1, DIM), np.float32), -3, "k is -3; ask for at least 1 neighbour"),
        (np.ones((1, 5), np.float32), 1, r"queries are float32 \(1, 5\); float32 \(\*, 16\) is wanted"),
        (np.ones(DIM, np.float32), 1, r"queries are float32 \(16,\); float32 \(\*, 16\) is wanted"),
        (np.ones((1, DIM), np.float64), 1, r"queries are float64 \(1, 16\); float32 \(\*, 16\) is wanted"),
        (np.zeros((1, DIM), np.float32), 1, "a query is all zeros; it holds nothing that could be compared"),
        (np.full((1, DIM), np.nan, np.float32), 1, "queries hold NaN or infinity; encode the texts again"),
        (np.full((1, DIM), np.inf, np.float32), 1, "queries hold NaN or infinity; encode the texts again"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    searched: dict[Kind, VectorIndex], kind: Kind, queries: Vectors, k: int, message: str
) -> None:
    with pytest.raises(VectorShapeError, match=rf"^{message}$"):
        searched[kind].search(queries, k=k)


@every_kind
def test_one_bad_query_among_good_ones_is_refused(searched: dict[Kind, VectorIndex], kind: Kind) -> None:
    queries = np.ones((3, DIM), np.float32)
    queries[1] = 0
    with pytest.raises(VectorShapeError, match="a query is all zeros"):
        searched[kind].search(queries, k=1)


@every_kind
def test_queries_may_be_a_strided_view(searched: dict[Kind, VectorIndex], kind: Kind) -> None:
    queries = unit(np.random.default_rng(3).normal(size=(8, DIM)))[::2]
    check(searched[kind].search(queries, k=3), queries, k=3)


@every_kind
def test_many_threads_get_the_answers_that_one_gets(searched: dict[Kind, VectorIndex], kind: Kind) -> None:
    index = searched[kind]
    rng = np.random.default_rng(4)
    ids, _ = material()
    questions = [
        (unit(rng.normal(size=(1, DIM))), int(rng.integers(1, 20)), rng.choice(ids, 50) if n % 2 else None)
        for n in range(60)
    ]
    alone = [index.search(queries, k=k, among=among) for queries, k, among in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(
            pool.map(lambda question: index.search(question[0], k=question[1], among=question[2]), questions)
        )
    assert [found.row(0) for found in together] == [found.row(0) for found in alone]


@every_kind
def test_an_index_needs_nothing_that_it_was_made_of(kind: Kind, tmp_path: Path) -> None:
    ids, vectors = material()
    given_ids, given_vectors = ids.copy(), vectors.copy()
    index = kind(given_ids, given_vectors, tmp_path / "index", N_LISTS)
    given_ids[:] = 0
    del given_vectors
    gc.collect()
    check(index.search(vectors[:2], k=5), vectors[:2], k=5)


@every_kind
def test_vectors_are_returned_by_rising_id_without_those_that_are_not_stored(
    searched: dict[Kind, VectorIndex], kind: Kind
) -> None:
    ids, vectors = material()
    wanted = np.array([ids[7], ids[3], ids[7], 1, 10**9])
    found, rows = searched[kind].vectors_of(wanted)
    assert found.tolist() == sorted({int(ids[7]), int(ids[3])})
    np.testing.assert_allclose(rows, vectors[[ids.tolist().index(one) for one in found.tolist()]], atol=TOLERANCE)
    nothing, none = searched[kind].vectors_of(np.array([1]))
    assert (nothing.tolist(), none.shape) == ([], (0, DIM))
