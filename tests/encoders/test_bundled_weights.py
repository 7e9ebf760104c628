from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from casefinder.encoders.bundled import BundledEncoder
from casefinder.encoders.bundled.features import CJK, DIGIT, DROP, HARD, LETTER, SOFT, CharacterTable
from casefinder.encoders.bundled.gate import Gate
from casefinder.encoders.bundled.weights import Weights, read_metadata, read_weights, write_weights
from casefinder.encoders.calibration import Calibration
from casefinder.errors import EncoderDamagedError, EncoderNotFoundError

CALIBRATION = Calibration((0.0, 0.5, 1.0), (0.0, 50.0, 100.0), related=0.4, near_duplicate=0.9)


def make_small_weights() -> Weights:
    random = np.random.default_rng(1)
    kind = np.full(65536, HARD, np.uint8)
    kind[ord("a") : ord("z") + 1] = LETTER
    kind[ord("0") : ord("9") + 1] = DIGIT
    kind[0x4E00:0xA000] = CJK
    kind[ord(" ")], kind[0x0301] = SOFT, DROP
    gate = Gate(
        context=random.integers(-127, 128, (40, 4)).astype(np.int8),
        keys=random.integers(-300, 301, (40, 4)).astype(np.int16),
        biases=random.integers(-100, 101, 40).astype(np.int16),
    )
    return Weights(
        table=random.integers(-7, 8, (40, 16)).astype(np.int8),
        gate=gate,
        keys=np.sort(random.integers(1, 2**63, 30).astype(np.uint64)),
        characters=CharacterTable(fold=np.arange(65536, dtype=np.uint16), kind=kind),
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_weights(tmp_path, make_small_weights(), CALIBRATION)
    return tmp_path


def change_metadata(directory: Path, **changes: object) -> None:
    path = directory / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_was_written_is_read(directory: Path) -> None:
    written = make_small_weights()
    metadata = read_metadata(directory)
    read = read_weights(directory, metadata)
    for name, array in written.arrays().items():
        np.testing.assert_array_equal(read.arrays()[name], array)
        assert read.arrays()[name].dtype == array.dtype
    assert metadata.calibration == CALIBRATION
    assert (metadata.dim, read.n_buckets) == (16, 10)


def test_other_weights_have_another_fingerprint(directory: Path, tmp_path: Path) -> None:
    weights = make_small_weights()
    other = replace(weights, table=weights.table[::-1])
    changed = write_weights(tmp_path / "other", other, CALIBRATION)
    assert changed.fingerprint != read_metadata(directory).fingerprint


@pytest.mark.parametrize("missing", ["metadata.json", "weights.bin"])
def test_missing_file_is_named(directory: Path, missing: str) -> None:
    (directory / missing).unlink()
    with pytest.raises(EncoderNotFoundError, match=missing):
        BundledEncoder.load(directory)


def test_truncated_weights_are_refused(directory: Path) -> None:
    path = directory / "weights.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(EncoderDamagedError, match="altered"):
        BundledEncoder.load(directory)


def test_one_changed_bit_is_noticed(directory: Path) -> None:
    path = directory / "weights.bin"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(EncoderDamagedError, match="altered"):
        BundledEncoder.load(directory)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": "other", "preprocessing_version": 3}'])
def test_foreign_metadata_is_refused(directory: Path, content: str) -> None:
    (directory / "metadata.json").write_text(content)
    with pytest.raises(EncoderDamagedError, match=r"metadata\.json"):
        BundledEncoder.load(directory)


def test_metadata_of_another_preprocessing_is_refused(directory: Path) -> None:
    change_metadata(directory, preprocessing_version=2)
    with pytest.raises(EncoderDamagedError, match="expected 'casefinder-bundled-encoder 3'"):
        BundledEncoder.load(directory)


def test_metadata_with_shapes_of_other_weights_is_refused(directory: Path) -> None:
    shapes = json.loads((directory / "metadata.json").read_text())["shapes"]
    change_metadata(directory, shapes=shapes | {"table": [4000, 8]})
    with pytest.raises(EncoderDamagedError, match="shape"):
        BundledEncoder.load(directory)
