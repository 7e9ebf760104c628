"""A row of a file, before it is known to be a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from casefinder.cases.reading import Origin, Reject


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by column name, as the file holds them."""

    origin: Origin
    cells: Mapping[str, object]


RowOrReject: TypeAlias = Row | Reject
