"""Reading findings in other processes, ahead of the one that stores: half of the time of a build goes into it."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from casefinder.casebase.reading_findings import read_findings
from casefinder.cases import Case
from casefinder.cases.reading import ReadCase, ReadRow
from casefinder.errors import CaseBaseError

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Batch: TypeAlias = Sequence[ReadRow]
FindingsByPlace: TypeAlias = Mapping[int, str]
"""Findings as JSON by the place of their case in its batch; those of other cases are still to be read."""

_ALONE: Final = 4  # batches read before other processes are started: they take half a second to begin
_AHEAD: Final = 2  # batches on their way for each process; bounds memory


def read_ahead(
    batches: Iterable[Batch], *, n_workers: int, known: Callable[[Batch], FindingsByPlace], n_alone: int = _ALONE
) -> Generator[tuple[Batch, FindingsByPlace], None, None]:
    """Iterate over batches in their order, with the findings of their cases where they have been read ahead.

    The processes are spawned, so that the main module must be importable without side effects.

    Args:
        batches: Rows as they are to be stored.
        n_workers: Processes to read with; with none, and for a few batches, nothing is read ahead.
        known: Returns the findings that need not be read again.
        n_alone: Batches that are too few to start processes for.

    Raises:
        CaseBaseError: A process ended before its work was done.
    """
    remaining = iter(batches)
    for batch in remaining if n_workers < 1 else islice(remaining, n_alone):
        yield batch, known(batch)
    first = next(remaining, None)
    if first is not None:
        yield from _read_in_processes(first, remaining, n_workers, known)


def _read_in_processes(
    first: Batch, remaining: Iterator[Batch], n_workers: int, known: Callable[[Batch], FindingsByPlace]
) -> Generator[tuple[Batch, FindingsByPlace], None, None]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(n_workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_parent)
    under_way: deque[_Task] = deque([_Task(first, known(first), pool)])
    try:
        while under_way:
            under_way.extend(_Task(b, known(b), pool) for b in islice(remaining, n_workers * _AHEAD - len(under_way)))
            task = under_way.popleft()
            yield task.batch, task.findings()
    except BrokenProcessPool as exc:
        raise CaseBaseError(
            "a process that read findings was ended from outside, perhaps for want of memory;"
            " build again to resume, with CASEFINDER_THREADS=1 to do without such processes"
        ) from exc
    finally:
        pool.shutdown(cancel_futures=True)


class _Task:
    """A batch whose findings are being read."""

    def __init__(self, batch: Batch, known: FindingsByPlace, pool: Executor) -> None:
        self.batch = batch
        self._known = known
        unread = {n: row.case for n, row in enumerate(batch) if isinstance(row, ReadCase) and n not in known}
        self._places = list(unread)
        self._future: Future[list[str]] = pool.submit(_read_all, list(map(_readable, unread.values())))

    def findings(self) -> FindingsByPlace:
        return {**self._known, **dict(zip(self._places, self._future.result(), strict=True))}


def _readable(case: Case) -> Case:
    """Return what findings are read out of, without the rest that would have to be sent along."""
    return Case(case.id, case.sections, case.patient, diagnoses=case.diagnoses)


def _read_all(cases: Sequence[Case]) -> list[str]:
    return [read_findings(case).to_json() for case in cases]


def _leave_interrupts_to_parent() -> None:
    """Ignore Ctrl-C, which reaches every process of a terminal: the parent ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
