"""Fixtures that many tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from casefinder.casebase import build_case_base
from tests.material import HashEncoder, made_cases, rows_of

# How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def encoder() -> HashEncoder:
    """A small, fast encoder whose vectors depend on nothing but the text."""
    return HashEncoder()


@pytest.fixture(scope="session")
def built_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case base of 60 made cases; tests must not change it."""
    directory = tmp_path_factory.mktemp("built") / "casebase"
    build_case_base(rows_of(made_cases(60)), directory, encoder=HashEncoder(), source="made cases")
    return directory
