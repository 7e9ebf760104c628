"""Read and write the encoder's weights: one `metadata.json` and one `weights.npz` in a directory.

The metadata holds the fingerprint, the SHA-256 of the weights file, and the calibration; the weights file
holds the arrays of `Weights`, uncompressed, so that loading is one read.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefinder.encoders.bundled.features import CharacterTable, Keys
from casefinder.encoders.calibration import Calibration
from casefinder.errors import EncoderDamagedError, EncoderNotFoundError

PREPROCESSING_VERSION = 1
"""Raised whenever features.py gives other keys for the same text: weights fit one version only."""

_FORMAT = "casefinder-bundled-encoder"
_WEIGHTS = "weights.npz"
_METADATA = "metadata.json"
_REPAIR = "Reinstall casefinder, or make the weights again with scripts/train_encoder."


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that encoding needs.

    Attributes:
        table: int8 [n_rows, dim]; the vocabulary's rows in the order of its keys, then the hashed rows.
        keys: uint64 [n_keys], sorted; n_keys < n_rows.
        characters: How characters fold.
    """

    table: NDArray[np.int8]
    keys: Keys
    characters: CharacterTable

    @property
    def n_buckets(self) -> int:
        """Rows that are shared by features without a row of their own."""
        return len(self.table) - len(self.keys)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about the weights without reading them."""

    fingerprint: str
    weights_sha256: str
    dim: int
    calibration: Calibration
    scale: float


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
        raise EncoderDamagedError(f"Encoder metadata cannot be read: {path} is not JSON. {_REPAIR}") from error
    try:
        return _parse_metadata(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise EncoderDamagedError(f"Encoder metadata cannot be used: {path}: {error}. {_REPAIR}") from error


def _parse_metadata(raw: dict[str, Any]) -> Metadata:
    if raw["format"] != _FORMAT or raw["preprocessing_version"] != PREPROCESSING_VERSION:
        found = f"{raw['format']} {raw['preprocessing_version']}"
        raise ValueError(f"found {found}, expected {_FORMAT} {PREPROCESSING_VERSION}")
    curve = raw["calibration"]
    return Metadata(
        fingerprint=str(raw["fingerprint"]),
        weights_sha256=str(raw["weights_sha256"]),
        dim=int(raw["dim"]),
        calibration=Calibration(
            cosines=tuple(map(float, curve["cosines"])),
            percents=tuple(map(float, curve["percents"])),
            related=float(curve["related"]),
            near_duplicate=float(curve["near_duplicate"]),
        ),
        scale=float(raw["scale"]),
    )


def read_weights(directory: Path, metadata: Metadata) -> Weights:
    """Read the weights and check that they are those the metadata was written for.

    Raises:
        EncoderNotFoundError: there is no weights file in the directory.
        EncoderDamagedError: the file is not byte for byte what was written.
    """
    path = directory / _WEIGHTS
    if not path.is_file():
        raise EncoderNotFoundError(f"No encoder weights: {path} does not exist. {_REPAIR}")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != metadata.weights_sha256:
        raise EncoderDamagedError(f"Encoder weights are altered: {path} has SHA-256 {found}. {_REPAIR}")
    try:
        with np.load(path) as arrays:
            return _weights_from(arrays)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise EncoderDamagedError(f"Encoder weights cannot be read: {path}: {error}. {_REPAIR}") from error


def _weights_from(arrays: Any) -> Weights:
    return Weights(
        table=arrays["table"],
        keys=arrays["keys"],
        characters=CharacterTable(fold=arrays["fold"], kind=arrays["kind"]),
    )


def write_weights(directory: Path, weights: Weights, calibration: Calibration, *, scale: float) -> Metadata:
    """Write weights and metadata; the fingerprint is made from the bytes of the weights."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / _WEIGHTS
    characters = weights.characters
    np.savez(path, table=weights.table, keys=weights.keys, fold=characters.fold, kind=characters.kind)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    raw = {
        "format": _FORMAT,
        "preprocessing_version": PREPROCESSING_VERSION,
        "fingerprint": f"bundled-{PREPROCESSING_VERSION}-{digest[:12]}",
        "weights_sha256": digest,
        "dim": int(weights.table.shape[1]),
        "scale": scale,
        "calibration": {
            "cosines": list(calibration.cosines),
            "percents": list(calibration.percents),
            "related": calibration.related,
            "near_duplicate": calibration.near_duplicate,
        },
    }
    (directory / _METADATA).write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    return _parse_metadata(raw)
