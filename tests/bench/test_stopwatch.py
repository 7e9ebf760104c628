"""What the stopwatch of the benchmarks counts, and that it puts back what it replaced."""

from __future__ import annotations

import sys
from itertools import count
from types import ModuleType
from typing import Any

import pytest
from stopwatch import watching


def test_each_second_is_counted_once_in_the_innermost_part(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Any = ModuleType("made_for_the_stopwatch")
    made.inner = lambda: "found"
    made.outer = lambda: made.inner()
    inner = made.inner
    monkeypatch.setitem(sys.modules, made.__name__, made)
    ticks = count()
    monkeypatch.setattr("stopwatch.time.thread_time", lambda: next(ticks))  # each look at the clock takes a second
    with watching({f"{made.__name__}.outer": "whole", f"{made.__name__}.inner": "core"}) as watch:
        assert made.outer() == "found"
    assert made.inner is inner
    assert dict(watch.seconds) == {"the rest": 1, "whole": 2, "core": 1}
    assert watch.table(per=1, unit_s=1.0)[1].split() == ["whole", "2.00", "40.0%"]
