"""Readers in processes and threads beside one writer: every answer belongs to one state.

The writer gives all cases a new version in one transaction, again and again, and compacts after each. A reader that
saw half a change would find cases of two versions. One more process verifies the case base all the time.

python -m tests.endurance concurrency --readers 8 --compactions 100
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path

from casefinder import CaseFinder
from casefinder.casebase import build_case_base, verify
from casefinder.cases import Case
from tests.endurance.trials import say
from tests.material import HashEncoder, made_case, rows_of

N_CASES = 20
_THREADS = 3
_CONTEXT = multiprocessing.get_context("spawn")


def cases_of(version: int) -> list[Case]:
    """The same cases in another version."""
    return [made_case(number, note=f"version {version}") for number in range(N_CASES)]


def version_seen(finder: CaseFinder) -> int:
    """Ask for everything and return the one version that it has.

    Raises:
        AssertionError: The answer is of several versions, or not of every case.
    """
    answer = finder.answer("胸痛伴冷汗", k=100)
    versions = {int((hit.case.sections.notes or "").removeprefix("version ")) for hit in answer.hits}
    ids = {hit.case.id for hit in answer.hits}
    if len(versions) != 1 or len(ids) != N_CASES or len(answer.hits) != N_CASES:
        raise AssertionError(f"{len(answer.hits)} hits of {len(ids)} cases in versions {sorted(versions)}")
    return versions.pop()


def read_until(directory: Path, finished: Event) -> int:
    """Ask in several threads until the writer has finished; return how many answers were looked at."""
    with CaseFinder.open(directory, encoder=HashEncoder()) as finder:

        def ask(_thread: int) -> int:
            n_answers = last = 0
            while not finished.is_set() or n_answers == 0:
                version = version_seen(finder)
                if version < last:
                    raise AssertionError(f"version {version} after {last}")
                n_answers, last = n_answers + 1, version
            return n_answers

        with ThreadPoolExecutor(_THREADS) as threads:
            return sum(threads.map(ask, range(_THREADS)))


def verify_until(directory: Path, finished: Event) -> int:
    """Verify again and again until the writer has finished; return how often."""
    n_verified = 0
    while not finished.is_set() or n_verified == 0:
        if problems := verify(directory).problems:
            raise AssertionError(f"verifying found {problems}")
        n_verified += 1
    return n_verified


Work = Callable[[Path, Event], int]


def _process(
    work: Work, directory: str, finished: Event, ready: Event, answers: multiprocessing.Queue[int | str]
) -> None:
    ready.set()
    try:
        answers.put(work(Path(directory), finished))
    except BaseException as exc:
        answers.put(f"{type(exc).__name__}: {exc}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--compactions", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casefinder-endurance-") as folder:
        directory = Path(folder, "base")
        build_case_base(rows_of(cases_of(0)), directory, encoder=HashEncoder(), source="made")
        finished, answers = _CONTEXT.Event(), _CONTEXT.Queue()
        works: list[Work] = [*([read_until] * options.readers), verify_until]
        ready = [_CONTEXT.Event() for _ in works]
        readers = [
            _CONTEXT.Process(target=_process, args=(work, str(directory), finished, event, answers))
            for work, event in zip(works, ready, strict=True)
        ]
        for reader, event in zip(readers, ready, strict=True):
            reader.start()
            event.wait()
        with CaseFinder.open(directory, encoder=HashEncoder()) as finder:
            for version in range(1, options.compactions + 1):
                finder.update(cases_of(version))
                finder.compact()
        finished.set()
        results = [answers.get() for _ in readers]
        for reader in readers:
            reader.join()
    broken = [result for result in results if not isinstance(result, int)]
    say(
        f"{options.compactions} compactions, {options.readers} readers of {_THREADS} threads and one process that"
        f" verifies; answers and verifications {results}"
    )
    say(f"{len(broken)} broken", *broken)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
