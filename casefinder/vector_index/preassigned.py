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
    near: Vectors,
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
        near: float32 [n_queries, n_probes], inner products with their centres, which codes of residuals begin with.
        k: Neighbours wanted.
        selector: Chooses the vectors that may be found.
    """
    import faiss

    lists, near = np.ascontiguousarray(lists), np.ascontiguousarray(near)
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
