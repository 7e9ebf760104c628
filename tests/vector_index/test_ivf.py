from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
import pytest

from casefinder.errors import IndexDamagedError, VectorIndexError, VectorShapeError
from casefinder.files import SectionFile
from casefinder.vector_index import (
    ExactIndex,
    Ids,
    IndexKind,
    IndexPlan,
    IVFBuilder,
    IVFIndex,
    Vectors,
    plan_index,
    train,
)
from casefinder.vector_index.fast_codes import FastCodes

PLAN = IndexPlan(IndexKind.IVF, ("a test",), 4, 2, 200, n_parts=8)
SIZE = 200
IDS = np.arange(SIZE, dtype=np.int64)


def rows(n_rows: int = SIZE, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(n_rows, 8)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def written(path: Path, plan: IndexPlan = PLAN) -> Path:
    with IVFBuilder(train(plan, rows()), path) as builder:
        builder.add(IDS, rows())
        builder.finish()
    return path


def test_a_plan_for_another_kind_is_refused() -> None:
    with pytest.raises(VectorIndexError, match=r"^the plan is for an exact index; an inverted file was asked for$"):
        train(plan_index(10, dim=8), rows())


def test_too_small_a_sample_is_refused_instead_of_warned_about() -> None:
    with pytest.raises(VectorIndexError, match=r"^155 vectors cannot train 4 lists; give 156$"):
        train(PLAN, rows(155))


@pytest.mark.parametrize("sample", [rows().astype(np.float64), rows().reshape(-1), rows() * np.float32("nan")])
def test_a_sample_of_another_shape_or_with_nan_is_refused(sample: Vectors) -> None:
    with pytest.raises(VectorShapeError, match=r"^vectors "):
        train(PLAN, sample)


def test_vectors_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with IVFBuilder(train(PLAN, rows()), tmp_path / "index") as builder:
        with pytest.raises(VectorShapeError, match=r"^vectors are float32 \(2, 3\); float32 \(\*, 8\) is wanted$"):
            builder.add(IDS[:2], np.ones((2, 3), np.float32))
        with pytest.raises(VectorShapeError, match=r"^ids are int64 \(3,\); int64 \(2,\) is wanted$"):
            builder.add(IDS[:3], rows(2))


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    with IVFBuilder(train(PLAN, rows()), tmp_path / "index") as builder:
        builder.add(IDS, rows())
        builder.add(IDS[:1], rows(1))
        with pytest.raises(VectorShapeError, match="an id is given twice"):
            builder.finish()
    with pytest.raises(IndexDamagedError):
        IVFIndex.load(tmp_path / "index", n_probes=2, n_compared=10)


def test_the_same_vectors_give_the_same_index(tmp_path: Path) -> None:
    assert written(tmp_path / "a").read_bytes() == written(tmp_path / "b").read_bytes()


def test_nothing_is_left_behind_but_the_index(tmp_path: Path) -> None:
    path = written(tmp_path / "index")
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_index_without_vectors_finds_nothing(tmp_path: Path) -> None:
    with IVFBuilder(train(PLAN, rows()), tmp_path / "index") as builder:
        builder.finish()
    index = IVFIndex.load(tmp_path / "index", n_probes=2, n_compared=10)
    assert index.size == 0
    for among in (None, IDS):
        found = index.search(rows(1), k=2, among=among, without=IDS[:3])
        assert (found.ids.tolist(), found.scores.tolist()) == ([[-1, -1]], [[-np.inf, -np.inf]])


def test_fewer_in_the_probed_lists_than_wanted_means_all_lists_are_searched(tmp_path: Path) -> None:
    index = IVFIndex.load(written(tmp_path / "index"), n_probes=1, n_compared=2)
    found = index.search(rows(3, seed=1), k=SIZE)
    assert found.exact
    assert np.sort(found.ids, axis=1).tolist() == [IDS.tolist()] * 3


def test_every_float16_is_read_as_the_same_number(tmp_path: Path) -> None:
    halves = np.arange(2**16, dtype=np.uint16).view("<f2")
    finite = halves[np.isfinite(halves)].reshape(1, -1)
    index = IVFIndex.load(written(tmp_path / "index"), n_probes=1, n_compared=20)
    assert index.rows.decoded(finite.view(np.uint8)).tolist() == finite.astype(np.float32).tolist()


@pytest.mark.parametrize("n_allowed", [3, 150])
def test_search_by_codes_finds_only_what_is_allowed_and_the_nearest_of_it(tmp_path: Path, n_allowed: int) -> None:
    index = IVFIndex.load(written(tmp_path / "index"), n_probes=1, n_compared=20)
    among = np.random.default_rng(3).permutation(IDS)[:n_allowed]
    queries = rows(4, seed=1)
    found, right = index.search_by_codes(queries, k=3, among=among), index.search(queries, k=3, among=among)
    assert found.ids.tolist() == right.ids.tolist()
    assert found.exact is (n_allowed == 3)  # so few are all compared


@pytest.mark.parametrize(
    ("n_allowed", "k", "n_lists"),
    [
        (150, 1, 1),  # the nearest list holds an eighth of all and enough that may be found
        (16, 1, 3),  # ten of those that may be found are looked at, of four in a list
        (150, 12, 3),  # 24 are compared, so 120 are looked at
    ],
)
def test_search_by_codes_looks_into_the_nearest_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_allowed: int, k: int, n_lists: int
) -> None:
    index = IVFIndex.load(written(tmp_path / "index"), n_probes=1, n_compared=2)
    searched = []
    nearest = FastCodes.nearest

    def watched(
        self: FastCodes, projected: Vectors, lists: Ids, near: Vectors, *, n: int, selector: faiss.IDSelector
    ) -> Ids:
        searched.append(lists.shape[1])
        return nearest(self, projected, lists, near, n=n, selector=selector)

    monkeypatch.setattr(FastCodes, "nearest", watched)
    found = [index.search_by_codes(rows()[number : number + 1], k=k, among=IDS[:n_allowed]) for number in IDS]
    assert all((one.ids < n_allowed).all() for one in found)
    assert np.mean([one.ids[0, 0] == number for number, one in enumerate(found[:n_allowed])]) > 0.95
    assert round(np.mean(searched)) == n_lists


@pytest.mark.parametrize("content", [b"", b"id,complaint\n", b"x" * 100_000])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vectors.index").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"^vectors\.index .*; `casefinder verify --repair` makes it anew"):
        IVFIndex.load(tmp_path / "vectors.index", n_probes=2, n_compared=10)


def test_a_missing_file_and_an_index_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="cannot be opened"):
        IVFIndex.load(tmp_path / "vectors.index", n_probes=2, n_compared=10)
    ExactIndex(IDS, rows()).save(tmp_path / "vectors.index")
    with pytest.raises(IndexDamagedError, match="holds 'exact' where an inverted file was expected"):
        IVFIndex.load(tmp_path / "vectors.index", n_probes=2, n_compared=10)
    with pytest.raises(IndexDamagedError, match="holds 'ivf of residuals' where an exact index was expected"):
        ExactIndex.load(written(tmp_path / "other"))


def test_an_index_that_was_removed_meanwhile_can_still_be_searched(tmp_path: Path) -> None:
    index = IVFIndex.load(written(tmp_path / "index"), n_probes=4, n_compared=10)
    (tmp_path / "index").unlink()
    assert index.search(rows()[:1], k=1).ids.tolist() == [[0]]


def test_what_is_warmed_up_is_not_checked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = IVFIndex.load(written(tmp_path / "index"), n_probes=4, n_compared=10)
    index.warm_up()

    def no_more(self: SectionFile, pages: object, contents: object) -> None:
        assert not len(pages)  # type: ignore[arg-type]

    monkeypatch.setattr(SectionFile, "_compare", no_more)
    assert index.search(rows(), k=1).ids[:, 0].tolist() == IDS.tolist()
    monkeypatch.setattr(SectionFile, "read", None)  # the lists are loaded as well
    assert index.search(rows(), k=1).ids[:, 0].tolist() == IDS.tolist()


def test_damage_is_found_while_warming_up(tmp_path: Path) -> None:
    path = written(tmp_path / "index")
    data = bytearray(path.read_bytes())
    data[SectionFile(path).section("fast").offset] ^= 1
    path.write_bytes(data)
    index = IVFIndex.load(path, n_probes=4, n_compared=10)
    with pytest.raises(IndexDamagedError, match="was altered on disk"):
        index.warm_up()


def test_an_extended_index_keeps_its_training_and_tells_how_far_it_drifted(tmp_path: Path) -> None:
    base = IVFIndex.load(written(tmp_path / "a"), n_probes=4, n_compared=10)
    assert (base.drift.growth, base.drift.imbalance, base.drift.needs_training) == (1.0, 1.0, False)
    with IVFBuilder(base.trained, tmp_path / "b", base=base, without=IDS[:100]) as builder:
        builder.add(IDS + 1_000, np.repeat(rows(1), SIZE, axis=0))
        builder.finish()
    crowded = IVFIndex.load(tmp_path / "b", n_probes=4, n_compared=10)
    assert crowded.size == 300
    assert crowded.drift.growth == 1.5
    assert crowded.drift.imbalance > 1.5
    assert crowded.drift.needs_training
    assert crowded.trained.centres.tolist() == base.trained.centres.tolist()
    with IVFBuilder(base.trained, tmp_path / "c", base=crowded) as builder:
        builder.finish()
    assert (tmp_path / "c").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_of_the_first_form_is_searched_extended_as_it_is_and_wants_to_be_trained_anew(tmp_path: Path) -> None:
    trained = replace(train(PLAN, rows()), is_residual=False)
    with IVFBuilder(trained, tmp_path / "first") as builder:
        builder.add(IDS[:150], rows()[:150])
        builder.finish()
    first = IVFIndex.load(tmp_path / "first", n_probes=2, n_compared=4)
    with IVFBuilder(first.trained, tmp_path / "extended", base=first) as builder:
        builder.add(IDS[150:], rows()[150:])
        builder.finish()
    extended = IVFIndex.load(tmp_path / "extended", n_probes=2, n_compared=4)
    assert extended.file.facts["kind"] == first.file.facts["kind"] == "ivf"
    with IVFBuilder(trained, tmp_path / "whole") as builder:
        builder.add(IDS, rows())
        builder.finish()
    whole = IVFIndex.load(tmp_path / "whole", n_probes=2, n_compared=4)
    queries = rows(20, seed=1)
    assert extended.search(queries, k=3).ids.tolist() == whole.search(queries, k=3).ids.tolist()
    assert (extended.search(queries, k=1).ids == whole.search(queries, k=1, among=IDS).ids).mean() > 0.6
    assert (extended.drift.growth < 2, extended.drift.imbalance < 1.5, extended.drift.needs_training) == (True,) * 3
    assert not IVFIndex.load(written(tmp_path / "present"), n_probes=2, n_compared=4).drift.needs_training


def test_codes_tell_vectors_of_one_list_apart(tmp_path: Path) -> None:
    """Vectors that gather around their centres: codes of whole vectors found 0.66 of the nearest."""
    gathered = rows(4, seed=5)[np.arange(SIZE) % 4] + 0.2 * rows()
    vectors: Vectors = (gathered / np.linalg.norm(gathered, axis=1, keepdims=True)).astype(np.float32)
    with IVFBuilder(train(PLAN, vectors), tmp_path / "index") as builder:
        builder.add(IDS, vectors)
        builder.finish()
    index = IVFIndex.load(tmp_path / "index", n_probes=4, n_compared=2)
    found, right = index.search(vectors, k=5).ids, index.search(vectors, k=5, among=IDS).ids
    shares = [len(set(a) & set(b)) / 5 for a, b in zip(found.tolist(), right.tolist(), strict=True)]
    assert np.mean(shares) > 0.85


def test_number_of_threads_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    try:
        monkeypatch.setenv("CASEFINDER_THREADS", "1")
        train(PLAN, rows())
        assert faiss.omp_get_max_threads() == 1
    finally:
        faiss.omp_set_num_threads(before)


def test_an_index_that_is_extended_has_the_codes_of_one_that_was_filled_in_one_go(tmp_path: Path) -> None:
    first = IVFIndex.load(written(tmp_path / "first"), n_probes=4, n_compared=10)
    more, gone = rows(70, seed=1), IDS[::3]
    with IVFBuilder(first.trained, tmp_path / "extended", base=first, without=gone) as builder:
        builder.add(np.arange(SIZE, SIZE + 70), more)
        builder.finish()
    kept = np.setdiff1d(IDS, gone)
    with IVFBuilder(first.trained, tmp_path / "whole") as builder:
        builder.add(kept, rows()[kept])
        builder.add(np.arange(SIZE, SIZE + 70), more)
        builder.finish()
    extended = IVFIndex.load(tmp_path / "extended", n_probes=4, n_compared=10)
    whole = IVFIndex.load(tmp_path / "whole", n_probes=4, n_compared=10)
    for number in range(4):
        assert extended.fast.blocks(number).tolist() == whole.fast.blocks(number).tolist()


@pytest.mark.parametrize("without", [None, IDS[::3]], ids=["all", "some left out"])
def test_many_queries_get_the_answers_that_each_gets_alone(tmp_path: Path, without: Ids | None) -> None:
    """With codes of a byte many are equal, and which of them are compared decides what is found."""
    index = IVFIndex.load(written(tmp_path / "index", replace(PLAN, n_parts=2)), n_probes=2, n_compared=2)
    queries = rows(1000, seed=2)
    together = index.search(queries, k=3, without=without)
    alone = [index.search(queries[n : n + 1], k=3, without=without) for n in range(len(queries))]
    assert together.ids.tolist() == [found.ids[0].tolist() for found in alone]
    assert together.scores.tolist() == [found.scores[0].tolist() for found in alone]
    assert not together.exact


def test_only_the_queries_whose_lists_hold_too_few_are_searched_whole(tmp_path: Path) -> None:
    base = IVFIndex.load(written(tmp_path / "base"), n_probes=1, n_compared=2)
    with IVFBuilder(base.trained, tmp_path / "index", base=base, without=base.rows.list_bytes(0)[1][2:]) as builder:
        builder.finish()
    index = IVFIndex.load(tmp_path / "index", n_probes=1, n_compared=2)
    assert index.starts[1] == 2
    queries = rows(60, seed=3)
    together = index.search(queries, k=8)
    alone = [index.search(queries[n : n + 1], k=8) for n in range(len(queries))]
    assert {found.exact for found in alone} == {True, False}
    assert together.ids.tolist() == [found.ids[0].tolist() for found in alone]
    assert not together.exact


@pytest.mark.parametrize("ids", [np.arange(5, 205), np.delete(np.arange(5, 206), 7)])  # without and with a gap
def test_places_are_those_of_the_stored_ids_by_rising_id(tmp_path: Path, ids: np.ndarray) -> None:
    with IVFBuilder(train(PLAN, rows()), tmp_path / "index") as builder:
        builder.add(ids.astype(np.int64), rows())
        builder.finish()
    index = IVFIndex.load(tmp_path / "index", n_probes=2, n_compared=20)
    for wanted in ([], [3, 4], [204, 9, 9, 12, 5000, -1], list(range(300))):
        places = index.places_of(np.array(wanted, dtype=np.int64))
        assert index.rows.ids(places).tolist() == sorted(set(wanted) & set(ids.tolist()))
