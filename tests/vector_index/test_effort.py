from __future__ import annotations

import numpy as np
import pytest

from casefinder.vector_index import (
    Effort,
    IndexKind,
    IndexPlan,
    IVFBuilder,
    IVFIndex,
    Probe,
    Vectors,
    choose_effort,
    measured_effort,
    train,
)
from casefinder.vector_index.clustering import nearest_centres, spherical_kmeans

SIZE, DIM = 3_000, 16
IDS = np.arange(SIZE, dtype=np.int64)


def unit(vectors: np.ndarray) -> Vectors:
    rows: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return rows


VECTORS = unit(np.random.default_rng(0).normal(size=(SIZE, DIM))).astype(np.float16).astype(np.float32)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> IVFIndex:
    path = tmp_path_factory.mktemp("effort") / "index"
    with IVFBuilder(train(IndexPlan(IndexKind.IVF, (), 40, 1, SIZE, DIM), VECTORS), path) as builder:
        builder.add(IDS, VECTORS)
        builder.finish()
    return IVFIndex.load(path, n_probes=1, n_compared=1)


@pytest.fixture(scope="module")
def probe() -> Probe:
    probe = Probe(IDS[:300], VECTORS[:300])
    for start in range(0, SIZE, 700):
        probe.see(IDS[start : start + 700], VECTORS[start : start + 700])
    return probe


def test_recall_is_that_of_the_neighbours_without_the_vector_itself(index: IVFIndex, probe: Probe) -> None:
    products = VECTORS[:300] @ VECTORS.T
    products[np.arange(300), np.arange(300)] = -np.inf
    wanted = np.argsort(-products, axis=1)[:, :10]
    weak = index.with_effort(n_probes=3, n_compared=4)
    found = weak.search(VECTORS[:300], k=11).ids
    right = [len(set(row) & set(ids)) / 10 for row, ids in zip(wanted.tolist(), found.tolist(), strict=True)]
    assert probe.recalls(weak).mean() == pytest.approx(np.mean(right), abs=0.005)
    assert 0 < np.mean(right) < 1


def test_the_chosen_effort_reaches_its_target_and_a_higher_target_takes_no_less(index: IVFIndex, probe: Probe) -> None:
    low, high = (choose_effort(index, probe, target=target) for target in (0.7, 0.97))
    assert low.reaches(0.7)
    assert high.reaches(0.97)
    assert (low.n_probes, low.n_probes * low.n_compared) <= (high.n_probes, high.n_probes * high.n_compared)
    assert low == measured_effort(index, probe, n_probes=low.n_probes, n_compared=low.n_compared)


def test_a_target_that_cannot_be_shown_to_be_reached_gives_the_most_that_is_tried(
    index: IVFIndex, probe: Probe
) -> None:
    best = choose_effort(index, probe, target=1.01)
    assert (best.n_probes, best.n_compared, best.reaches(1.01)) == (40, 80, False)


def test_what_the_measurement_may_flatter_does_not_count() -> None:
    effort = Effort.of(np.array([1.0, 0.98] * 50), n_probes=1, n_compared=1)
    assert effort.recall == pytest.approx(0.99)
    assert effort.margin == pytest.approx(0.00164)
    assert effort.reaches(0.988)
    assert not effort.reaches(0.99)


def test_every_vector_goes_to_its_nearest_centre_and_centres_have_unit_length() -> None:
    centres = spherical_kmeans(VECTORS, 30, seed=1)
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1, atol=1e-4)
    nearest, nearness = nearest_centres(VECTORS, centres)
    np.testing.assert_array_equal(nearest, (VECTORS @ centres.T).argmax(axis=1))
    assert nearness.mean() > nearest_centres(VECTORS, VECTORS[:30])[1].mean()


def test_centres_that_nothing_is_near_to_begin_anew() -> None:
    crowd = unit(np.concatenate([np.ones((200, 4)), np.eye(4)]) + 0.0)
    assert len(np.unique(nearest_centres(crowd, spherical_kmeans(crowd, 5, seed=0))[0])) == 5
