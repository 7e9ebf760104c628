"""Fixtures of the tests of case bases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def base(built_directory: Path, tmp_path: Path) -> Path:
    """A case base of 60 made cases, to be changed or damaged."""
    return Path(shutil.copytree(built_directory, tmp_path / "base"))
