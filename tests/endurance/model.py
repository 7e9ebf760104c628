"""Random histories against a dict and numpy, with kill and restart among the steps.

python -m tests.endurance model --runs 300 --steps 40
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from casefinder import CaseFinder
from tests.endurance import trip
from tests.endurance.invariants import Contents, broken_invariants, contents_of
from tests.endurance.operations import BASE, build
from tests.endurance.soak import Change, changed, make
from tests.endurance.trials import KILLED, in_child, say, warm_up
from tests.endurance.trip import Mode, Trip
from tests.material import HashEncoder, made_cases

_NUMBERS = st.lists(st.integers(0, 30), min_size=1, max_size=4, unique=True)
_CHANGES = st.tuples(st.sampled_from(["add", "add", "remove", "compact"]), _NUMBERS, st.integers(0, 5))
_MOST_CALLS = 160  # more changes of files than an operation on so small a base makes


class History(RuleBasedStateMachine):
    """One case base, a reader that stays open, and what must be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="casefinder-endurance-"))
        self.contents: Contents = {}

    @initialize()
    def begin(self) -> None:
        build(self.folder, made_cases(8))
        self.contents = contents_of(made_cases(8))
        self.reader = CaseFinder.open(self.folder / BASE, encoder=HashEncoder())

    @rule(change=_CHANGES)
    def change(self, change: Change) -> None:
        make(change, self.folder / BASE)
        self.contents = changed(self.contents, change)

    @rule(change=_CHANGES, at=st.integers(1, _MOST_CALLS))
    def be_killed(self, change: Change, at: int) -> None:
        def work() -> None:
            trip.arm(self.folder, Trip(Mode.KILL, at))
            make(change, self.folder / BASE)

        status, said = in_child(work)
        assert status in (0, KILLED), said
        allowed = [changed(self.contents, change), *([self.contents] if status else [])]
        status, said = in_child(lambda: broken_invariants(self.folder / BASE, list(allowed), goes_on=False))
        assert (status, json.loads(said)) == (0, [])
        # SQLite shows what a writer wrote that died just before it said so only when the journal is read anew.
        self.restart()
        view = self.reader._casebase.view()
        self.contents = contents_of([case for _, case, _ in view.store.every_case()])
        assert self.contents in allowed

    @rule()
    def restart(self) -> None:
        self.reader.close()
        self.reader = CaseFinder.open(self.folder / BASE, encoder=HashEncoder())

    @invariant()
    def reader_finds_just_what_is_there(self) -> None:
        if not self.contents:
            return
        for case_id, text in self.contents.items():
            assert contents_of([self.reader.case(case_id)]) == {case_id: text}
        hits = self.reader.search("胸痛伴冷汗", k=100)
        assert {hit.case.id for hit in hits} == set(self.contents)

    def teardown(self) -> None:
        if hasattr(self, "reader"):
            self.reader.close()
        shutil.rmtree(self.folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()
    warm_up()
    how: Any = settings(
        max_examples=options.runs,
        stateful_step_count=options.steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(History, settings=how)
    say(f"{options.runs} histories of up to {options.steps} steps, 0 broken")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
