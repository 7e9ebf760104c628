"""Read the training material written for this encoder: tab-separated files beside this one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from scripts.train_encoder.sources import Pair

MATERIAL = Path(__file__).parent / "material"


def read_material(folder: Path = MATERIAL) -> dict[str, list[Pair]]:
    """Read every file of the material; a source is named `own-` and the name of its file.

    A file has a header line. The texts of a line belong together: every two of them make a pair, and the first
    names their group.

    Raises:
        ValueError: a line has more or fewer texts than the header, or an empty one.
    """
    return {f"own-{path.stem}": list(_pairs(path)) for path in sorted(folder.glob("*.tsv"))}


def _pairs(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = next(lines)
        for line in lines:
            if len(line) != len(header) or not all(text.strip() for text in line):
                place = f"{path.name}, line {lines.line_num}"
                raise ValueError(f"Expected {len(header)} texts in {place}, found {line!r}. Mend the line.")
            yield from (Pair(left, right, line[0]) for left, right in combinations(line, 2))
