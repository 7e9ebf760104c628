"""Timing searches question by question, and the memory of the process that makes them."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from times import Times

from casefinder.vector_index import Vectors

N_WARM: Final = 50
_MB: Final = 1e6


@dataclass(frozen=True, slots=True)
class Timed:
    """One index, searched question by question: milliseconds, and megabytes after the last question.

    Attributes:
        first_ms: Median when a question is asked for the first time: pages are mapped and, by us, checked.
        p50_ms: Median when all have been asked before.
        p95_ms: Of the same.
        cpu_ms: Mean of the processor, of the same.
        anonymous_mb: Memory of its own.
        mapped_mb: Of files, mapped; the system takes it back when it is needed.
    """

    first_ms: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    anonymous_mb: float
    mapped_mb: float

    def row(self, name: str) -> str:
        """Write it as a row of a table."""
        return (
            f"{name:40s} {self.first_ms:9.3f} {self.p50_ms:8.3f} {self.p95_ms:8.3f} {self.cpu_ms:8.3f}"
            f" {self.anonymous_mb:9,.0f} {self.mapped_mb:9,.0f}"
        )


HEADING: Final = f"{'one question at a time':40s} first p50   p50 ms   p95 ms   CPU ms  anon. MB mapped MB"


def timed(search: Callable[[Vectors], object], questions: Vectors) -> Timed:
    """Search question by question, twice; the first ones before that, to start everything up."""
    for question in questions[:N_WARM]:
        search(question[None])
    first, times = Times(), Times()
    for asked, measured in ((questions[N_WARM:], first), (questions, times)):
        for question in asked:
            measured.of(partial(search, question[None]))
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    sizes = [int(status[name].split()[0]) * 1024 / _MB for name in ("RssAnon", "RssFile")]
    return Timed(first.wall[0], *times.wall, statistics.fmean(times.cpu_ms), *sizes)
