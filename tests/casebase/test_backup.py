"""Backups are of one state and whole; restoring puts one back in one step."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import back_up, check_backup, restore
from casefinder.errors import CaseBaseDamagedError, CaseBaseError, CaseBaseNotFoundError
from tests.casebase.asking import answers, answers_of
from tests.material import HashEncoder, made_case, made_cases


def test_backup_holds_what_the_case_base_holds(base: Path, tmp_path: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add(made_cases(70)[60:])
        finder.remove(["C0003"])
        made = back_up(base, tmp_path / "backup")
        assert (made.n_cases, made.sequence) == (69, 12)
        assert answers_of(tmp_path / "backup") == answers(finder)


def test_restored_case_base_is_what_it_was(base: Path, tmp_path: Path) -> None:
    before = answers_of(base)
    back_up(base, tmp_path / "backup")
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add(made_cases(70)[60:])
        finder.compact()
        restore(tmp_path / "backup", base)
        assert (finder.n_cases, answers(finder)) == (60, before)
        finder.add([made_case(90)])
        assert finder.n_cases == 61


def test_backup_is_restored_elsewhere(base: Path, tmp_path: Path) -> None:
    back_up(base, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "elsewhere" / "base")
    assert answers_of(tmp_path / "elsewhere" / "base") == answers_of(base)


def test_backup_while_others_write_is_of_one_state(base: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with CaseFinder.open(base, encoder=HashEncoder()) as finder:
            number = 100
            while not stop.is_set():
                finder.add([made_case(number), made_case(number + 1)])
                number += 2

    thread = threading.Thread(target=write)
    thread.start()
    made = [back_up(base, tmp_path / f"backup{number}") for number in range(5)]
    stop.set()
    thread.join()
    for backup in made:
        assert backup.n_cases % 2 == 0
        assert backup.sequence == 1 + backup.n_cases - 60
        assert check_backup(backup.directory) == backup


def test_target_in_use_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    with pytest.raises(CaseBaseError, match="is in use; name a folder that is not there"):
        back_up(base, tmp_path / "full")


def test_unfinished_backup_is_none(base: Path, tmp_path: Path) -> None:
    back_up(base, tmp_path / "backup")
    (tmp_path / "backup" / "backup.json").unlink()
    with pytest.raises(CaseBaseNotFoundError, match="holds no finished backup"):
        restore(tmp_path / "backup", base)


def test_damaged_backup_is_not_restored(base: Path, tmp_path: Path) -> None:
    before = answers_of(base)
    back_up(base, tmp_path / "backup")
    for file in sorted(path for path in (tmp_path / "backup").rglob("*") if path.is_file()):
        if file.relative_to(tmp_path / "backup").as_posix() == "records-000001/casebase.json":
            continue  # a copy that restoring writes anew
        intact = file.read_bytes()
        file.write_bytes(intact[:-1] + bytes([intact[-1] ^ 0x10]))
        with pytest.raises((CaseBaseDamagedError, CaseBaseNotFoundError), match=r"altered|backup"):
            restore(tmp_path / "backup", base)
        file.write_bytes(intact)
    assert answers_of(base) == before


def test_backups_are_readable_by_their_owner_only(base: Path, tmp_path: Path) -> None:
    back_up(base, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "new")
    for top in (tmp_path / "backup", tmp_path / "new"):
        for path in [top, *top.rglob("*")]:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
