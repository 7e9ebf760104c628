"""SIGKILL at random moments on one directory: ``python -m tests.endurance soak --cycles 500``."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import tempfile
import time
from pathlib import Path

from casefinder.casebase import CaseBaseWriter, OnDuplicate, compact, open_case_base
from tests.endurance.invariants import Contents, broken_invariants, contents_of
from tests.endurance.operations import BASE, build
from tests.endurance.trials import in_child, say, warm_up
from tests.material import HashEncoder, made_case, made_cases, rows_of

_LONGEST_S = 0.5
Change = tuple[str, list[int], int]  # add, remove or compact; numbers of cases; what the added ones note


def random_change(chance: random.Random, stamp: int) -> Change:
    """Choose what to do next."""
    numbers = chance.sample(range(60), chance.randint(1, 5))
    return chance.choices(["add", "remove", "compact"], weights=[5, 3, 2])[0], numbers, stamp


def changed(contents: Contents, change: Change) -> Contents:
    """Return the contents after a change."""
    kind, numbers, stamp = change
    if kind == "add":
        return {**contents, **contents_of([made_case(number, note=str(stamp)) for number in numbers])}
    gone = {f"C{number:04d}" for number in numbers} if kind == "remove" else set()
    return {case_id: text for case_id, text in contents.items() if case_id not in gone}


def make(change: Change, directory: Path) -> None:
    """Make a change; when this returns, it is acknowledged."""
    kind, numbers, stamp = change
    if kind == "compact":
        compact(directory)
        return
    with CaseBaseWriter(directory) as writer:
        if kind == "add":
            cases = [made_case(number, note=str(stamp)) for number in numbers]
            writer.write(rows_of(cases), encoder=HashEncoder(), on_duplicate=OnDuplicate.REPLACE)
        else:
            writer.remove([f"C{number:04d}" for number in numbers])


def cycle(folder: Path, contents: Contents, seed: int) -> tuple[Contents, int, list[str]]:
    """Change a base in a process that is killed; return its contents, the acknowledged changes and what is broken."""
    log = folder / "acknowledged"
    log.write_bytes(b"")
    chance = random.Random(seed)
    child = os.fork()
    if child == 0:
        for stamp in range(1_000_000):
            make(random_change(chance, seed * 1_000_000 + stamp), folder / BASE)
            with log.open("ab") as file:
                file.write(b".")
    time.sleep(random.Random(-seed).uniform(0.02, _LONGEST_S))  # the moment is random, nothing is waited for
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    n_done, states = len(log.read_bytes()), [contents]
    chance = random.Random(seed)
    for stamp in range(n_done + 1):
        states.append(changed(states[-1], random_change(chance, seed * 1_000_000 + stamp)))
    status, said = in_child(lambda: broken_invariants(folder / BASE, list(states[n_done:]), goes_on=False))
    broken = list(json.loads(said)) if status == 0 else [f"status {status} {said[-600:]}"]
    found = _contents(folder / BASE) if not broken else states[n_done]
    return found, n_done, broken


def _contents(directory: Path) -> Contents:
    with open_case_base(directory) as casebase:
        return contents_of([case for _, case, _ in casebase.view().store.every_case()])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=500)
    options = parser.parse_args()
    warm_up()
    broken: list[str] = []
    n_changes = 0
    with tempfile.TemporaryDirectory(prefix="casefinder-endurance-") as scratch:
        folder = Path(scratch)
        assert in_child(lambda: build(folder, made_cases(40)))[0] == 0
        contents = contents_of(made_cases(40))
        for seed in range(1, options.cycles + 1):
            contents, n_done, what = cycle(folder, contents, seed)
            n_changes += n_done
            broken += [f"cycle {seed}: {one}" for one in what]
            if seed % 50 == 0:
                say(f"cycle {seed}: {n_changes} acknowledged changes so far")
            if broken:
                break
    say(f"{options.cycles} kills between {n_changes} acknowledged changes, {len(broken)} broken", *broken)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
