"""Read the training material written for this encoder: tab-separated files beside this one."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

from scripts.train_encoder.sources import Pair

MATERIAL = Path(__file__).parent / "material"
_NEGATIVE = "other"  # the column of texts that look like their row's and do not belong to it


def read_material(folder: Path = MATERIAL) -> dict[str, list[Pair]]:
    """Read every file of the material: every two columns of it make a source, named after the file and them.

    A file has a header line. The texts of a line belong together, but the one of the column `other`: it is the hard
    negative of all pairs of its line, and may be empty. The first text of a line names their group.

    Returns:
        Pairs by source: `own-words` of a file of two texts, `own-advice-title-answer` of one with more.

    Raises:
        ValueError: a line has more or fewer texts than the header, or an empty one.
    """
    material: dict[str, list[Pair]] = {}
    for path in sorted(folder.glob("*.tsv")):
        rows = _read_rows(path)
        columns = [column for column in rows[0] if column != _NEGATIVE]
        for left, right in combinations(columns, 2):
            name = f"own-{path.stem}" if len(columns) == 2 else f"own-{path.stem}-{left}-{right}"
            material[name] = [Pair(row[left], row[right], row[columns[0]], row.get(_NEGATIVE, "")) for row in rows]
    return material


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = next(lines)
        rows = []
        for line in lines:
            row = dict(zip(header, line, strict=False))
            if len(line) != len(header) or not all(row[name].strip() for name in header if name != _NEGATIVE):
                place = f"{path.name}, line {lines.line_num}"
                raise ValueError(f"Expected {len(header)} texts in {place}, found {line!r}. Mend the line.")
            rows.append(row)
    return rows
