"""Reading findings in other processes, ahead of the one that stores: half of the time of a build goes into it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from casefinder.casebase.reading_findings import read_findings
from casefinder.casebase.worker_pool import WorkerPool
from casefinder.cases import Case
from casefinder.cases.reading import ReadCase, ReadRow

if TYPE_CHECKING:
    from concurrent.futures import Future

Batch: TypeAlias = Sequence[ReadRow]
FindingsByPlace: TypeAlias = Mapping[int, str]
"""Findings as JSON by the place of their case in its batch; those of other cases are still to be read."""

_ALONE: Final = 4  # batches read before other processes are started: they take half a second to begin
_AHEAD: Final = 2  # batches on their way for each process; bounds memory


def read_ahead(
    batches: Iterable[Batch], *, pool: WorkerPool, known: Callable[[Batch], FindingsByPlace], n_alone: int = _ALONE
) -> Generator[tuple[Batch, FindingsByPlace], None, None]:
    """Iterate over batches in their order, with the findings of their cases where they have been read ahead.

    Args:
        batches: Rows as they are to be stored.
        pool: Processes to read with; with none, and for a few batches, nothing is read ahead.
        known: Returns the findings that need not be read again.
        n_alone: Batches that are too few to start processes for.

    Raises:
        CaseBaseError: A process ended before its work was done.
    """
    remaining = iter(batches)
    for batch in remaining if pool.n_workers < 1 else islice(remaining, n_alone):
        yield batch, known(batch)
    first = next(remaining, None)
    if first is not None:
        yield from _read_in_processes(first, remaining, pool, known)


def _read_in_processes(
    first: Batch, remaining: Iterator[Batch], pool: WorkerPool, known: Callable[[Batch], FindingsByPlace]
) -> Generator[tuple[Batch, FindingsByPlace], None, None]:
    under_way: deque[_Task] = deque([_Task(first, known(first), pool)])
    while under_way:
        n_wanted = pool.n_workers * _AHEAD - len(under_way)
        under_way.extend(_Task(batch, known(batch), pool) for batch in islice(remaining, n_wanted))
        task = under_way.popleft()
        yield task.batch, task.findings()


class _Task:
    """A batch whose findings are being read."""

    def __init__(self, batch: Batch, known: FindingsByPlace, pool: WorkerPool) -> None:
        self.batch = batch
        self._known = known
        self._pool = pool
        unread = {n: row.case for n, row in enumerate(batch) if isinstance(row, ReadCase) and n not in known}
        self._places = list(unread)
        self._future: Future[list[str]] = pool.submit(_read_all, list(map(_readable, unread.values())))

    def findings(self) -> FindingsByPlace:
        read = self._pool.result(self._future)
        return {**self._known, **dict(zip(self._places, read, strict=True))}


def _readable(case: Case) -> Case:
    """Return what findings are read out of, without the rest that would have to be sent along."""
    return Case(case.id, case.sections, case.patient, diagnoses=case.diagnoses)


def _read_all(cases: Sequence[Case]) -> list[str]:
    return [read_findings(case).to_json() for case in cases]
