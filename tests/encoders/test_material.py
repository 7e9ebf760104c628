from __future__ import annotations

import re
from pathlib import Path

import pytest

MATERIAL = Path(__file__).parents[2] / "scripts" / "train_encoder" / "material"
FILES = sorted(path.name for path in MATERIAL.glob("*.tsv"))
CHINESE = re.compile("[\u3400-\u9fff]")
WORD_LISTS = ["words.tsv", "phrases.tsv", "phenotypes.tsv"]
ENGLISH_COLUMNS = {"en", "long", "short"}
# Of a person or an institution: telephone and identity numbers, addresses of mail and pages.
TRACEABLE = re.compile(r"\d{7,}|@|https?:|www\.", re.IGNORECASE)


def read_rows(name: str) -> tuple[list[str], list[list[str]]]:
    lines = (MATERIAL / name).read_text(encoding="utf-8").split("\n")
    assert lines[-1] == ""
    return lines[0].split("\t"), [line.split("\t") for line in lines[1:-1]]


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_the_texts_of_its_header_without_stray_spaces(name: str) -> None:
    header, rows = read_rows(name)
    assert rows
    assert [row for row in rows if len(row) != len(header)] == []
    assert [row for row in rows if any(text != " ".join(text.split()) for text in row)] == []


@pytest.mark.parametrize("name", FILES)
def test_no_row_is_written_twice(name: str) -> None:
    rows = ["\t".join(row).casefold() for row in read_rows(name)[1]]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("name", FILES)
def test_english_columns_hold_no_chinese(name: str) -> None:
    header, rows = read_rows(name)
    places = [place for place, column in enumerate(header) if column in ENGLISH_COLUMNS]
    assert [row for row in rows if any(CHINESE.search(row[place]) for place in places)] == []


@pytest.mark.parametrize("name", WORD_LISTS)
def test_every_row_of_a_word_list_translates_an_english_text_into_chinese(name: str) -> None:
    header, rows = read_rows(name)
    assert header == ["en", "zh"]
    assert [zh for _, zh in rows if not CHINESE.search(zh)] == []


@pytest.mark.parametrize("name", FILES)
def test_material_names_no_number_or_address_that_leads_to_somebody(name: str) -> None:
    assert [text for row in read_rows(name)[1] for text in row if TRACEABLE.search(text)] == []


@pytest.mark.parametrize("name", FILES)
def test_other_text_of_a_row_is_none_of_those_that_belong_together(name: str) -> None:
    header, rows = read_rows(name)
    if "other" in header:
        place = header.index("other")
        assert [row for row in rows if row[place] in row[:place] + row[place + 1 :]] == []
