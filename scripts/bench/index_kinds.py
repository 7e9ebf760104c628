"""Kinds of index side by side: the same vectors in the same lists, one question at a time, one thread.

FAISS's own kinds have as many lists as our index, whose centres are trained alike, but on the vectors themselves. Of
each kind the least effort is sought with which recall@10 of questions that are not in the base reaches the target;
where none does, the best recall stands there. Memory is what the index itself holds: that of its file for FAISS's,
which are read whole.

Example: python scripts/bench/bench.py index-kinds --n 200000 --work big
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from faiss_indexes import K
from made_vectors import MadeVectors
from measuring import write_result
from numpy.typing import NDArray
from search import built

from casefinder.vector_index import Effort, Ids, IVFIndex, Vectors, choose_effort, plan_index
from casefinder.vector_index.clustering import spherical_kmeans

CODES: Final = ("RaBitQfs", "PQ128x4fs")
FACTORIES: Final = (
    "Flat",
    "SQfp16",
    "SQ8",
    *(f"{code},Refine({rows})" for code in CODES for rows in ("SQ8", "SQfp16")),
)
PROBES: Final = (24, 32, 48, 64, 96, 192)
FACTORS: Final = (4, 10, 20, 40)  # vectors compared for each neighbour, where codes come first
_TRAINING: Final = 20_000
_MB: Final = 1e6


@dataclass(frozen=True, slots=True)
class Kind:
    """What was found of one kind."""

    name: str
    effort: Effort
    p50_ms: float
    memory_mb: float

    def row(self) -> str:
        """Write it as a row of the table."""
        return (
            f"{self.name:30s} {self.effort.n_probes:6d} {self.effort.n_compared:9d}"
            f" {self.effort.recall:7.4f} ± {self.effort.margin:.4f} {self.p50_ms:8.3f} {self.memory_mb:9,.0f}"
        )


def median_ms(search: Callable[[Vectors], object], questions: Vectors) -> float:
    """Return the median time of a question that has been asked before."""
    times = []
    for measured in (False, True):
        for question in questions:
            started = time.perf_counter()
            search(question[None])
            if measured:
                times.append((time.perf_counter() - started) * 1e3)
    return float(np.median(times))


def filled(factory: str, centres: Vectors, vectors: Vectors) -> Any:  # noqa: ANN401 - FAISS has no stubs for most kinds
    """Make an index of FAISS's own with given centres."""
    import faiss

    index = faiss.index_factory(vectors.shape[1], f"IVF{len(centres)},{factory}", faiss.METRIC_INNER_PRODUCT)
    inner: Any = faiss.extract_index_ivf(index)
    inner.quantizer.add(centres)
    index.train(vectors[:: max(1, len(vectors) // _TRAINING)])
    index.add(vectors)
    return index


def shares(found: Ids, right: Ids) -> NDArray[np.float64]:
    """Return the share of the true neighbours that was found: by id, for codes of bytes change the scores."""
    return np.array([len(np.intersect1d(one, other)) / K for one, other in zip(found, right, strict=True)])


def best(index: Any, questions: Vectors, right: Ids, target: float, *, is_refined: bool) -> Effort:  # noqa: ANN401
    """Return the least effort that reaches the target, else that of the best recall; it is set on the index."""
    import faiss

    inner, tried = faiss.extract_index_ivf(index), []
    for factor in FACTORS if is_refined else (0,):
        for n_probes in PROBES:
            inner.nprobe = n_probes
            if is_refined:
                index.k_factor = factor
            tried.append(Effort.of(shares(index.search(questions, K)[1], right), n_probes=n_probes, n_compared=factor))
            if tried[-1].reaches(target):
                return tried[-1]
    chosen = max(tried, key=lambda effort: effort.recall)
    inner.nprobe = chosen.n_probes
    if is_refined:
        index.k_factor = chosen.n_compared
    return chosen


def measured(
    factory: str, centres: Vectors, vectors: Vectors, questions: Vectors, right: Ids, target: float, folder: Path
) -> Kind:
    """Make, tune and time one of FAISS's kinds."""
    import faiss

    index = filled(factory, centres, vectors)
    effort = best(index, questions, right, target, is_refined="Refine" in factory)
    p50_ms = median_ms(lambda question: index.search(question, K), questions)
    path = folder / "kind.index"
    faiss.write_index(index, str(path))
    n_bytes = path.stat().st_size
    path.unlink()
    return Kind(f"IVF,{factory}", effort, p50_ms, n_bytes / _MB)


def compare(folder: Path, n_vectors: int, dim: int, target: float) -> list[str]:
    """Measure every kind."""
    import faiss

    faiss.omp_set_num_threads(1)
    made, path = MadeVectors(dim), folder / "vectors.index"
    probe, lines = built(path, made, n_vectors)
    ours = IVFIndex.load(path, n_probes=1, n_compared=1)
    effort = choose_effort(ours, probe, target=target)
    searched = ours.with_effort(n_probes=effort.n_probes, n_compared=effort.n_compared)
    p50_ms = median_ms(lambda question: searched.search(question, k=K), probe.vectors)
    held = next(line for line in lines if line.startswith("fast codes"))
    kinds = [Kind("casefinder", effort, p50_ms, float(held.split("; ")[1].split()[0].replace(",", "")))]
    vectors = made.first(n_vectors).astype(np.float16).astype(np.float32)  # as ours keeps them
    right = np.argsort(-(probe.vectors @ vectors.T), axis=1)[:, :K]
    step = max(1, n_vectors // plan_index(n_vectors, dim=dim).n_training)
    centres = spherical_kmeans(vectors[::step], ours.n_lists, seed=0)
    kinds += [measured(factory, centres, vectors, probe.vectors, right, target, folder) for factory in FACTORIES]
    return [
        f"{n_vectors:,} vectors of {dim} components, {ours.n_lists} lists; recall@10 of {len(probe.vectors)} questions",
        "",
        f"{'kind':30s} {'probed':>6s} {'compared':>9s} {'recall@10':>16s} {'p50 ms':>8s} {'memory MB':>9s}",
        *(kind.row() for kind in kinds),
    ]


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--target-recall", type=float, default=0.99)
    parser.add_argument("--work", type=Path, help="A folder that keeps our index, so that a run can be repeated.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.work or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        lines = compare(folder, given.n, given.dim, given.target_recall)
    write_result(f"index-kinds-{given.n}", lines)


if __name__ == "__main__":
    main()
