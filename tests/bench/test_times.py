"""Times of repeated work, and how spreads are written."""

from __future__ import annotations

from itertools import count

import pytest
from measuring import spread
from times import Times


def test_each_time_is_measured_on_the_wall_and_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    walls, cpu = (number**2 / 1e3 for number in count()), (number / 1e3 for number in count())
    monkeypatch.setattr("times.time.perf_counter", lambda: next(walls))
    monkeypatch.setattr("times.time.process_time", lambda: next(cpu))
    times = Times()
    assert [times.of(lambda: "done") for _ in range(3)] == ["done"] * 3
    assert times.walls_ms == pytest.approx([1, 5, 9])
    assert times.cpu_ms == pytest.approx([1, 1, 1])
    assert times.wall == pytest.approx((5, 8.6))
    assert times.cpu == pytest.approx((1, 1))


def test_a_spread_is_the_median_and_the_extremes() -> None:
    assert spread(iter([3.0, 1.0, 2.5])) == "2.5 (1 to 3)"
