"""What a file holds before it is known to be cases: headings and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from casefinder.cases.reading import Origin, Reject
from casefinder.errors import UnreadableSourceError

FEWEST_COLUMNS: Final = 2  # an id and a presentation: a row with a single cell above them is a title


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns of the table that follows.

    Attributes:
        origin: Where the headings stand.
        columns: Their names, each of its own.
        n_rows: How many rows the whole file has, where it says so.
        has_siblings: Whether the file holds further tables, of which some may be about something else.
    """

    origin: Origin
    columns: tuple[str, ...]
    n_rows: int | None = None
    has_siblings: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by column name, as the file holds them.

    Attributes:
        origin: Where the row stands.
        cells: Values by column; absent columns are empty.
        epoch: The day that a spreadsheet counts dates from; None in files that have no such numbers.
    """

    origin: Origin
    cells: Mapping[str, object]
    epoch: datetime | None = None


RowOrReject: TypeAlias = Headings | Row | Reject


def name_columns(names: Sequence[str], origin: Origin) -> tuple[str, ...]:
    """Return names for all columns of a table; a column without one is named by its place, so that nothing is lost.

    Raises:
        UnreadableSourceError: Two columns have the same name.
    """
    columns = tuple(name.strip().strip("\ufeff") or f"column {place}" for place, name in enumerate(names, start=1))
    for name in columns:
        if columns.count(name) > 1:
            raise UnreadableSourceError(
                f"{origin}: column {name[:40]!r} is named twice; give every column its own name"
            )
    return columns


def row_of_cells(cells: Sequence[object], columns: Sequence[str], origin: Origin) -> Row | Reject | None:
    """Return the row of a list of cells; None where all are empty. Empty cells may follow the last column.

    With fewer cells than headings it is not known which are missing, so the row is rejected.
    """
    n_cells = n_filled(cells)
    if n_cells == 0:
        return None
    if n_cells > len(columns) or len(cells) < len(columns):
        reason = f"has {len(cells)} cells under {len(columns)} headings; check quotation marks and delimiters"
        return Reject(origin, "row", reason)
    return Row(origin, dict(zip(columns, cells, strict=False)))


def n_filled(cells: Sequence[object]) -> int:
    """Return the number of cells up to the last that holds anything."""
    return max((place for place, cell in enumerate(cells, start=1) if _is_filled(cell)), default=0)


def is_title(cells: Iterable[object]) -> bool:
    """Whether a row above the headings is no heading row: empty, or with a title in a single cell."""
    return sum(map(_is_filled, cells)) < FEWEST_COLUMNS


def _is_filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())
