"""End the process after every single change of a file, in turn: ``python -m tests.endurance kill_points --every 1``."""

from __future__ import annotations

from collections import Counter

from tests.endurance.operations import OPERATIONS, Operation
from tests.endurance.trials import KILLED, broken_after, choice_of_trials, prepared, run_trial, say, warm_up
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
    options = choice_of_trials(__doc__, "try every n-th point (1: all)").parse_args()
    warm_up()
    seen, n_broken = Counter[str](), 0
    for name, operation in OPERATIONS.items():
        if options.only in (None, name):
            before = seen.total()
            n_points, broken = broken_points(operation, options.first, options.every, seen)
            n_broken += len(broken)
            say(f"{name}: {seen.total() - before} of {n_points} points, {len(broken)} broken", *broken[:5])
    say(f"{seen.total()} kill points ({dict(seen)}), {n_broken} broken")
    return 1 if n_broken or not seen else 0


if __name__ == "__main__":
    raise SystemExit(main())
