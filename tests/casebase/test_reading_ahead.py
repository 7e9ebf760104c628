"""Reading findings in other processes: the same findings in the same order, and clean ends."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from casefinder.casebase import build_case_base
from casefinder.casebase.reading_ahead import Batch, read_ahead
from casefinder.casebase.reading_findings import read_findings
from casefinder.casebase.worker_pool import WorkerPool
from casefinder.cases import Case, Sections
from casefinder.cases.reading import Origin, ReadCase, Reject
from casefinder.errors import CaseBaseError
from tests.casebase.asking import records_of
from tests.material import HashEncoder, made_cases, rows_of

_BATCHES: list[Batch] = [
    [
        *(
            ReadCase(Case(f"{batch}-{n}", Sections(f"胸痛{n + 1}天，无发热")), Origin("x", batch * 10 + n))
            for n in range(4)
        ),
        Reject(Origin("x", batch * 10 + 9), "id", "is empty"),
    ]
    for batch in range(6)
]
_FINDINGS = [
    {place: read_findings(row.case).to_json() for place, row in enumerate(batch) if isinstance(row, ReadCase)}
    for batch in _BATCHES
]


def _nothing_known(batch: Batch) -> dict[int, str]:
    return {}


@pytest.fixture
def two() -> Iterator[WorkerPool]:
    """Two further processes."""
    with WorkerPool(2) as pool:
        yield pool


@pytest.fixture
def one() -> Iterator[WorkerPool]:
    """One further process."""
    with WorkerPool(1) as pool:
        yield pool


def test_findings_read_by_others_are_the_same_in_the_same_order(two: WorkerPool) -> None:
    read = list(read_ahead(_BATCHES, pool=two, known=_nothing_known, n_alone=2))
    assert [batch for batch, _ in read] == _BATCHES
    assert [findings for _, findings in read] == [{}, {}, *_FINDINGS[2:]]


def test_without_workers_or_for_few_batches_nothing_is_read_ahead(two: WorkerPool) -> None:
    alone = list(read_ahead(_BATCHES, pool=WorkerPool(0), known=_nothing_known))
    few = list(read_ahead(_BATCHES[:4], pool=two, known=_nothing_known))
    assert alone == [(batch, {}) for batch in _BATCHES]
    assert few == [(batch, {}) for batch in _BATCHES[:4]]
    assert multiprocessing.active_children() == []


def test_known_findings_are_not_read_again(one: WorkerPool) -> None:
    def known(batch: Batch) -> dict[int, str]:
        return {1: "as it was"}

    ((_, findings),) = read_ahead(_BATCHES[:1], pool=one, known=known, n_alone=0)
    assert findings == {**_FINDINGS[0], 1: "as it was"}


def test_only_so_many_batches_are_taken_as_are_under_way(one: WorkerPool) -> None:
    taken = []

    def batches() -> Iterator[Batch]:
        for number, batch in enumerate(_BATCHES):
            taken.append(number)
            yield batch

    read = read_ahead(batches(), pool=one, known=_nothing_known, n_alone=0)
    next(read)
    assert taken == [0, 1]
    read.close()


def test_an_error_of_the_source_is_passed_on(one: WorkerPool) -> None:
    def batches() -> Iterator[Batch]:
        yield _BATCHES[0]
        raise OSError("disk is gone")

    with pytest.raises(OSError, match="disk is gone"):
        list(read_ahead(batches(), pool=one, known=_nothing_known, n_alone=0))


def test_a_process_that_is_killed_ends_the_work_with_advice(one: WorkerPool) -> None:
    read = read_ahead(_BATCHES, pool=one, known=_nothing_known, n_alone=0)
    next(read)
    for child in multiprocessing.active_children():
        child.kill()
    with pytest.raises(CaseBaseError, match="build again to resume, with CASEFINDER_THREADS=1"):
        list(read)


_BUILD = """
import sys
from pathlib import Path
from casefinder.casebase import build_case_base
from tests.material import HashEncoder, made_cases, rows_of
build_case_base(rows_of(made_cases(60)), Path(sys.argv[1]), encoder=HashEncoder(), source="x")
"""


def test_records_do_not_depend_on_how_python_hashes(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", _BUILD, str(tmp_path / seed)], env=environment, check=True)
    assert records_of(tmp_path / "1") == records_of(tmp_path / "2")


def test_records_are_the_same_with_and_without_further_processes(tmp_path: Path) -> None:
    rows = list(rows_of(made_cases(2600)))
    for name, n_workers in (("alone", 0), ("together", 2)):
        build_case_base(rows, tmp_path / name, encoder=HashEncoder(), source="x", n_workers=n_workers)
    assert records_of(tmp_path / "together") == records_of(tmp_path / "alone")
