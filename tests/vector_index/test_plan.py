from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefinder.errors import VectorIndexError
from casefinder.vector_index import IndexKind, IndexPlan, plan_index
from casefinder.vector_index.plan import POINTS_PER_LIST

sizes = st.integers(0, 2_000_000) | st.integers(0, 10**10)
SMALLEST = 1248


@settings(max_examples=300, deadline=None)
@given(sizes)
def test_every_plan_can_be_carried_out(n_vectors: int) -> None:
    plan = plan_index(n_vectors)
    if plan.kind is IndexKind.EXACT:
        assert n_vectors < SMALLEST
        assert (plan.n_lists, plan.n_probes, plan.n_training) == (0, 0, 0)
    else:
        assert n_vectors >= SMALLEST
        assert POINTS_PER_LIST * plan.n_lists <= plan.n_training <= n_vectors
        assert 1 <= plan.n_probes <= plan.n_lists <= 65_536
    assert str(n_vectors) in plan.reasons[0]


@settings(max_examples=200, deadline=None)
@given(sizes, sizes)
def test_more_vectors_never_mean_fewer_lists_or_a_smaller_sample(one: int, other: int) -> None:
    fewer, more = plan_index(min(one, other)), plan_index(max(one, other))
    assert (fewer.n_lists <= more.n_lists, fewer.n_training <= more.n_training) == (True, True)


@pytest.mark.parametrize(
    ("n_vectors", "kind", "n_lists"),
    [
        (0, IndexKind.EXACT, 0),
        (1, IndexKind.EXACT, 0),
        (1247, IndexKind.EXACT, 0),
        (1248, IndexKind.IVF, 32),
        (3_000, IndexKind.IVF, 76),
        (200_000, IndexKind.IVF, 1788),
        (1_000_000, IndexKind.IVF, 4000),
        (10**10, IndexKind.IVF, 65_536),
    ],
)
def test_the_kind_and_the_lists_for_known_sizes(n_vectors: int, kind: IndexKind, n_lists: int) -> None:
    plan = plan_index(n_vectors)
    assert (plan.kind, plan.n_lists) == (kind, n_lists)


def test_a_plan_says_why() -> None:
    reason = "10 vectors are fewer than the 1248 that train an inverted file"
    assert plan_index(10) == IndexPlan(IndexKind.EXACT, (reason,))


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(VectorIndexError, match=r"^-1 vectors cannot be indexed; give their number, 0 or more$"):
        plan_index(-1)
