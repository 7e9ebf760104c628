"""One trial: an operation in a process of its own that is interrupted, and another process that looks at the rest."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from casefinder.casebase import back_up, compact, restore
from casefinder.errors import CasefinderError
from tests.endurance import trip
from tests.endurance.invariants import broken_invariants
from tests.endurance.operations import BACKUP, BASE, GROWN, OPERATIONS, Operation, grown
from tests.endurance.trip import Trip

KILLED = 137
BrokenPoints = Callable[[Operation, int, int, Counter[str]], tuple[int, list[str]]]


def say(*lines: str) -> None:
    """Write to standard output at once: a long run is watched."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def prove_operations(broken_points: BrokenPoints, *, description: str | None, every: str, tried: str) -> int:
    """Prove each operation, or those chosen on the command line; return the exit status.

    Args:
        broken_points: Tries an operation, from the first chosen trial on every n-th, and counts what it tried; returns
            how many trials there are, and what was left broken.
        description: What is proved, for ``--help``.
        every: What every n-th means, for ``--help``.
        tried: What is counted, such as points.
    """
    options = _choice_of_trials(description, every).parse_args()
    warm_up()
    seen, n_broken = Counter[str](), 0
    for name, operation in OPERATIONS.items():
        if options.only in (None, name):
            before = seen.total()
            n_trials, broken = broken_points(operation, options.first, options.every, seen)
            n_broken += len(broken)
            of_all = f"{seen.total() - before} of {n_trials} {tried.rpartition(' ')[2]}"
            say(f"{name}: {of_all}, {len(broken)} broken", *broken[:5])
    say(f"{seen.total()} {tried} ({dict(seen)}), {n_broken} broken")
    return 1 if n_broken or not seen else 0


def _choice_of_trials(description: str | None, every: str) -> argparse.ArgumentParser:
    """Return a parser of options that choose among trials: all of them, or a part that fits the time there is."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--every", type=int, default=1, help=every)
    parser.add_argument("--first", type=int, default=1, help="begin with this one: N parts of --every N are everything")
    parser.add_argument("--only", help="one operation")
    return parser


def warm_up() -> None:
    """Do once in this process what each forked one would have to do first: importing modules, reading the lexicon.

    Nothing of a case base is kept: each child opens one that it has never seen.
    """
    logging.disable()  # what is mended is said on standard error, hundreds of times here
    with tempfile.TemporaryDirectory(prefix="casefinder-endurance-") as scratch:
        folder = Path(scratch)
        grown(folder)
        compact(folder / BASE)
        back_up(folder / BASE, folder / BACKUP)
        restore(folder / BACKUP, folder / BASE)
        assert not broken_invariants(folder / BASE, [GROWN])
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page of what stands here


@dataclass(frozen=True)
class Trial:
    """What became of an operation.

    Attributes:
        status: Exit status of its process, negative when a signal ended it.
        n_done: Steps that were acknowledged.
        error: What an operation that failed said.
        kinds: One letter per change of a file that it made, see ``trip.KINDS``.
    """

    status: int
    n_done: int
    error: str
    kinds: str


def in_child(work: Callable[[], object]) -> tuple[int, str]:
    """Do something in a forked process; return its exit status, and as JSON what it returned or said."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            _report(work, write)
        finally:
            os._exit(1)  # whatever happens, out of memory too: the parent's files are not this process's to remove
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def _report(work: Callable[[], object], write: int) -> None:
    status = 0
    try:
        said = json.dumps(work())
    except BaseException:
        status, said = 1, json.dumps(traceback.format_exc())
    os.write(write, said.encode())
    os._exit(status)


@contextmanager
def prepared(operation: Operation) -> Iterator[Callable[[], Path]]:
    """Make what an operation begins with once; yield what returns a fresh copy of it."""
    with tempfile.TemporaryDirectory(prefix="casefinder-endurance-") as scratch:
        template, trial = Path(scratch, "template"), Path(scratch, "trial")
        template.mkdir()
        status, said = in_child(lambda: operation.prepare(template) and None)
        assert status == 0, said

        def fresh() -> Path:
            if trial.exists():
                shutil.rmtree(trial)
            return Path(shutil.copytree(template, trial))

        yield fresh


def run_trial(operation: Operation, folder: Path, planned: Trip) -> Trial:
    """Run an operation in a child that is interrupted as planned."""
    folder_beside = tempfile.mkdtemp(prefix="casefinder-endurance-")  # not watched, and not on a full disk
    done = Path(folder_beside, "done")
    done.write_bytes(b"")

    def work() -> list[str]:
        trip.arm(folder, planned)
        error = ""
        try:
            for action, _ in operation.steps:
                action(folder)
                with done.open("ab") as file:
                    file.write(b".")
        except CasefinderError as exc:
            error = f"{type(exc).__name__}: {exc}"
        return [error, trip.disarm()]

    status, said = in_child(work)
    n_done = len(done.read_bytes())
    shutil.rmtree(folder_beside)
    if status != 0:
        return Trial(status, n_done, json.loads(said) if said else "", "")
    error, kinds = json.loads(said)
    return Trial(status, n_done, error, kinds)


def broken_after(operation: Operation, folder: Path, trial: Trial) -> list[str]:
    """Return the invariants that do not hold after a trial, looked at in a new process."""

    def look() -> list[str]:
        operation.settle(folder)
        return [*broken_invariants(folder / BASE, operation.allowed(trial.n_done)), *operation.check(folder)]

    status, said = in_child(look)
    if status != 0:
        return [f"1 opens: status {status}, {json.loads(said)[-900:] if said else 'no word'}"]
    return list(json.loads(said))
