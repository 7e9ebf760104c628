"""Search by meaning alone: casefinder's index against FAISS's IVFFlat, at the same measured recall.

Vectors are made (made_vectors.py): clustered, 1,024 dimensions, standing in for BGE-M3's. Both indexes have as many
lists; those of IVFFlat are trained by FAISS in all directions, on as many vectors as ours. For both the smallest effort
is sought with which recall@10 of questions that are not in the base reaches the target. Each is then timed in a process
of its own, question by question, and its memory read from /proc.

Example: python scripts/bench/bench.py search --n 200000
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pickle
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from faiss_indexes import K, flat_effort, time_flat, time_refined, write_flat, write_refined
from made_vectors import BLOCK, MadeVectors
from measuring import spread, write_result
from one_by_one import HEADING, Timed, timed

from casefinder.vector_index import IVFBuilder, IVFIndex, Probe, Vectors, choose_effort, plan_index, train

N_QUESTIONS: Final = 500
NAMES: Final = (
    "casefinder",
    "FAISS IVFFlat",
    "  the same in one FAISS call, in memory",
    "  the FAISS call for the fast codes",
)
_MB: Final = 1e6


def build(path: Path, made: MadeVectors, n_vectors: int) -> tuple[Probe, list[str]]:
    """Write the index; return questions with their true neighbours, and what building took."""
    plan = plan_index(n_vectors, dim=made.dim)
    started, sample = time.perf_counter(), []
    share = plan.n_training / n_vectors
    rng = np.random.default_rng(0)
    for block in made.blocks(n_vectors):
        sample.append(block[rng.random(len(block)) < share * 1.02].astype(np.float16))
    generated_s, started = time.perf_counter() - started, time.perf_counter()
    trained = train(plan, np.concatenate(sample))
    trained_s, started = time.perf_counter() - started, time.perf_counter()
    probe = Probe(np.arange(-N_QUESTIONS, 0), made.queries(N_QUESTIONS))
    added_s = 0.0
    with IVFBuilder(trained, path) as builder:
        for number, block in enumerate(made.blocks(n_vectors)):
            stored = block.astype(np.float16).astype(np.float32)
            ids = np.arange(len(block)) + number * BLOCK
            begun = time.perf_counter()
            builder.add(ids, stored)
            added_s += time.perf_counter() - begun
            probe.see(ids, stored)
        begun = time.perf_counter()
        builder.finish()
    return probe, [
        *plan.reasons,
        f"made the vectors in {generated_s:.0f} s; trained in {trained_s:.0f} s, added in {added_s:.0f} s,"
        f" written in {time.perf_counter() - begun:.0f} s; file {path.stat().st_size / _MB:,.0f} MB",
    ]


def built(path: Path, made: MadeVectors, n_vectors: int) -> tuple[Probe, list[str]]:
    """Return what ``build`` does, from an earlier run where it is there."""
    kept = path.with_suffix(".built")
    if not kept.exists():
        kept.write_bytes(pickle.dumps(build(path, made, n_vectors)))
    probe, lines = pickle.loads(kept.read_bytes())
    return probe, list(lines)


def ours(path: Path, n_probes: int, n_compared: int, n_threads: int, questions: Vectors) -> Timed:
    """Time our index."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index = IVFIndex.load(path, n_probes=n_probes, n_compared=n_compared)
    return timed(lambda question: index.search(question, k=K), questions)


def bare(path: Path, n_probes: int, n_compared: int, n_threads: int, questions: Vectors) -> Timed:
    """Time only the FAISS call within our search."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index = IVFIndex.load(path, n_probes=n_probes, n_compared=n_compared)
    index.check_all()
    projected = index.trained.projected(questions)
    lists, near = index.trained.nearest_lists(projected, n=n_probes)
    prepared = {question.tobytes(): row for row, question in enumerate(questions)}

    def search(question: Vectors) -> object:
        row = prepared[question.tobytes()]
        one = slice(row, row + 1)
        return index.fast.nearest(projected[one], lists[one], near[one], n=K * n_compared)

    return timed(search, questions)


def apart(function: Callable[..., Timed], *arguments: object, n_threads: int) -> Timed:
    """Time something in a new process, whose numpy has as many threads as FAISS."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(n_threads)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, (*arguments[:-1], n_threads, arguments[-1]))


def compare(folder: Path, n_vectors: int, dim: int, target: float, n_rounds: int, threads: list[int]) -> list[str]:
    """Build the indexes, find their efforts, and time them in turn."""
    path, flat_path, refined_path = (folder / f"{name}.index" for name in ("vectors", "flat", "refined"))
    made = MadeVectors(dim)
    probe, lines = built(path, made, n_vectors)
    index = IVFIndex.load(path, n_probes=1, n_compared=1)
    effort = choose_effort(index, probe, target=target)
    if not flat_path.exists():
        write_flat(flat_path, made, n_vectors, plan_index(n_vectors, dim=dim))
    if not refined_path.exists():
        write_refined(refined_path, index)
    flat_probes = flat_effort(flat_path, probe, target)
    del index
    lines += [
        f"ours: {effort.n_probes} lists, {effort.n_compared} compared, recall@10 {effort.recall:.4f}"
        f" ± {effort.margin:.4f}; IVFFlat: {flat_probes.n_probes} lists, recall@10 {flat_probes.recall:.4f}",
    ]
    mine, same = (path, effort.n_probes, effort.n_compared), (refined_path, effort.n_probes, effort.n_compared)
    for n_threads in threads:
        rounds = [
            (
                apart(ours, *mine, probe.vectors, n_threads=n_threads),
                apart(time_flat, flat_path, flat_probes.n_probes, probe.vectors, n_threads=n_threads),
                apart(time_refined, *same, probe.vectors, n_threads=n_threads),
                apart(bare, *mine, probe.vectors, n_threads=n_threads),
            )
            for _ in range(n_rounds)
        ]
        lines += [
            "",
            f"{n_threads} thread(s)",
            HEADING,
            *(row for timed in rounds for row in map(Timed.row, timed, NAMES)),
        ]
        lines += ratios(rounds)
    return lines


def ratios(rounds: list[tuple[Timed, Timed, Timed, Timed]]) -> list[str]:
    """Say how the times of each round relate."""
    walls = spread(flat.p50_ms / mine.p50_ms for mine, flat, _, _ in rounds)
    cpu = spread(flat.cpu_ms / mine.cpu_ms for mine, flat, _, _ in rounds)
    lines = [f"IVFFlat takes {walls} times as long, {cpu} times the processor"]
    for name, place in (("the one FAISS call that does the same", 2), ("the FAISS call for the fast codes alone", 3)):
        wall = spread(timed[0].p50_ms - timed[place].p50_ms for timed in rounds)
        cpu = spread(timed[0].cpu_ms - timed[place].cpu_ms for timed in rounds)
        lines.append(f"ours beyond {name}: {wall} ms on the wall, {cpu} ms of the processor")
    return lines


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--target-recall", type=float, default=0.99)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--work", type=Path, help="A folder that keeps the indexes, so that a run can be repeated.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.work or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        lines = compare(folder, given.n, given.dim, given.target_recall, given.rounds, given.threads)
    write_result(f"search-{given.n}", lines)


if __name__ == "__main__":
    main()
