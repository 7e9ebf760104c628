"""The benchmarks are found by their names, and each tells what it does and how it is called."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import bench
import pytest
from bench import FOLDER, benchmarks
from measuring import RESULTS, command_line

NAMED = {"search", "build", "cold-start", "filtered", "peers"}


def test_every_benchmark_says_in_a_sentence_what_it_measures() -> None:
    told = benchmarks()
    assert set(told) >= NAMED
    assert "bench" not in told
    assert [name for name, text in told.items() if not text or text[-1] not in ".;?" or "\n" in text] == []


@pytest.mark.parametrize("name", sorted(benchmarks()))
def test_help_of_each_names_it_and_an_example(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(sys, "argv", ["bench.py", name, "--help"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert f"usage: bench.py {name} " in printed
    assert f"scripts/bench/bench.py {name}" in printed


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    run = subprocess.run(
        [sys.executable, str(FOLDER / "bench.py"), "serach"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "invalid choice: 'serach'" in run.stderr
    assert all(name in run.stderr for name in NAMED)


def test_a_command_is_written_as_it_is_typed_without_folders_of_the_machine() -> None:
    arguments = [
        "scripts/bench/bench.py peers",
        "--work",
        "/srv/big/peers",
        "--engines",
        "FAISS IVFFlat",
        "--keep",
        "a/b",
    ]
    assert command_line(arguments) == ("scripts/bench/bench.py peers --work peers --engines 'FAISS IVFFlat' --keep a/b")
    assert command_line(["/home/me/casefinder/scripts/bench/growth.py"]) == "growth.py"


@pytest.mark.parametrize("path", sorted(RESULTS.iterdir()), ids=lambda path: path.name)
def test_no_result_names_a_folder_of_a_machine(path: Path) -> None:
    commands = re.findall(r'^(?:command| *"command":) .*', path.read_text(encoding="utf-8"), re.MULTILINE)
    assert [command for command in commands if re.search(r"\s/\w", command)] == []
