"""How long something takes that is done many times: on the wall, and of the processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

_Result = TypeVar("_Result")
_MS_PER_S = 1e3


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each time.

    Attributes:
        walls_ms: On the wall.
        cpu_ms: Of the processor, all threads of this process together.
    """

    walls_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def of(self, work: Callable[[], _Result]) -> _Result:
        """Do it once more, and return what comes of it."""
        began, started = time.perf_counter(), time.process_time()
        result = work()
        self.cpu_ms.append((time.process_time() - started) * _MS_PER_S)
        self.walls_ms.append((time.perf_counter() - began) * _MS_PER_S)
        return result

    @property
    def wall(self) -> tuple[float, float]:
        """Median and 95th percentile on the wall."""
        return _percentiles(self.walls_ms)

    @property
    def cpu(self) -> tuple[float, float]:
        """Median and 95th percentile of the processor's."""
        return _percentiles(self.cpu_ms)

    def row(self) -> str:
        """Write median and 95th percentile: of the processor, then on the wall."""
        return f"{self.cpu[0]:8.2f} {self.cpu[1]:8.2f} {self.wall[0]:8.2f} {self.wall[1]:8.2f}"

    def figures(self) -> dict[str, object]:
        """Return what ``row`` writes, for a program."""
        return {"n": len(self.walls_ms), "cpu_p50_p95_ms": self.cpu, "wall_p50_p95_ms": self.wall}


ROW_HEADING = f"{'CPU p50':>8s} {'p95':>8s} {'wall p50':>8s} {'p95 ms':>8s}"


def _percentiles(times_ms: list[float]) -> tuple[float, float]:
    median, p95 = np.percentile(times_ms, [50, 95]).tolist()
    return median, p95
