"""Named arrays in one file that is mapped into memory: the form of what is derived from the records.

8 bytes    magic
8 bytes    length of the header, little-endian
header     JSON: {"facts": {...}, "arrays": [[name, dtype, length, offset], ...]}
arrays     each at an offset that is a multiple of 64, counted from the end of the header
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.errors import IndexDamagedError

_MAGIC: Final = b"CFARRAY1"
_ALIGNMENT: Final = 64  # a cache line
_LENGTH_BYTES: Final = 8


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], *, facts: Mapping[str, object]) -> None:
    """Write one-dimensional arrays, and facts that JSON can hold, to a new file."""
    offset, table = 0, []
    for name, array in arrays.items():
        table.append([name, array.dtype.str, len(array), offset])
        offset += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    header = json.dumps({"facts": dict(facts), "arrays": table}, ensure_ascii=False).encode()
    header += b" " * (-(len(header) + len(_MAGIC) + _LENGTH_BYTES) % _ALIGNMENT)
    with path.open("wb") as file:
        file.write(_MAGIC + len(header).to_bytes(_LENGTH_BYTES, "little") + header)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())
            file.write(b"\0" * (-array.nbytes % _ALIGNMENT))


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Map a file of ``write_arrays`` into memory; return its arrays, read-only, and its facts.

    Raises:
        IndexDamagedError: The file is missing, cut short, or none of ours.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        start = len(_MAGIC) + _LENGTH_BYTES
        if mapped[: len(_MAGIC)] != _MAGIC:
            raise ValueError("magic")
        end = start + int.from_bytes(mapped[len(_MAGIC) : start], "little")
        header = json.loads(mapped[start:end])
        arrays = {
            name: np.frombuffer(mapped, dtype=dtype, count=length, offset=end + offset)
            for name, dtype, length, offset in header["arrays"]
        }
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise IndexDamagedError(f"{path.name} is no file of arrays; build the case base again") from exc
    return arrays, header["facts"]
