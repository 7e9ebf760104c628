"""Compaction in the background of a program that changes a case base."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import background, read_manifest
from tests.casebase.asking import answers
from tests.material import HashEncoder, made_cases

N_CHANGES = 251  # one more than are waited for


def changed(base: Path) -> int:
    """Make so many changes that compacting pays; return the process that wrote the snapshot."""
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add(made_cases(60 + N_CHANGES)[60:])
        before = answers(finder)
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        assert answers(finder) == before
    return int(json.loads((base / "snapshot.lock").read_text("utf-8"))["process"])


def program(path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in place of the interpreter that is started."""
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(path))


def test_enough_changes_are_compacted_by_a_process_of_its_own(base: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert changed(base) != os.getpid()
    assert (read_manifest(base).snapshot.sequence, caplog.messages) == (1 + N_CHANGES, [])


def test_a_program_that_only_writes_does_not_compact_what_is_compacted(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, really = list[Path](), background._in_own_process

    def counted(directory: Path) -> tuple[int, str]:
        started.append(directory)
        return really(directory)

    monkeypatch.setattr(background, "_in_own_process", counted)
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add(made_cases(60 + N_CHANGES)[60:])
        finder._compactor.wait()
        finder.add(made_cases(70 + N_CHANGES)[60 + N_CHANGES :])
    assert started == [base]


def test_fewer_changes_are_not_compacted(base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        finder.add(made_cases(60 + N_CHANGES - 1)[60:])
    assert read_manifest(base).snapshot.sequence == 1


@pytest.mark.parametrize(
    "script", ["echo words of a case >&2; exit 2", None], ids=["does not know casefinder", "is not there"]
)
def test_without_an_interpreter_to_start_this_process_compacts_and_quotes_nothing(
    base: Path,
    tmp_path: Path,
    script: str | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if script:
        program(tmp_path / "python", script, monkeypatch)
    else:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert changed(base) == os.getpid()
    assert (read_manifest(base).snapshot.sequence, caplog.messages) == (1 + N_CHANGES, [])


def test_a_program_that_is_no_interpreter_is_not_started_again(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "hospital", f"touch {tmp_path / 'started'}", monkeypatch)
    assert changed(base) == os.getpid()
    assert not (tmp_path / "started").exists()
    assert read_manifest(base).snapshot.sequence == 1 + N_CHANGES


def test_what_went_wrong_is_told_and_not_tried_again(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program(tmp_path / "python3", "echo no space left >&2; exit 75", monkeypatch)
    changed(base)
    assert read_manifest(base).snapshot.sequence == 1
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, f"while {base} was compacted: no space left")
    ]


def test_a_process_that_was_killed_is_told_of(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program(tmp_path / "python3", "kill -KILL $$", monkeypatch)
    changed(base)
    assert read_manifest(base).snapshot.sequence == 1
    assert caplog.messages == [
        f"the process that compacted {base} was ended by signal 9; the next change tries again",
    ]
