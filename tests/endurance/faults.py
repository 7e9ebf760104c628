"""Let every change of a file fail, in turn: no space, no permission, an error of the disk, half of a write.

python -m tests.endurance faults --every 1
"""

from __future__ import annotations

import errno
from collections import Counter

from tests.endurance.operations import Operation
from tests.endurance.trials import broken_after, prepared, prove_operations, run_trial
from tests.endurance.trip import KINDS, Mode, Trip


def planned(point: int, kind: str) -> list[tuple[str, Trip]]:
    """What can go wrong at a point: a disk that is full stays full, the others happen once."""
    faults = [
        ("ENOSPC", Trip(Mode.FAIL, point, errno.ENOSPC, goes_on=True)),
        ("EIO", Trip(Mode.FAIL, point, errno.EIO)),
        ("EACCES", Trip(Mode.FAIL, point, errno.EACCES)),
    ]
    return [*faults, ("short write", Trip(Mode.SHORT, point))] if kind == "w" else faults


def broken_points(operation: Operation, first: int, every: int, seen: Counter[str]) -> tuple[int, list[str]]:
    """Run an operation once for each chosen fault; return how many there are, and what was left broken.

    A traceback that a user would meet counts as broken.
    """
    broken = []
    with prepared(operation) as fresh:
        kinds = run_trial(operation, fresh(), Trip(Mode.COUNT)).kinds
        trials = [(kind, *fault) for point, kind in enumerate(kinds, start=1) for fault in planned(point, kind)]
        for kind, fault, trip in trials[first - 1 :: every]:
            folder = fresh()
            trial = run_trial(operation, folder, trip)
            what = broken_after(operation, folder, trial)
            if trial.status != 0 or what:
                broken.append(f"  {fault} at {KINDS[kind]} {trip.at}: {trial.error[-900:]} {what}")
            seen[fault] += 1
    return len(trials), broken


def main() -> int:
    return prove_operations(
        broken_points, description=__doc__, every="try every n-th fault of all at all points (1: all)", tried="faults"
    )


if __name__ == "__main__":
    raise SystemExit(main())
