"""FAISS's own indexes over the vectors of one of ours.

IVFFlat with lists of its own, and one that takes all steps of our search in a single call.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from made_vectors import BLOCK, MadeVectors
from one_by_one import Timed, timed

from casefinder.vector_index import Effort, IndexPlan, IVFIndex, Probe, Vectors
from casefinder.vector_index.clustering import nearest_centres, spherical_kmeans

K: Final = 10
PROBES: Final = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


def write_flat(path: Path, made: MadeVectors, n_vectors: int, plan: IndexPlan) -> None:
    """Write FAISS's IVFFlat over the same vectors, with lists in all directions, trained on as many vectors as ours.

    The centres are found by our k-means, ten rounds as FAISS's own, and so is the list of each vector: FAISS's takes
    five times as long for it, a quarter of an hour for a million vectors. They are rounded to float16 as ours are: what
    is near is told by its score.
    """
    import faiss

    # The vectors are drawn independently: the first are as good as any.
    centres = spherical_kmeans(made.first(plan.n_training), plan.n_lists, seed=0)
    flat: Any = faiss.index_factory(made.dim, f"IVF{plan.n_lists},Flat", faiss.METRIC_INNER_PRODUCT)
    flat.quantizer.add(centres)
    flat.is_trained = True
    for number, block in enumerate(made.blocks(n_vectors)):
        stored = block.astype(np.float16).astype(np.float32)
        ids = np.arange(len(block)) + number * BLOCK
        lists, _ = nearest_centres(stored, centres)
        flat.add_core(len(stored), faiss.swig_ptr(stored), faiss.swig_ptr(ids), faiss.swig_ptr(lists))
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


def time_flat(path: Path, n_probes: int, n_threads: int, questions: Vectors) -> Timed:
    """Time FAISS's IVFFlat."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index = faiss.read_index(str(path))
    faiss.ParameterSpace().set_index_parameter(index, "nprobe", n_probes)
    return timed(lambda question: index.search(question, K), questions)


def write_refined(path: Path, index: IVFIndex) -> None:
    """Write what our index does as one index of FAISS's own: projection, lists, fast codes, float16 for comparing.

    FAISS can find the lists only in the directions that have codes.
    """
    import faiss

    fast = faiss.IndexIVFPQFastScan(
        faiss.IndexFlatIP(index.trained.n_parts), index.trained.n_parts, index.n_lists, index.trained.n_parts, 4,
        faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    fast.by_residual = True
    fast.quantizer.add(np.ascontiguousarray(index.trained.centres[:, : index.trained.n_parts]))
    faiss.copy_array_to_vector(index.trained.values, fast.pq.centroids)
    fast.is_trained, fast.ntotal = True, index.size
    lists, every = faiss.downcast_InvertedLists(fast.invlists), index.fast  # type: ignore[arg-type]  # always there
    codes = np.empty((index.size, index.rows.n_bytes), dtype=np.uint8)
    for number in range(index.n_lists):
        places = np.arange(index.starts[number], index.starts[number + 1])
        if len(places):
            codes[places] = index.rows.list_bytes(number)[0]
            lists.add_entries(number, len(places), faiss.swig_ptr(places), faiss.swig_ptr(every.blocks(number)))
    turn = faiss.LinearTransform(index.dim, index.trained.n_parts, False)
    directions = index.trained.projection[:, : index.trained.n_parts]
    faiss.copy_array_to_vector(np.ascontiguousarray(directions.T).ravel(), turn.A)
    turn.is_trained = True
    rows = faiss.IndexScalarQuantizer(index.dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(codes.ravel(), rows.codes)
    rows.is_trained, rows.ntotal = True, index.size
    faiss.write_index(faiss.IndexRefine(faiss.IndexPreTransform(turn, fast), rows), str(path))


def time_refined(path: Path, n_probes: int, n_compared: int, n_threads: int, questions: Vectors) -> Timed:
    """Time the one FAISS call that does what our search does."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index: Any = faiss.read_index(str(path))
    turned: Any = faiss.downcast_index(index.base_index)
    fast: Any = faiss.downcast_index(turned.index)
    # The fastest of FAISS's ways for a single question, which is ours too.
    index.k_factor, fast.nprobe, fast.implem = n_compared, n_probes, 11
    return timed(lambda question: index.search(question, K), questions)
