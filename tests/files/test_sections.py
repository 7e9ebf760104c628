from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casefinder.errors import IndexDamagedError
from casefinder.files import SectionFile, SectionWriter
from casefinder.files.sections import PAGE_BYTES

NUMBERS = np.arange(5_000, dtype=np.int64)


def written(path: Path) -> Path:
    with SectionWriter(path) as writer:
        writer.add("numbers", NUMBERS)
        writer.add("nothing", np.zeros(0, dtype=np.float32))
        writer.begin("pieces", np.dtype(np.uint8))
        for length in (0, 1, PAGE_BYTES - 1, PAGE_BYTES, 3 * PAGE_BYTES + 7):
            writer.append(np.full(length, length % 251, dtype=np.uint8))
        writer.finish({"kind": "test", "名": 1})
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = SectionFile(written(tmp_path / "file"))
    assert file.facts == {"kind": "test", "名": 1}
    np.testing.assert_array_equal(file.array("numbers"), NUMBERS)
    assert file.array("nothing").tolist() == []
    pieces = [np.full(n, n % 251) for n in (0, 1, PAGE_BYTES - 1, PAGE_BYTES, 3 * PAGE_BYTES + 7)]
    np.testing.assert_array_equal(file.array("pieces"), np.concatenate(pieces))
    assert all(section.offset % PAGE_BYTES == 0 for section in file.sections.values())
    file.check_all()


def test_only_what_is_read_is_checked(tmp_path: Path) -> None:
    path = written(tmp_path / "file")
    file = SectionFile(path)
    offset = file.section("numbers").offset
    with path.open("r+b") as handle:
        handle.seek(offset + 3 * PAGE_BYTES)
        handle.write(b"\xff")
    assert file.read(offset, 16) == NUMBERS[:2].tobytes()
    with pytest.raises(IndexDamagedError, match=r"^file was altered on disk \(page 4\); `casefinder verify --repair`"):
        file.array("numbers")


def test_a_file_that_was_not_finished_and_a_section_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with SectionWriter(tmp_path / "half") as writer:
        writer.add("numbers", NUMBERS)
    with pytest.raises(IndexDamagedError, match="half was cut short, or is none that casefinder has written"):
        SectionFile(tmp_path / "half")
    file = SectionFile(written(tmp_path / "file"))
    with pytest.raises(IndexDamagedError, match="file holds no other"):
        file.array("other")
    with pytest.raises(IndexDamagedError, match="file holds 'test' where an index was expected"):
        file.check_kind(("index", "another index"), "an index")
