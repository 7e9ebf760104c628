"""The proofs that a case base cannot be broken, in a short form; by hand and in full: ``python -m tests.endurance``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.endurance.trip import compile_library, run_under

SHORT_FORMS = [  # each with how many trials it counts at least
    ("kill_points --every 31", 45),
    ("faults --every 97", 60),
    ("faults --only restore --every 9 --first 9", 0),  # SQLite raises nothing when a journal cannot be removed
    ("damage --each 3", 72),
    ("soak --cycles 50", 0),
    ("concurrency --readers 3 --compactions 8", 0),
    ("model --runs 5 --steps 12", 0),
    ("scarcity --every 9", 0),
]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiled = compile_library(tmp_path_factory.mktemp("trip"))
    if compiled is None:
        pytest.skip("no C compiler: trip.c, which interrupts processes, cannot be compiled")
    return compiled


@pytest.mark.parametrize(("proof", "fewest"), SHORT_FORMS)
def test_case_base_holds(proof: str, fewest: int, library: Path) -> None:
    finished = run_under(library, *proof.split())
    said = finished.stdout + finished.stderr
    assert finished.returncode == 0, said
    counted = re.findall(r"^(\d+) ", finished.stdout, flags=re.MULTILINE)
    assert int(counted[-1]) >= fewest
