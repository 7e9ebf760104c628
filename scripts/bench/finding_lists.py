"""Finding the nearest lists: all centres compared, against a graph over them (HNSW), at ten million vectors.

There are as many centres as ten million vectors are planned with, in as many directions: made vectors, projected as
an index projects them. The graph is searched with rising effort. Its recall is the share of the lists to probe that it
finds; what it misses is missed by the whole search.

Example: python scripts/bench/bench.py finding-lists
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
from made_vectors import MadeVectors
from measuring import write_result
from numpy.typing import NDArray

from casefinder.vector_index import Trained, Vectors, plan_index

N_VECTORS: Final = 10_000_000
DIM: Final = 1024
N_QUESTIONS: Final = 500
_US: Final = 1e6
Lists = NDArray[np.int64]


def made_centres(n_lists: int, n_parts: int) -> tuple[Trained, Vectors]:
    """Return centres that stand in for those of ten million vectors, and projected questions."""
    made = MadeVectors(DIM)
    sample = made.first(n_lists)
    _, directions = np.linalg.eigh(sample.T @ sample)
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(n_parts, n_parts)))[0]
    projection = np.ascontiguousarray(directions[:, ::-1][:, :n_parts] @ turned, dtype=np.float32)
    centres = sample @ projection
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    trained = Trained(projection, centres, np.zeros(n_parts * 16, dtype=np.float32))
    return trained, trained.projected(made.queries(N_QUESTIONS))


def timed(find: Callable[[Vectors], Lists], questions: Vectors, n_rounds: int) -> tuple[float, list[Lists]]:
    """Return the median microseconds of one question, and what was found."""
    for question in questions[:20]:
        find(question[None])
    times: list[float] = []
    found: list[Lists] = []
    for _ in range(n_rounds):
        found = []
        for question in questions:
            started = time.perf_counter()
            found.append(find(question[None]))
            times.append((time.perf_counter() - started) * _US)
    return float(np.median(times)), found


def by_all(trained: Trained, question: Vectors, *, n: int) -> Lists:
    """Return the nearest lists as our index finds them."""
    return trained.nearest_lists(question, n=n)[0]


def by_graph(graph: Any, question: Vectors, *, n: int, effort: int) -> Lists:  # noqa: ANN401 - FAISS has no stubs for it
    """Return the nearest lists as a graph finds them."""
    graph.hnsw.efSearch = effort
    lists: Lists = graph.search(question, n)[1]
    return lists


def compare(n_probes: tuple[int, ...], n_rounds: int) -> list[str]:
    """Compare both for some numbers of lists to probe."""
    import faiss

    faiss.omp_set_num_threads(1)
    plan = plan_index(N_VECTORS, dim=DIM)
    trained, questions = made_centres(plan.n_lists, plan.n_parts)
    graph = faiss.IndexHNSWFlat(plan.n_parts, 32, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = 200
    started = time.perf_counter()
    graph.add(trained.centres)
    lines = [
        f"{plan.n_lists} centres of {plan.n_parts} directions, {N_QUESTIONS} questions one at a time, one thread;"
        f" the graph (M 32, efConstruction 200) was made in {time.perf_counter() - started:.1f} s",
        "",
        f"{'lists':>6s}  {'way':24s} {'us':>8s}  share of them found",
    ]
    for n in n_probes:
        all_us, right = timed(partial(by_all, trained, n=n), questions, n_rounds)
        lines.append(f"{n:6d}  {'all centres compared':24s} {all_us:8.0f}  1")
        for effort in (n, 2 * n, 4 * n, 8 * n):
            graph_us, found = timed(partial(by_graph, graph, n=n, effort=effort), questions, n_rounds)
            share = np.mean([len(np.intersect1d(one, other)) / n for one, other in zip(right, found, strict=True)])
            lines.append(f"{n:6d}  {f'graph, efSearch {effort}':24s} {graph_us:8.0f}  {share:.4f}")
    return lines


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lists", type=int, nargs="+", default=[32, 64, 128], help="Lists to probe.")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    write_result("finding-lists", compare(tuple(given.lists), given.rounds))


if __name__ == "__main__":
    main()
