"""Further processes for a long task; they are started when the first piece of work comes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from casefinder.errors import CaseBaseError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class WorkerPool:
    """Processes that work through what is handed to them, in that order. Use as a context manager.

    They are spawned, so that the main module must be importable without side effects.
    """

    def __init__(self, n_workers: int) -> None:
        """Prepare to start so many processes, 0 for none."""
        self.n_workers = n_workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> WorkerPool:
        """Return the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes; what none of them has begun is dropped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def submit(
        self, work: Callable[_Arguments, _Result], *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> Future[_Result]:
        """Hand over work: a function of a module, and arguments that can be pickled.

        Raises:
            CaseBaseError: A process was ended from outside.
        """
        with _telling_of_ended_ones():
            return self._started().submit(work, *arguments, **named)

    def result(self, future: Future[_Result]) -> _Result:
        """Wait for work to be done, and return what came of it.

        Raises:
            CaseBaseError: A process was ended from outside.
        """
        with _telling_of_ended_ones():
            return future.result()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self.n_workers, mp_context=context, initializer=_leave_interrupts_to_parent
            )
        return self._pool


@contextmanager
def _telling_of_ended_ones() -> Iterator[None]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield
    except BrokenProcessPool as exc:
        raise CaseBaseError(
            "a further process of the build was ended from outside, perhaps for want of memory;"
            " build again to resume, with CASEFINDER_THREADS=1 to do without such processes"
        ) from exc


def _leave_interrupts_to_parent() -> None:
    """Ignore Ctrl-C, which reaches every process of a terminal: the parent ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
