from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefinder.errors import VectorIndexError
from casefinder.vector_index import IndexKind, IndexPlan, plan_index
from casefinder.vector_index.plan import POINTS_PER_LIST

sizes = st.integers(0, 2_000_000) | st.integers(0, 10**10)
dims = st.sampled_from([256, 384, 512, 768, 1024]) | st.integers(1, 4096)
MEMORY = 2 * 10**9


@settings(max_examples=300)
@given(sizes, dims)
def test_every_plan_can_be_carried_out(n_vectors: int, dim: int) -> None:
    plan = plan_index(n_vectors, dim=dim)
    if plan.kind is IndexKind.EXACT:
        assert n_vectors < 1248 or dim == 1
        assert (plan.n_lists, plan.n_probes, plan.n_training, plan.n_parts, plan.n_compared) == (0, 0, 0, 0, 0)
    else:
        assert POINTS_PER_LIST * plan.n_lists <= plan.n_training <= n_vectors
        assert 1 <= plan.n_probes <= plan.n_lists <= 65_536
        assert plan.n_parts % 2 == 0
        assert 2 <= plan.n_parts <= min(dim, 128)
    assert any(str(n_vectors) in reason for reason in plan.reasons)


@settings(max_examples=200)
@given(st.integers(100, 10_000_000), st.sampled_from([256, 384, 512, 768, 1024]))
def test_up_to_ten_million_vectors_fit_the_usual_memory(n_vectors: int, dim: int) -> None:
    assert plan_index(n_vectors, dim=dim).memory_bytes <= MEMORY


@settings(max_examples=200)
@given(sizes, dims, st.integers(10**6, 10**11))
def test_less_memory_never_takes_more_and_a_plan_says_when_it_cannot_fit(n: int, dim: int, memory_bytes: int) -> None:
    plan, roomy = plan_index(n, dim=dim, memory_bytes=memory_bytes), plan_index(n, dim=dim, memory_bytes=10**14)
    assert plan.memory_bytes <= roomy.memory_bytes
    if plan.kind is IndexKind.IVF:
        says_so = any(reason.endswith("the least that is possible") for reason in plan.reasons)
        assert says_so == (plan.memory_bytes > memory_bytes)


@settings(max_examples=200)
@given(sizes, sizes, dims)
def test_more_vectors_never_mean_fewer_lists_or_a_smaller_file(one: int, other: int, dim: int) -> None:
    fewer, more = (plan_index(n, dim=dim, memory_bytes=10**15) for n in sorted((one, other)))
    assert fewer.n_lists <= more.n_lists
    assert fewer.kind is not more.kind or fewer.disk_bytes <= more.disk_bytes


@pytest.mark.parametrize(
    ("n_vectors", "dim", "kind", "n_lists", "n_parts"),
    [
        (0, 1024, IndexKind.EXACT, 0, 0),
        (100, 1024, IndexKind.EXACT, 0, 0),
        (1247, 4096, IndexKind.EXACT, 0, 0),
        (3_000, 384, IndexKind.IVF, 76, 128),
        (3_000, 1024, IndexKind.IVF, 76, 128),
        (20_000, 256, IndexKind.IVF, 512, 128),
        (200_000, 384, IndexKind.IVF, 1788, 128),
        (1_000_000, 1024, IndexKind.IVF, 4000, 128),
        (10_000_000, 1024, IndexKind.IVF, 12_649, 128),
        (10**10, 64, IndexKind.IVF, 65_536, 32),
    ],
)
def test_the_plan_for_known_sizes(n_vectors: int, dim: int, kind: IndexKind, n_lists: int, n_parts: int) -> None:
    plan = plan_index(n_vectors, dim=dim)
    assert (plan.kind, plan.n_lists, plan.n_parts) == (kind, n_lists, n_parts)


def test_little_memory_means_shorter_codes() -> None:
    plans = [plan_index(1_000_000, dim=1024, memory_bytes=n * 10**6) for n in (200, 70, 50)]
    assert [plan.n_parts for plan in plans] == [128, 64, 32]


def test_a_plan_says_why() -> None:
    reason = "exact: 10 vectors are fewer than the 1248 that train an inverted file"
    assert plan_index(10, dim=2) == IndexPlan(IndexKind.EXACT, (reason,), memory_bytes=160, disk_bytes=160)
    starts = [reason.split(":")[0] for reason in plan_index(10**6, dim=1024).reasons[:4]]
    assert starts == ["inverted file", "fast codes", "vectors", "training"]


@pytest.mark.parametrize(
    ("n_vectors", "reason"),
    [
        (3_000, "76 lists, one for every 39 vectors, the fewest that determine a centre"),
        (200_000, "1788 lists, four times the square root, so that finding lists and searching them cost alike"),
        (10**10, "65536 lists, the most that an index may have"),
    ],
)
def test_a_plan_says_why_it_has_so_many_lists(n_vectors: int, reason: str) -> None:
    assert plan_index(n_vectors, dim=1024).reasons[0].endswith(reason)


@settings(max_examples=50)
@given(sizes, dims)
def test_a_plan_survives_being_written_as_json(n_vectors: int, dim: int) -> None:
    plan = plan_index(n_vectors, dim=dim)
    assert IndexPlan.from_json(json.loads(json.dumps(asdict(plan)))) == plan


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(VectorIndexError, match=r"^-1 vectors cannot be indexed; give their number, 0 or more$"):
        plan_index(-1, dim=8)
    with pytest.raises(VectorIndexError, match=r"^vectors of 0 components cannot be indexed; give at least 1$"):
        plan_index(1, dim=0)
