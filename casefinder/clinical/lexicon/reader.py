"""Read the lexicon's tab-separated area files."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from casefinder.clinical.lexicon.model import Concept, ConceptKind, Lexicon
from casefinder.errors import LexiconError

COLUMNS = ("id", "kind", "zh", "zh_synonyms", "en", "en_synonyms", "broader", "note")
_HEADER = "\t".join(COLUMNS)
_KINDS = {kind.value: kind for kind in ConceptKind}  # a lookup is ten times faster than ConceptKind(text)


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Read every ``*.tsv`` of a folder, in name order, into one lexicon.

    Reads files and takes some milliseconds each time: keep the result.

    Args:
        folder: Where the area files are; the shipped lexicon when left out.

    Raises:
        LexiconError: no area file is there, or one cannot be read; the message names file and line.
    """
    root: Traversable = files("casefinder.clinical.lexicon") if folder is None else folder
    area_files = [entry for entry in root.iterdir() if entry.name.endswith(".tsv")]
    if not area_files:
        raise LexiconError(f"No lexicon file found in {root}. Put at least one <area>.tsv there.")
    by_name = sorted(area_files, key=lambda entry: entry.name)
    return Lexicon(concept for area_file in by_name for concept in _read_area(area_file))


def _read_area(area_file: Traversable) -> Iterator[Concept]:
    header, *rows = _read_text(area_file).removesuffix("\n").split("\n")
    if header != _HEADER:
        expected = "<tab>".join(COLUMNS)
        raise LexiconError(f"{area_file.name}:1: wrong header {header[:80]!r}. Make the first line {expected}.")
    area = area_file.name.removesuffix(".tsv")
    for line_number, row in enumerate(rows, start=2):
        yield _parse_row(row, area=area, where=f"{area_file.name}:{line_number}")


def _read_text(area_file: Traversable) -> str:
    raw = area_file.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line_number = raw.count(b"\n", 0, error.start) + 1
        raise LexiconError(
            f"{area_file.name}:{line_number}: not UTF-8 at byte {error.start}. Save the file as UTF-8."
        ) from error


def _parse_row(row: str, *, area: str, where: str) -> Concept:
    cells = row.split("\t")
    if len(cells) != len(COLUMNS):
        raise LexiconError(
            f"{where}: {len(cells)} columns instead of {len(COLUMNS)} in {row[:60]!r}. "
            "Separate the columns with single tabs and leave no empty line."
        )
    concept_id, kind, zh, zh_synonyms, en, en_synonyms, broader, note = cells
    if not (concept_id and zh and en):
        raise LexiconError(f"{where}: id, zh or en is empty in {row[:60]!r}. Fill in all three.")
    if kind not in _KINDS:
        raise LexiconError(f"{where}: unknown kind {kind!r}. Use one of {', '.join(_KINDS)}.")
    return Concept(
        id=concept_id,
        kind=_KINDS[kind],
        zh_forms=(zh, *_split(zh_synonyms)),
        en_forms=(en, *_split(en_synonyms)),
        broader=_split(broader),
        note=note,
        area=area,
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
