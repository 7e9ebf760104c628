"""Let every change of a file fail, in turn: no space, no permission, an error of the disk, half of a write.

python -m tests.endurance faults --every 1
"""

from __future__ import annotations

import argparse
import errno
from collections import Counter

from tests.endurance.operations import OPERATIONS, Operation
from tests.endurance.trials import broken_after, prepared, run_trial, say
from tests.endurance.trip import KINDS, Mode, Trip


def planned(point: int, kind: str) -> list[tuple[str, Trip]]:
    """What can go wrong at a point: a disk that is full stays full, the others happen once."""
    faults = [
        ("ENOSPC", Trip(Mode.FAIL, point, errno.ENOSPC, goes_on=True)),
        ("EIO", Trip(Mode.FAIL, point, errno.EIO)),
        ("EACCES", Trip(Mode.FAIL, point, errno.EACCES)),
    ]
    return [*faults, ("short write", Trip(Mode.SHORT, point))] if kind == "w" else faults


def broken_points(operation: Operation, every: int, seen: Counter[str]) -> list[str]:
    """Run an operation once for each fault; return what it left broken, and any traceback a user would meet."""
    broken = []
    with prepared(operation) as fresh:
        kinds = run_trial(operation, fresh(), Trip(Mode.COUNT)).kinds
        for point in range(1, len(kinds) + 1, every):
            faults = planned(point, kinds[point - 1])
            for fault, trip in faults if every == 1 else [faults[point % len(faults)]]:
                folder = fresh()
                trial = run_trial(operation, folder, trip)
                what = broken_after(operation, folder, trial)
                if trial.status != 0 or what:
                    broken.append(f"  {fault} at {KINDS[kinds[point - 1]]} {point}: {trial.error[-900:]} {what}")
                seen[fault] += 1
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every n-th point with one fault (1: all, with each)")
    parser.add_argument("--only", help="one operation")
    options = parser.parse_args()
    seen, n_broken = Counter[str](), 0
    for name, operation in OPERATIONS.items():
        if options.only in (None, name):
            broken = broken_points(operation, options.every, seen)
            n_broken += len(broken)
            say(f"{name}: {len(broken)} broken", *broken[:5])
    say(f"{seen.total()} faults ({dict(seen)}), {n_broken} broken")
    return 1 if n_broken or not seen else 0


if __name__ == "__main__":
    raise SystemExit(main())
