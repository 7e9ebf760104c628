"""Searching given lists of a FAISS inverted file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from casefinder.vector_index.protocol import Vectors

if TYPE_CHECKING:
    import faiss


def search_lists(
    index: faiss.IndexIVF,
    queries: Vectors,
    lists: NDArray[np.int64],
    *,
    k: int,
    selector: faiss.IDSelector | None = None,
) -> tuple[NDArray[np.int64], Vectors]:
    """Search some lists for each query; return numbers, -1 where none was found, and scores.

    FAISS's own Python wrapper takes no parameters here and reads the number of lists from the index, which threads
    share; so its C++ method is called.

    Args:
        index: The inverted file.
        queries: float32 [n_queries, dim].
        lists: int64 [n_queries, n_probes].
        k: Neighbours wanted.
        selector: Chooses the vectors that may be found.
    """
    import faiss

    lists = np.ascontiguousarray(lists)
    near = np.zeros(lists.shape, dtype=np.float32)  # only codes of what is left of a vector after its centre need it
    numbers = np.empty((len(queries), k), dtype=np.int64)
    scores = np.empty((len(queries), k), dtype=np.float32)
    parameters = faiss.SearchParametersIVF(sel=selector, nprobe=lists.shape[1])  # type: ignore[call-arg]  # SWIG adds them
    index.search_preassigned_c(  # type: ignore[attr-defined]  # SWIG adds it
        len(queries),
        faiss.swig_ptr(queries),
        k,
        faiss.swig_ptr(lists),
        faiss.swig_ptr(near),
        faiss.swig_ptr(scores),
        faiss.swig_ptr(numbers),
        False,
        parameters,
    )
    return numbers, scores
