"""Cases are found in the pages of a database file as SQLite finds them through its tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casefinder.case_store import CaseWriter, EncodedCase, create_database
from casefinder.case_store.leaf_pages import cases_in_pages
from casefinder.cases import Case
from tests.material import made_case

# Notes whose rows just fit on a page, just do not, and take several pages more.
CASES = [
    made_case(number, note="x" * length)
    for number, length in enumerate([*range(0, 900, 90), *range(3_200, 4_000, 7), *range(4_000, 17_000, 397)])
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "cases.sqlite"
    create_database(path)
    with CaseWriter(path, encoder_fingerprint="e", findings_fingerprint="f") as writer:
        entries = [EncodedCase(case, case.id.encode(), "[[],[],null]") for case in CASES]
        writer.change(add=entries, vectors={case.id.encode(): np.ones(8, np.float32) for case in CASES})
        writer.fold_journal()
    return path


def found(path: Path) -> dict[int, tuple[Case, bytes]]:
    return {key: (case, digest) for key, case, digest in cases_in_pages(path)}


def test_all_cases_are_found_whatever_their_length(database: Path) -> None:
    assert found(database) == {key: (case, case.id.encode()) for key, case in enumerate(CASES, start=1)}


def test_removed_cases_are_not_found(database: Path) -> None:
    with CaseWriter(database, encoder_fingerprint="e", findings_fingerprint="f") as writer:
        writer.change(remove=[case.id for case in CASES[::2]])
        writer.fold_journal()
    assert [case for case, _ in found(database).values()] == CASES[1::2]


def test_damage_costs_no_more_than_the_cases_that_it_touches(database: Path) -> None:
    data, whole = database.read_bytes(), found(database)
    for start in range(0, len(data), 40_961):
        database.write_bytes(data[:start] + bytes(3_000) + data[start + 3_000 :])
        left = found(database)
        assert left == {key: whole[key] for key in left}
        assert len(whole) - len(left) < 20


def endless() -> bytes:
    """Two pages of 512 bytes: a row of a terabyte begins on the first, and the second says that it goes on there."""
    n_bytes = 39 + 508 * 2**31  # on its leaf, and on each further page
    length = bytes([*(0x80 | n_bytes >> shift & 0x7F for shift in (35, 28, 21, 14, 7)), n_bytes & 0x7F])
    cell = length + b"\x01" + bytes(39) + b"\0\0\0\x02"
    page = bytes(16) + b"\x02\0" + bytes(82) + b"\x0d\0\0\0\x01\0\0\0" + b"\0\xc8" + bytes(90) + cell
    return page.ljust(512, b"\0") + b"\0\0\0\x02" + bytes(508)


@pytest.mark.parametrize("content", [b"no database", bytes(8_192), b"\x0d" * 8_192, b"\xff" * 8_192, endless()])
def test_other_files_hold_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    assert found(tmp_path / "other") == {}
