"""A case base built through the command line, and a way to run commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from casefinder.cases import case_to_json
from casefinder.cli import main as command_line
from tests.material import made_cases


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `casefinder` with arguments, through its real entry point."""

    def run_command(*arguments: object, stdin: str | bytes = "") -> Ran:
        runner = CliRunner()
        with runner.isolation(input=stdin) as (out, err, _):
            monkeypatch.setattr("sys.argv", ["casefinder", *map(str, arguments)])
            try:
                command_line.main()
                exit_code = 0
            except SystemExit as exc:
                exit_code = exc.code if isinstance(exc.code, int) else 1
        return Ran(exit_code, out.getvalue().decode(), err.getvalue().decode())

    return run_command


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 60 made cases."""
    path = tmp_path_factory.mktemp("source") / "cases.jsonl"
    path.write_text("".join(f"{case_to_json(case)}\n" for case in made_cases(60)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def base(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case base of these cases with the bundled encoder; tests must not change it."""
    from casefinder import CaseFinder

    directory = tmp_path_factory.mktemp("cli") / "casebase"
    CaseFinder.build(source, directory)
    return directory
