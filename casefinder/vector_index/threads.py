"""How many threads FAISS may use."""

from __future__ import annotations

from casefinder.settings import thread_count


def limit_threads() -> None:
    """Use as many threads as ``CASEFINDER_THREADS`` allows; OpenMP keeps the number per calling thread."""
    import faiss

    if threads := thread_count():
        faiss.omp_set_num_threads(threads)
