"""What holds for every command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from casefinder.cli.main import cli
from tests.cli.conftest import Run

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
HEAVY = ("torch", "sentence_transformers", "faiss", "numpy", "sqlite_utils", "rich", "pyarrow", "openpyxl")


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_with_an_example_and_stands_in_the_readme(run: Run, name: str) -> None:
    ran = run(name, "--help")
    assert ran.exit_code == 0
    assert f"casefinder {name}" in ran.stdout.split("Options:")[0].split("\n", 1)[1]
    assert f"casefinder {name}" in README


@pytest.mark.parametrize("arguments", [(), *((name,) for name in sorted(cli.commands))])
def test_help_shows_each_example_on_a_line_of_its_own(run: Run, arguments: tuple[str, ...]) -> None:
    lines = [line.strip() for line in run(*arguments, "--help").stdout.splitlines()]
    assert [line for line in lines if "\\b" in line] == []
    assert any(line.startswith(f"casefinder {' '.join(arguments)}".strip()) for line in lines)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied", "/srv/base"), "/srv/base: Permission denied"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_what_the_system_refuses_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: OSError, message: str
) -> None:
    def refuse(directory: Path) -> None:
        raise error

    monkeypatch.setattr("casefinder.casebase.open_case_base", refuse)
    ran = run("info", "--index", "anywhere")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == f"Error: {message}; check the path, its permissions and the space on its disk\n"


def test_unknown_command_is_a_usage_error(run: Run) -> None:
    assert run("find").exit_code == 2


def loaded_by(*arguments: str) -> set[str]:
    code = (
        "import sys\nsys.argv = ['casefinder', *sys.argv[1:]]\n"
        "from casefinder.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(ran.stdout.rsplit("LOADED", 1)[1].split())


def test_help_imports_nothing_heavy() -> None:
    assert loaded_by("--help") == set()


def test_query_imports_neither_torch_nor_what_writes(base: Path) -> None:
    loaded = loaded_by("query", "胸痛", "--index", str(base), "--json")
    assert loaded <= {"numpy", "faiss"}
