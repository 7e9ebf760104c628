"""Arrays in a file are read as they were written, or an error says that they are not."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as drawn_arrays
from numpy.typing import NDArray

from casefinder.errors import IndexDamagedError
from casefinder.files import ArraysWriter, read_arrays, write_arrays

RECORD = np.dtype([("start", "<u4"), ("count", "<u2"), ("sex", "u1"), ("rest", "u1")])
N_DAMAGES = 200


def made(seed: int = 0) -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(seed)
    return {
        "a": np.arange(5_000, dtype="<i4"),
        "none": np.zeros(0, dtype="<f4"),
        "one": np.array([7], dtype="u1"),
        "records": np.zeros(3, dtype=RECORD),
        "b": rng.integers(0, 2**62, 3_000).astype("<u8"),
    }


def values_of(path: Path) -> dict[str, list[Any]]:
    """Everything that the file holds, touched in every way."""
    read, _ = read_arrays(path)
    taken = {name: array.take(np.arange(len(array))).tolist() for name, array in read.items()}
    assert taken == {name: array[:].tolist() for name, array in read.items()}
    return taken


def test_arrays_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x", made(), facts={"词": ["甲"]})
    read, facts = read_arrays(tmp_path / "x")
    assert facts == {"词": ["甲"]}
    assert {name: (array.dtype, len(array)) for name, array in read.items()} == {
        name: (array.dtype, len(array)) for name, array in made().items()
    }
    assert values_of(tmp_path / "x") == {name: array.tolist() for name, array in made().items()}
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


@given(
    pieces=st.lists(drawn_arrays(np.dtype("<u4"), st.integers(0, 3_000)), max_size=4),
    start=st.integers(0, 9_000),
    length=st.integers(0, 9_000),
)
def test_array_written_in_pieces_is_one_array(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[NDArray[np.uint32]], start: int, length: int
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "x"
    with ArraysWriter(path) as writer:
        writer.add("before", "u1", [np.ones(3, dtype="u1")])
        writer.add("x", "<u4", pieces)
        writer.finish({})
    whole = np.concatenate([np.zeros(0, dtype="<u4"), *pieces])
    assert read_arrays(path)[0]["x"][start : start + length].tolist() == whole[start : start + length].tolist()


def test_value_that_could_lie_in_two_blocks_is_refused(tmp_path: Path) -> None:
    with ArraysWriter(tmp_path / "x") as writer, pytest.raises(ValueError, match="has 12 bytes; only divisors of 64"):
        writer.add("x", [("a", "<u8"), ("b", "<u4")], [])


def test_unfinished_file_is_reported(tmp_path: Path) -> None:
    with ArraysWriter(tmp_path / "x") as writer:
        writer.add("x", "<u4", [np.arange(9_000)])
    with pytest.raises(
        IndexDamagedError, match="x is missing, cut short, or no file of arrays; run `casefinder verify"
    ):
        read_arrays(tmp_path / "x")


@pytest.mark.parametrize(
    "content", [None, b"", b"CFARRAY2", b"something else entirely" * 9, b"CFARRAY2" + b"\xff" * 99]
)
def test_foreign_file_is_reported(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="x is missing, cut short, or no file of arrays"):
        read_arrays(tmp_path / "x")


@pytest.mark.parametrize("kind", ["cut", "zeroed", "flipped"])
def test_damage_anywhere_is_an_error_or_changes_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    write_arrays(path, made(), facts={"n": 1})
    intact, wanted = path.read_bytes(), values_of(path)
    rng = np.random.default_rng(len(kind))
    n_detected = 0
    for _ in range(N_DAMAGES):
        damaged, place = bytearray(intact), int(rng.integers(len(intact)))
        if kind == "cut":
            del damaged[place:]
        elif kind == "zeroed":
            damaged[place : place + 512] = bytes(len(damaged[place : place + 512]))
        else:
            damaged[place] ^= 1 << int(rng.integers(8))
        path.unlink()
        path.write_bytes(damaged)
        try:
            assert values_of(path) == wanted
        except IndexDamagedError:
            n_detected += 1
    assert n_detected == N_DAMAGES or kind == "zeroed"
    assert n_detected >= N_DAMAGES * 0.9


def test_intact_part_of_a_damaged_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_arrays(path, {"x": np.arange(10_000, dtype="<i4")}, facts={})
    damaged = bytearray(path.read_bytes())
    damaged[9_000 * 4] ^= 1
    path.write_bytes(damaged)
    array = read_arrays(path)[0]["x"]
    assert array[:8_000].tolist() == list(range(8_000))
    assert array.take(np.array([3, 5])).tolist() == [3, 5]
    for _ in range(2):
        with pytest.raises(IndexDamagedError, match="x was altered on disk at byte 32768; run `casefinder verify"):
            array[8_000:]
        with pytest.raises(IndexDamagedError, match="altered"):
            array.take(np.array([9_001]))


def test_threads_that_touch_the_same_blocks_all_see_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_arrays(path, {"x": np.arange(100_000, dtype="<i4")}, facts={})
    damaged = bytearray(path.read_bytes())
    damaged[50_000 * 4] ^= 1
    path.write_bytes(damaged)
    array, seen = read_arrays(path)[0]["x"], []

    def touch() -> None:
        try:
            array[:]
        except IndexDamagedError as error:
            seen.append(str(error))

    threads = [threading.Thread(target=touch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
