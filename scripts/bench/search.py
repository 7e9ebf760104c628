"""Search by meaning alone: casefinder's index against FAISS's IVFFlat, at the same measured recall.

Vectors are made (made_vectors.py): clustered, 1,024 dimensions, standing in for BGE-M3's. Both indexes have the same
lists; IVFFlat's centres are the means of their vectors. For both the smallest effort is sought with which recall@10 of
questions that are not in the base reaches the target. Each is then timed in a process of its own, question by
question, and its memory read from /proc.

Example: python scripts/bench/bench.py search --n 200000
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from made_vectors import BLOCK, MadeVectors
from measuring import spread, write_result
from times import Times

from casefinder.vector_index import Effort, IVFBuilder, IVFIndex, Probe, Vectors, choose_effort, plan_index, train

N_QUESTIONS: Final = 500
N_WARM: Final = 50
K: Final = 10
PROBES: Final = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
_MB: Final = 1e6


@dataclass(frozen=True, slots=True)
class Timed:
    """One index, searched question by question: milliseconds, and megabytes after the last question."""

    p50_ms: float
    p95_ms: float
    cpu_ms: float
    anonymous_mb: float
    mapped_mb: float


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


def write_flat(path: Path, index: IVFIndex) -> None:
    """Write FAISS's IVFFlat over the same vectors in the same lists."""
    import faiss

    centres = np.empty((index.n_lists, index.dim), dtype=np.float32)
    lists = faiss.ArrayInvertedLists(index.n_lists, index.dim * 4)
    for number in range(index.n_lists):
        codes, ids = index.rows.list_bytes(number)
        if not len(ids):
            centres[number] = 0
            continue
        vectors = index.rows.decoded(codes)
        centres[number] = vectors.mean(axis=0)
        lists.add_entries(number, len(ids), faiss.swig_ptr(ids.copy()), faiss.swig_ptr(vectors.view(np.uint8)))
    quantizer = faiss.IndexFlatIP(index.dim)
    quantizer.add(centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9))
    flat = faiss.IndexIVFFlat(quantizer, index.dim, index.n_lists, faiss.METRIC_INNER_PRODUCT)
    flat.replace_invlists(lists, False)
    flat.is_trained, flat.ntotal = True, index.size
    faiss.write_index(flat, str(path))


def flat_effort(path: Path, probe: Probe, target: float) -> Effort:
    """Return the fewest probed lists with which IVFFlat reaches a recall, by the rule that ours is chosen by."""
    import faiss

    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
    for n_probes in PROBES:
        faiss.ParameterSpace().set_index_parameter(index, "nprobe", n_probes)
        effort = Effort.of(probe.shares(index.search(probe.vectors, K)[0]), n_probes=n_probes, n_compared=0)
        if effort.reaches(target):
            break
    return effort


def ours(path: Path, n_probes: int, n_compared: int, n_threads: int, questions: Vectors) -> Timed:
    """Time our index."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index = IVFIndex.load(path, n_probes=n_probes, n_compared=n_compared)
    return timed(lambda question: index.search(question, k=K), questions)


def theirs(path: Path, n_probes: int, n_threads: int, questions: Vectors) -> Timed:
    """Time FAISS's IVFFlat."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index = faiss.read_index(str(path))
    faiss.ParameterSpace().set_index_parameter(index, "nprobe", n_probes)
    return timed(lambda question: index.search(question, K), questions)


def bare(path: Path, n_probes: int, n_compared: int, n_threads: int, questions: Vectors) -> Timed:
    """Time only the FAISS call within our search."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index = IVFIndex.load(path, n_probes=n_probes, n_compared=n_compared)
    index.check_all()
    projected = index.trained.projected(questions)
    lists = index.trained.nearest_lists(projected, n=n_probes)
    prepared = {question.tobytes(): row for row, question in enumerate(questions)}

    def search(question: Vectors) -> object:
        row = prepared[question.tobytes()]
        return index.fast.nearest(projected[row : row + 1], lists[row : row + 1], n=K * n_compared)

    return timed(search, questions)


def timed(search: Callable[[Vectors], object], questions: Vectors) -> Timed:
    """Search question by question, the first ones twice."""
    for question in questions[:N_WARM]:
        search(question[None])
    times = Times()
    for question in questions:
        times.of(partial(search, question[None]))
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    sizes = [int(status[name].split()[0]) * 1024 / _MB for name in ("RssAnon", "RssFile")]
    return Timed(*times.wall, statistics.fmean(times.cpu_ms), *sizes)


def apart(function: Callable[..., Timed], *arguments: object, n_threads: int) -> Timed:
    """Time something in a new process, whose numpy has as many threads as FAISS."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(n_threads)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, (*arguments[:-1], n_threads, arguments[-1]))


def line(name: str, timed_as: Timed) -> str:
    """Write one row of the table."""
    return (
        f"{name:34s} {timed_as.p50_ms:8.2f} {timed_as.p95_ms:8.2f} {timed_as.cpu_ms:8.2f}"
        f" {timed_as.anonymous_mb:9,.0f} {timed_as.mapped_mb:9,.0f}"
    )


def compare(folder: Path, n_vectors: int, dim: int, target: float, n_rounds: int) -> list[str]:
    """Build both indexes, find their efforts, and time them in turn."""
    made, path, flat_path = MadeVectors(dim), folder / "vectors.index", folder / "flat.index"
    probe, lines = build(path, made, n_vectors)
    index = IVFIndex.load(path, n_probes=1, n_compared=1)
    effort = choose_effort(index, probe, target=target)
    write_flat(flat_path, index)
    flat_probes = flat_effort(flat_path, probe, target)
    del index
    lines += [
        f"ours: {effort.n_probes} lists, {effort.n_compared} compared, recall@10 {effort.recall:.4f}"
        f" ± {effort.margin:.4f}; IVFFlat: {flat_probes.n_probes} lists, recall@10 {flat_probes.recall:.4f}",
        "",
        f"{'one question at a time':34s}   p50 ms   p95 ms   CPU ms  anon. MB mapped MB",
    ]
    for n_threads in (1, 2):
        rounds = []
        for _ in range(n_rounds):
            mine = apart(ours, path, effort.n_probes, effort.n_compared, probe.vectors, n_threads=n_threads)
            flat = apart(theirs, flat_path, flat_probes.n_probes, probe.vectors, n_threads=n_threads)
            core = apart(bare, path, effort.n_probes, effort.n_compared, probe.vectors, n_threads=n_threads)
            rounds.append((mine, flat, core))
            lines += [
                line(f"casefinder, {n_threads} thread(s)", mine),
                line(f"FAISS IVFFlat, {n_threads} thread(s)", flat),
                line(f"  of ours, FAISS alone, {n_threads} thread(s)", core),
            ]
        walls = spread(flat.p50_ms / mine.p50_ms for mine, flat, _ in rounds)
        cpu = spread(flat.cpu_ms / mine.cpu_ms for mine, flat, _ in rounds)
        beyond = spread(mine.p50_ms - core.p50_ms for mine, _, core in rounds)
        lines.append(
            f"IVFFlat takes {walls} times as long, {cpu} times the processor; ours beyond the FAISS call: {beyond} ms"
        )
    return lines


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--target-recall", type=float, default=0.99)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="Where the indexes are written; by default they are removed.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        lines = compare(Path(folder), given.n, given.dim, given.target_recall, given.rounds)
    write_result(f"search-{given.n}", lines)


if __name__ == "__main__":
    main()
