"""The README's commands run, in its order, and print what it says they print."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The `$ …` commands of a console block, each with the output that stands below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a user has after cloning, as far as the README's commands need it."""
    (tmp_path / "index_data").mkdir()
    shutil.copy(ROOT / "index_data" / "sample_cases.jsonl.gz", tmp_path / "index_data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASEFINDER_INDEX", raising=False)
    return tmp_path


def test_commands_print_what_the_readme_says(run: Run, checkout: Path) -> None:
    n_commands = 0
    for kind, block in BLOCKS:
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block, "README.md", "exec"), {})
            assert printed.getvalue(), block
            continue
        for command, expected in commands(block):
            n_commands += 1
            program, *arguments = shlex.split(command)
            assert program == "casefinder"
            ran = run(*arguments)
            assert ran.exit_code == 0, f"{command}\n{ran.stderr}"
            assert expected, f"{command}: the README shows no output"
            shown = "\n".join(line.rstrip() for line in ran.stdout.splitlines()) + "\n"
            matches = doctest.OutputChecker().check_output(expected, shown, doctest.ELLIPSIS)
            assert matches, f"{command}\n{shown}"
    assert n_commands >= 8


def test_files_that_the_readme_links_to_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_scripts_that_the_readme_names_exist_and_can_be_run() -> None:
    for name in ("scripts/demo", "scripts/test"):
        assert f"./{name}" in TEXT
        assert (ROOT / name).stat().st_mode & 0o100
