"""What is interrupted: each operation as steps, and the contents that the case base has after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from casefinder.casebase import CaseBaseWriter, OnDuplicate, build_case_base, compact
from casefinder.cases import Case
from tests.endurance.invariants import Contents, contents_of
from tests.material import HashEncoder, made_case, made_cases, rows_of

Action = Callable[[Path], object]
BASE = "base"  # name of the folder of the case base below that of a trial


@dataclass(frozen=True)
class Operation:
    """Steps on a case base.

    Attributes:
        prepare: Makes what the steps begin with, in the folder of a trial.
        before: Contents of the case base then; None when there is none.
        steps: Each with the contents after it.
    """

    prepare: Action
    before: Contents | None
    steps: list[tuple[Action, Contents]] = field(default_factory=list)

    def allowed(self, n_done: int) -> list[Contents | None]:
        """Contents that may be found when the first ``n_done`` steps were acknowledged, and no more."""
        states = [self.before, *(after for _, after in self.steps)]
        return states[n_done : n_done + 2]


def nothing(_folder: Path) -> None:
    """Begin with nothing."""


def add(folder: Path, cases: list[Case], *, on_duplicate: OnDuplicate = OnDuplicate.REPLACE) -> None:
    """Add cases, replacing those of the same ids."""
    with CaseBaseWriter(folder / BASE) as writer:
        writer.write(rows_of(cases), encoder=HashEncoder(), on_duplicate=on_duplicate)


def remove(folder: Path, ids: list[str]) -> None:
    """Remove cases."""
    with CaseBaseWriter(folder / BASE) as writer:
        writer.remove(ids)


def build(folder: Path, cases: list[Case]) -> None:
    """Build a case base, replacing what is there."""
    build_case_base(rows_of(cases), folder / BASE, encoder=HashEncoder(), source="made")


def grown(folder: Path) -> None:
    """Make a case base with a snapshot, a tail and removed cases."""
    build(folder, made_cases(40))
    add(folder, [made_case(number) for number in range(40, 46)])
    remove(folder, ["C0003", "C0041"])


GROWN = contents_of([made_case(number) for number in range(46) if number not in (3, 41)])
_NEW = [made_case(number) for number in range(50, 54)]
_CHANGED = [made_case(number, complaint="右下腹痛两天", note="改") for number in (5, 42)]
_SMALL = made_cases(12)


OPERATIONS: dict[str, Operation] = {
    "first build": Operation(nothing, None, [(lambda folder: build(folder, _SMALL), contents_of(_SMALL))]),
    "build anew": Operation(grown, GROWN, [(lambda folder: build(folder, _SMALL), contents_of(_SMALL))]),
    "add": Operation(
        grown,
        GROWN,
        [
            (lambda folder: add(folder, _NEW[:2]), {**GROWN, **contents_of(_NEW[:2])}),
            (lambda folder: add(folder, _NEW[2:]), {**GROWN, **contents_of(_NEW)}),
        ],
    ),
    "update": Operation(grown, GROWN, [(lambda folder: add(folder, _CHANGED), {**GROWN, **contents_of(_CHANGED)})]),
    "remove": Operation(
        grown,
        GROWN,
        [
            (
                lambda folder: remove(folder, ["C0007", "C0044"]),
                {case_id: text for case_id, text in GROWN.items() if case_id not in ("C0007", "C0044")},
            )
        ],
    ),
    "compact": Operation(grown, GROWN, [(lambda folder: compact(folder / BASE), GROWN)]),
}
