"""Whatever command is ended after whatever step: the case base opens, is whole, and holds what it may hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.casebase.killing import COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_may_be_ended_after_any_step(name: str, base: Path, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    program = [sys.executable, "-m", "tests.casebase.killing", name, str(base), str(tmp_path / "copies")]
    ran = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert int(ran.stdout) >= 3
