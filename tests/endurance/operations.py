"""What is interrupted: each operation as steps, and the contents that the case base has after each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from casefinder.casebase import (
    CaseBaseWriter,
    OnDuplicate,
    back_up,
    build_case_base,
    check_backup,
    compact,
    erase,
    migrate,
    open_case_base,
    read_manifest,
    reencode,
    repair,
    restore,
)
from casefinder.cases import Case
from casefinder.errors import CaseBaseDamagedError, CaseBaseNotFoundError
from tests.casebase.format_two import write_format_two
from tests.endurance.invariants import Contents, contents_of
from tests.material import HashEncoder, made_case, made_cases, rows_of

Action = Callable[[Path], object]
BASE = "base"  # name of the folder of the case base below that of a trial
BACKUP = "backup"


def nothing(_folder: Path) -> None:
    """Do nothing."""


def all_well(_folder: Path) -> list[str]:
    """Find nothing wrong."""
    return []


@dataclass(frozen=True)
class Operation:
    """Steps on a case base.

    Attributes:
        prepare: Makes what the steps begin with, in the folder of a trial.
        before: Contents of the case base then; None when there is none.
        steps: Each with the contents after it.
        settle: What a user does next when told that it was interrupted, before anything is looked at.
        check: Looks at what the operation leaves beside the case base; returns what is wrong there.
    """

    prepare: Action
    before: Contents | None
    steps: list[tuple[Action, Contents]]
    settle: Action = nothing
    check: Callable[[Path], list[str]] = all_well

    def allowed(self, n_done: int) -> list[Contents | None]:
        """Contents that may be found when the first ``n_done`` steps were acknowledged, and no more."""
        states = [self.before, *(after for _, after in self.steps)]
        return states[n_done : n_done + 2]


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


def backed_up(folder: Path) -> None:
    """Make a case base that has changed since its backup."""
    grown(folder)
    back_up(folder / BASE, folder / BACKUP)
    remove(folder, ["C0007", "C0044"])


def damaged(folder: Path) -> None:
    """Make a case base with a damaged snapshot."""
    grown(folder)
    path = read_manifest(folder / BASE).terms_path(folder / BASE)
    path.write_bytes(path.read_bytes()[:-200])


def damaged_records(folder: Path) -> None:
    """Make a case base of which a vector is damaged: repairing writes all records anew, and encodes that one again."""
    grown(folder)
    with closing(sqlite3.connect(read_manifest(folder / BASE).store_path(folder / BASE))) as connection, connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(64) WHERE key = 1")


def repaired(folder: Path) -> None:
    """Repair a case base."""
    repair(folder / BASE, load_encoder=lambda _name: HashEncoder())


def in_format_two(folder: Path) -> None:
    """Make a case base as an older casefinder did."""
    write_format_two(_SMALL, folder / BASE, HashEncoder())


def whole_or_no_backup(folder: Path) -> list[str]:
    """A backup that was interrupted is none; a finished one holds everything."""
    try:
        check_backup(folder / BACKUP)
    except (CaseBaseNotFoundError, CaseBaseDamagedError):
        return []
    restore(folder / BACKUP, folder / "restored")
    with open_case_base(folder / "restored") as casebase:
        restored = contents_of([case for _, case, _ in casebase.view().store.every_case()])
    return [] if restored == GROWN else ["the backup opens, and is not what was there"]


def without(contents: Contents, *ids: str) -> Contents:
    """Return contents without some cases."""
    return {case_id: text for case_id, text in contents.items() if case_id not in ids}


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
        grown, GROWN, [(lambda folder: remove(folder, ["C0007", "C0044"]), without(GROWN, "C0007", "C0044"))]
    ),
    "compact": Operation(grown, GROWN, [(lambda folder: compact(folder / BASE), GROWN)]),
    "erase": Operation(
        grown, GROWN, [(lambda folder: erase(folder / BASE, ["C0008", "C0041"]), without(GROWN, "C0008"))]
    ),
    "backup": Operation(
        grown, GROWN, [(lambda folder: back_up(folder / BASE, folder / BACKUP), GROWN)], check=whole_or_no_backup
    ),
    "restore": Operation(
        backed_up,
        without(GROWN, "C0007", "C0044"),
        [(lambda folder: restore(folder / BACKUP, folder / BASE), GROWN)],
        check=whole_or_no_backup,
    ),
    "repair": Operation(damaged, GROWN, [(repaired, GROWN)]),
    "repair of records": Operation(damaged_records, GROWN, [(repaired, GROWN)], settle=repaired),
    "reencode": Operation(grown, GROWN, [(lambda folder: reencode(folder / BASE, HashEncoder(version="2")), GROWN)]),
    "migrate": Operation(
        in_format_two,
        contents_of(_SMALL),
        [(lambda folder: migrate(folder / BASE), contents_of(_SMALL))],
        settle=lambda folder: migrate(folder / BASE),
    ),
}
