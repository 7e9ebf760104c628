"""End the process after every single change of a file, in turn: ``python -m tests.endurance kill_points --every 1``."""

from __future__ import annotations

from collections import Counter

from tests.endurance.operations import Operation
from tests.endurance.trials import KILLED, broken_after, prepared, prove_operations, run_trial
from tests.endurance.trip import KINDS, Mode, Trip


def broken_points(operation: Operation, first: int, every: int, seen: Counter[str]) -> tuple[int, list[str]]:
    """End an operation after each of the chosen changes; return how many it makes, and what was left broken."""
    broken = []
    with prepared(operation) as fresh:
        counted = run_trial(operation, fresh(), Trip(Mode.COUNT))
        assert (counted.status, counted.error) == (0, ""), counted.error
        for point in range(first, len(counted.kinds) + 1, every):
            folder, kind = fresh(), KINDS[counted.kinds[point - 1]]
            trial = run_trial(operation, folder, Trip(Mode.KILL, at=point))
            # A point past the last, when a later run makes fewer changes, ends as usual.
            what = broken_after(operation, folder, trial)
            if trial.status not in (KILLED, 0) or what:
                broken.append(f"  after {kind} {point}: {trial.status} {trial.error} {what}")
            seen[kind] += 1
    return len(counted.kinds), broken


def main() -> int:
    return prove_operations(
        broken_points, description=__doc__, every="try every n-th point (1: all)", tried="kill points"
    )


if __name__ == "__main__":
    raise SystemExit(main())
