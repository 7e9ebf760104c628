"""What the environment decides: which case base is meant, and how many threads may be used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from casefinder.errors import CasefinderError

INDEX_VARIABLE: Final = "CASEFINDER_INDEX"
THREADS_VARIABLE: Final = "CASEFINDER_THREADS"
DEFAULT_DIRECTORY: Final = Path("index_data/casebase")
STANDING_SENTENCE: Final = "association in past cases, not a recommendation"  # stands on every answer
_MOST_WORKERS: Final = 8  # what one process that reads and stores can keep busy
SAMPLE_CASES: Final = Path("index_data/sample_cases.jsonl.gz")


def case_base_directory(given: Path | None = None) -> Path:
    """Return the directory of the case base: as given, else from ``CASEFINDER_INDEX``, else the default."""
    if given is not None:
        return given
    named = os.environ.get(INDEX_VARIABLE)
    return Path(named) if named else DEFAULT_DIRECTORY


def thread_count() -> int | None:
    """Return the number of threads that ``CASEFINDER_THREADS`` allows, or None to let libraries decide.

    Raises:
        CasefinderError: The variable is no whole number of at least 1.
    """
    value = os.environ.get(THREADS_VARIABLE)
    if not value:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise CasefinderError(f"{THREADS_VARIABLE} is {value!r}; set it to a whole number of threads, 1 or more")
    return int(value)


def worker_count() -> int:
    """Return how many further processes a long task may start: one for each core it may use, none on a single one.

    Raises:
        CasefinderError: ``CASEFINDER_THREADS`` is no whole number of at least 1.
    """
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    allowed = thread_count() or n_cores
    return min(allowed, _MOST_WORKERS) if allowed > 1 else 0
