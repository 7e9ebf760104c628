"""Feedback while a build runs."""

from __future__ import annotations

import io
import sys

import pytest

from casefinder.casebase import Phase
from casefinder.cli import progress as module
from casefinder.cli.progress import BuildProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def shown(clock: Clock, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, step_s: float) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    share = [0.0]
    with BuildProgress(lambda: share[0]) as progress:
        for _ in range(4):
            clock.now_s += step_s
            share[0] += 0.25
            progress.advance(Phase.READING, 512)
        clock.now_s += step_s
        progress.advance(Phase.INDEXING, 1024)
    return stream.getvalue()


def test_slow_build_shows_phase_count_and_rate(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(clock, Terminal(), monkeypatch, step_s=2.0)
    assert "reading and encoding" in text
    assert "2,048 cases, 256/s" in text
    assert "indexing" in text


def test_quick_build_shows_nothing(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(clock, Terminal(), monkeypatch, step_s=0.3) == ""


def test_nothing_is_shown_in_the_first_minute_where_nobody_watches(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(clock, io.StringIO(), monkeypatch, step_s=5.0) == ""


def test_a_line_a_minute_says_how_far_it_is_where_nobody_watches(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(clock, io.StringIO(), monkeypatch, step_s=40.0)
    assert text.splitlines() == [
        "reading and encoding: 1,024 cases, 13/s; 50%, about 1 min left of it",
        "reading and encoding: 2,048 cases, 13/s; 100%, about 0 min left of it",
    ]


def test_the_rate_of_a_phase_is_that_of_its_own_time(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    with BuildProgress(lambda: 1.0) as progress:
        clock.now_s = 50.0
        progress.advance(Phase.READING, 1000)
        progress.advance(Phase.INDEXING, 0)
        clock.now_s = 150.0
        progress.advance(Phase.INDEXING, 250)
    assert stream.getvalue() == "indexing: 250 cases, 2/s; 25%, about 5 min left of it\n"


def test_stream_of_unknown_length_is_shown_by_count(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with BuildProgress(lambda: None) as progress:
        clock.now_s = 4.0
        progress.advance(Phase.READING, 1000)
    assert "1,000 cases, 250/s" in stream.getvalue()
