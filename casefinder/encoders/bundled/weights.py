"""Read and write the encoder's weights: `metadata.json` and `weights.bin` in one directory.

The metadata holds the fingerprint, the calibration, and the SHA-256 and layout of the weights file. That file
holds the arrays of `Weights` one after the other, the table packed (see `nibbles.py`), so that loading is one read and
no copy but the table's.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import CharacterTable, Keys
from casefinder.encoders.bundled.gate import Gate
from casefinder.encoders.bundled.nibbles import pack, unpack
from casefinder.encoders.calibration import Calibration
from casefinder.errors import EncoderDamagedError, EncoderNotFoundError

PREPROCESSING_VERSION: Final = 3
"""Raised whenever the same text gets other keys, counts or levels than before, or the file another layout: weights fit
one version only."""

_FORMAT: Final = "casefinder-bundled-encoder"
_WEIGHTS: Final = "weights.bin"
_METADATA: Final = "metadata.json"
_REPAIR: Final = "Reinstall casefinder, or make the weights again with scripts/train_encoder."
_GATE: Final = {"context": "|i1", "gate_keys": "<i2", "gate_biases": "<i2"}
_ARRAYS: Final = {"table": "|u1", **_GATE, "keys": "<u8", "fold": "<u2", "kind": "|u1"}


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that encoding needs.

    Attributes:
        table: int8 [n_rows, dim], between -7 and 7; the rows of the keys, in their order, then the hashed rows.
        gate: How much each row counts, by the text.
        keys: uint64 [n_keys], sorted; n_keys < n_rows.
        characters: How characters fold.
    """

    table: NDArray[np.int8]
    gate: Gate
    keys: Keys
    characters: CharacterTable

    @property
    def n_buckets(self) -> int:
        """Rows that are shared by features without a row of their own."""
        return len(self.table) - len(self.keys)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Name every array as it lies in the file, in the order there."""
        gate, characters = self.gate, self.characters
        held = (pack(self.table), gate.context, gate.keys, gate.biases, self.keys, characters.fold, characters.kind)
        return dict(zip(_ARRAYS, held, strict=True))


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about the weights without reading them.

    Attributes:
        fingerprint: Identity of weights and preprocessing.
        weights_sha256: Of the weights file.
        shapes: Shape of each array of the weights file, in the order in which they lie there.
        calibration: What cosines mean.
    """

    fingerprint: str
    weights_sha256: str
    shapes: dict[str, tuple[int, ...]]
    calibration: Calibration

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        return 2 * self.shapes["table"][1]


def read_metadata(directory: Path) -> Metadata:
    """Read the metadata.

    Raises:
        EncoderNotFoundError: there is no metadata file in the directory.
        EncoderDamagedError: the file is no metadata of this format and preprocessing version.
    """
    path = directory / _METADATA
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EncoderNotFoundError(f"No encoder weights: {path} does not exist. {_REPAIR}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise EncoderDamagedError(f"Encoder metadata is not JSON: {path}. {_REPAIR}") from error
    try:
        return _parse_metadata(raw)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise EncoderDamagedError(f"Encoder metadata cannot be used: {path}: {error}. {_REPAIR}") from error


def _parse_metadata(raw: dict[str, Any]) -> Metadata:
    found = f"{raw['format']} {raw['preprocessing_version']}"
    if found != f"{_FORMAT} {PREPROCESSING_VERSION}":
        raise ValueError(f"found {found!r}, expected '{_FORMAT} {PREPROCESSING_VERSION}'")
    curve = raw["calibration"]
    return Metadata(
        fingerprint=str(raw["fingerprint"]),
        weights_sha256=str(raw["weights_sha256"]),
        shapes={name: tuple(map(int, raw["shapes"][name])) for name in _ARRAYS},
        calibration=Calibration(
            cosines=tuple(map(float, curve["cosines"])),
            percents=tuple(map(float, curve["percents"])),
            related=float(curve["related"]),
            near_duplicate=float(curve["near_duplicate"]),
        ),
    )


def read_weights(directory: Path, metadata: Metadata) -> Weights:
    """Read the weights and check that they are those the metadata was written for.

    Raises:
        EncoderNotFoundError: there is no weights file in the directory.
        EncoderDamagedError: the file is not byte for byte what was written.
    """
    path = directory / _WEIGHTS
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise EncoderNotFoundError(f"No encoder weights: {path} does not exist. {_REPAIR}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != metadata.weights_sha256:
        raise EncoderDamagedError(f"Encoder weights are altered: {path} has SHA-256 {found}. {_REPAIR}")
    if len(content) != sum(np.dtype(_ARRAYS[n]).itemsize * math.prod(s) for n, s in metadata.shapes.items()):
        raise EncoderDamagedError(f"Encoder metadata names other shapes than {path} holds. {_REPAIR}")
    arrays: dict[str, NDArray[Any]] = {}
    start = 0
    for name, dtype in _ARRAYS.items():
        shape = metadata.shapes[name]
        count = math.prod(shape)
        arrays[name] = np.frombuffer(content, dtype=dtype, count=count, offset=start).reshape(shape)
        start += arrays[name].nbytes
    return from_arrays(arrays)


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Weights:
    """Put together what `Weights.arrays` took apart."""
    gate = Gate(arrays["context"], arrays["gate_keys"], arrays["gate_biases"])
    characters = CharacterTable(arrays["fold"], arrays["kind"])
    return Weights(unpack(arrays["table"]), gate, arrays["keys"], characters)


def write_weights(directory: Path, weights: Weights, calibration: Calibration) -> Metadata:
    """Write weights and metadata; the fingerprint is made from the bytes of the weights."""
    arrays = weights.arrays()
    content = b"".join(np.ascontiguousarray(array, _ARRAYS[name]).tobytes() for name, array in arrays.items())
    digest = hashlib.sha256(content).hexdigest()
    raw = {
        "format": _FORMAT,
        "preprocessing_version": PREPROCESSING_VERSION,
        "fingerprint": f"bundled-{PREPROCESSING_VERSION}-{digest[:12]}",
        "weights_sha256": digest,
        "shapes": {name: list(array.shape) for name, array in arrays.items()},
        "calibration": {
            "cosines": list(calibration.cosines),
            "percents": list(calibration.percents),
            "related": calibration.related,
            "near_duplicate": calibration.near_duplicate,
        },
    }
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _WEIGHTS).write_bytes(content)
    (directory / _METADATA).write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    return _parse_metadata(raw)
