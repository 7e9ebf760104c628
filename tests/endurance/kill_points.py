"""End the process after every single change of a file, in turn: ``python -m tests.endurance kill_points --every 1``."""

from __future__ import annotations

import argparse
from collections import Counter

from tests.endurance.operations import OPERATIONS
from tests.endurance.trials import KILLED, broken_after, prepared, run_trial, say
from tests.endurance.trip import KINDS, Mode, Trip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every n-th point (1: all)")
    parser.add_argument("--only", help="one operation")
    options = parser.parse_args()
    n_points, n_broken, n_kinds = 0, 0, Counter[str]()
    for name, operation in OPERATIONS.items():
        if options.only not in (None, name):
            continue
        with prepared(operation) as fresh:
            counted = run_trial(operation, fresh(), Trip(Mode.COUNT))
            assert counted.status == 0, counted.error
            assert not counted.error, counted.error
            points = range(1, len(counted.kinds) + 1, options.every)
            broken: list[str] = []
            for point in points:
                folder, kind = fresh(), KINDS[counted.kinds[point - 1]]
                trial = run_trial(operation, folder, Trip(Mode.KILL, at=point))
                # A point past the last, when a later run makes fewer changes, ends as usual.
                what = broken_after(operation, folder, trial)
                if trial.status not in (KILLED, 0) or what:
                    broken.append(f"  after {kind} {point}: {trial.status} {trial.error} {what}")
                n_kinds[kind] += 1
        n_points, n_broken = n_points + len(points), n_broken + len(broken)
        say(f"{name}: {len(points)} of {len(counted.kinds)} points, {len(broken)} broken", *broken[:5])
    say(f"{n_points} kill points ({dict(n_kinds)}), {n_broken} broken")
    return 1 if n_broken or not n_points else 0


if __name__ == "__main__":
    raise SystemExit(main())
