"""Feedback while a build runs, with rate and time left, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final

from casefinder.casebase import Phase

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SILENT_S: Final = 2.0  # what is done sooner needs no bar
_LINE_EVERY_S: Final = 60.0  # where nobody watches, a log is read afterwards


class BuildProgress:
    """Shows how far a build is: a bar on a terminal, elsewhere a line a minute. Use as a context manager."""

    def __init__(self, share_read: Callable[[], float | None]) -> None:
        """Show the share of the source that ``share_read`` returns (0-1, or None where it is unknown)."""
        self._share_read = share_read
        self._is_watched = sys.stderr.isatty()
        self._bar: Progress | None = None
        self._tasks: dict[Phase, TaskID] = {}
        self._n_rows: dict[Phase, int] = {}
        self._started = self._line_written = self._last_advance = time.monotonic()
        self._began: dict[Phase, float] = {}

    def __enter__(self) -> BuildProgress:
        """Return the display, which shows nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()

    def advance(self, phase: Phase, n_rows: int) -> None:
        """Count rows of a phase, and show them; 0 says that a phase has begun."""
        now = time.monotonic()
        self._began.setdefault(phase, self._last_advance)  # what comes before its first rows belongs to it
        self._n_rows[phase] = self._n_rows.get(phase, 0) + n_rows
        self._last_advance = now
        if self._is_watched and now - self._started >= _SILENT_S:
            self._move_bar(phase, now)
        elif not self._is_watched and now - self._line_written >= _LINE_EVERY_S:
            self._line_written = now
            sys.stderr.write(self._line(phase, now))
            sys.stderr.flush()

    def _move_bar(self, phase: Phase, now: float) -> None:
        bar = self._bar = self._bar or _started_bar()
        if phase not in self._tasks:
            self._tasks[phase] = bar.add_task(str(phase), total=None, rate="")
        share = self._share(phase)
        bar.update(self._tasks[phase], completed=share or 0, total=1 if share else None, rate=self._rate(phase, now))

    def _line(self, phase: Phase, now: float) -> str:
        share = self._share(phase)
        told = ""
        if share:
            left_min = (now - self._began[phase]) * (1 - share) / share / 60
            told = f"; {share:.0%}, about {left_min:.0f} min left of it"
        return f"{phase}: {self._rate(phase, now)}{told}\n"

    def _rate(self, phase: Phase, now: float) -> str:
        n_rows, elapsed_s = self._n_rows[phase], now - self._began[phase]
        return f"{n_rows:,} cases, {n_rows / elapsed_s:,.0f}/s" if elapsed_s > 0 else f"{n_rows:,} cases"

    def _share(self, phase: Phase) -> float | None:
        """Return the share of a phase that is done, 0-1; None where it is unknown."""
        if phase is Phase.READING:
            return self._share_read()
        n_cases = self._n_rows.get(Phase.READING, 0)
        return self._n_rows[phase] / n_cases if n_cases else None


def _started_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar
