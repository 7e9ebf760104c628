"""FAISS's own indexes over the vectors of one of ours, in the same lists.

IVFFlat, and one that takes all steps of our search in a single call.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from one_by_one import Timed, timed

from casefinder.vector_index import Effort, IVFIndex, Probe, Vectors

K: Final = 10
PROBES: Final = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


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


def time_flat(path: Path, n_probes: int, n_threads: int, questions: Vectors) -> Timed:
    """Time FAISS's IVFFlat."""
    import faiss

    faiss.omp_set_num_threads(n_threads)
    index = faiss.read_index(str(path))
    faiss.ParameterSpace().set_index_parameter(index, "nprobe", n_probes)
    return timed(lambda question: index.search(question, K), questions)


def write_refined(path: Path, index: IVFIndex) -> None:
    """Write what our index does as one index of FAISS's own: projection, lists, fast codes, float16 for comparing."""
    import faiss

    fast = faiss.IndexIVFPQFastScan(
        faiss.IndexFlatIP(index.trained.n_parts), index.trained.n_parts, index.n_lists, index.trained.n_parts, 4,
        faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    fast.quantizer.add(index.trained.centres)
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
    faiss.copy_array_to_vector(np.ascontiguousarray(index.trained.projection.T).ravel(), turn.A)
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
