"""Ends a process after each write, rename, removal and commit of a command in turn, and looks at what is left.

Run as a program: ``python -m tests.casebase.killing COMMAND BASE FOLDER``. Prints the number of points.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from casefinder.casebase import (
    CaseBaseWriter,
    OnDuplicate,
    back_up,
    build_case_base,
    check_backup,
    compact,
    erase,
    open_case_base,
    reencode,
    repair,
    restore,
    verify,
)
from casefinder.files import durable
from tests.material import HashEncoder, made_case, made_cases, rows_of

POINTS = ("write_file", "rename", "copy_file", "finish_file", "remove_file", "remove_folder", "sync_path", "commit")
KILLED = 137
FIRST = {case.id for case in made_cases(60)}


def add(base: Path) -> None:
    with CaseBaseWriter(base) as writer:
        writer.write(rows_of(made_cases(63)[60:]), encoder=HashEncoder(), on_duplicate=OnDuplicate.REJECT)


def update(base: Path) -> None:
    with CaseBaseWriter(base) as writer:
        writer.write(rows_of([made_case(1, note="new")]), encoder=HashEncoder(), on_duplicate=OnDuplicate.REPLACE)


def remove(base: Path) -> None:
    with CaseBaseWriter(base) as writer:
        writer.remove(["C0001", "C0002"])


def add_and_compact(base: Path) -> None:
    add(base)
    compact(base)


def build(base: Path) -> None:
    build_case_base(rows_of(made_cases(63)), base, encoder=HashEncoder(), source="s")


def back_up_and_restore(base: Path) -> None:
    back_up(base, base.parent / f"{base.name}-backup")
    check_backup(base.parent / f"{base.name}-backup")
    restore(base.parent / f"{base.name}-backup", base)


# Each command with the sets of ids that may be there when it was ended.
GROWN, SHRUNK = FIRST | {"C0060", "C0061", "C0062"}, FIRST - {"C0001", "C0002"}
COMMANDS: dict[str, tuple[Callable[[Path], object], tuple[set[str], ...]]] = {
    "add": (add, (FIRST, GROWN)),
    "update": (update, (FIRST,)),
    "remove": (remove, (FIRST, SHRUNK)),
    "compact": (add_and_compact, (FIRST, GROWN)),
    "build": (build, (FIRST, GROWN)),
    "erase": (lambda base: erase(base, ["C0001", "C0002"]), (FIRST, SHRUNK)),
    "restore": (back_up_and_restore, (FIRST,)),
    "reencode": (lambda base: reencode(base, HashEncoder(dim=16, version="2")), (FIRST,)),
    "repair": (lambda base: repair(base, load_encoder=lambda name: HashEncoder()), (FIRST,)),
}


def run_until(n_th: int, command: Callable[[Path], object], base: Path) -> bool:
    """Run a command in a child that ends after its n-th point; return whether there was such a point."""
    child = os.fork()
    if not child:
        _end_after(n_th)
        command(base)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED), code
    return code == KILLED


def check(base: Path, allowed: tuple[set[str], ...], where: str) -> None:
    """Open what is left, twice, and make sure that it is whole."""
    for _ in range(2):
        with open_case_base(base) as casebase:
            view = casebase.view()
            keys = view.terms.keys_of(view.terms.live_rows()).tolist()
            assert {case.id for case in view.store.cases(keys).values()} in allowed, where
    assert verify(base).problems == (), where


def main() -> None:
    """Go through every point of one command."""
    name, base, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    command, allowed = COMMANDS[name]
    n_points, killed = 0, True
    while killed:
        copied = Path(shutil.copytree(base, folder / str(n_points)))
        if name == "repair":
            path = next(copied.glob("snapshot-*")) / "terms.index"
            path.write_bytes(path.read_bytes()[:-9])
        killed = run_until(n_points + 1, command, copied)
        check(copied, allowed, f"{name}, point {n_points + 1}")
        if name not in ("restore", "repair"):
            command(copied)  # the same command goes on
            check(copied, allowed, f"{name} again, point {n_points + 1}")
        n_points += killed
    sys.stdout.write(f"{n_points}\n")


def _end_after(n_th: int) -> None:
    n_done = 0

    def ending(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            nonlocal n_done
            result = real(*arguments)
            n_done += 1
            if n_done == n_th:
                os._exit(KILLED)
            return result

        return call

    for point in POINTS:
        setattr(durable, point, ending(getattr(durable, point)))


if __name__ == "__main__":
    main()
