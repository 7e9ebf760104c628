"""Feedback while a build runs: a bar with rate and time left, on standard error, on a terminal only."""

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


class BuildProgress:
    """Shows how far a build is. Use as a context manager; silent where standard error is no terminal."""

    def __init__(self, share_read: Callable[[], float | None]) -> None:
        """Show the share of the source that ``share_read`` returns (0-1, or None where it is unknown)."""
        self._share_read = share_read
        self._started = time.monotonic()
        self._is_watched = sys.stderr.isatty()
        self._bar: Progress | None = None
        self._tasks: dict[Phase, TaskID] = {}
        self._n_rows: dict[Phase, int] = {}

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
        """Count rows of a phase, and show them once the build has taken two seconds."""
        self._n_rows[phase] = self._n_rows.get(phase, 0) + n_rows
        elapsed_s = time.monotonic() - self._started
        if not self._is_watched or elapsed_s < _SILENT_S:
            return
        bar = self._bar = self._bar or _started_bar()
        if phase not in self._tasks:
            self._tasks[phase] = bar.add_task(str(phase), total=None, rate="")
        rate = f"{self._n_rows[phase]:,} cases, {self._n_rows[phase] / elapsed_s:,.0f}/s"
        share = self._share_read() if phase is Phase.READING else self._n_rows[phase] / self._n_rows[Phase.READING]
        bar.update(self._tasks[phase], completed=share or 0, total=1 if share else None, rate=rate)


def _started_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar
