from __future__ import annotations

import re
from pathlib import Path

import pytest

MATERIAL = Path(__file__).parents[2] / "scripts" / "train_encoder" / "material"
CHINESE = re.compile("[\u3400-\u9fff]")


def read_rows(name: str) -> list[list[str]]:
    lines = (MATERIAL / name).read_text(encoding="utf-8").split("\n")
    assert lines[0] == "en\tzh"
    assert lines[-1] == ""
    return [line.split("\t") for line in lines[1:-1]]


@pytest.mark.parametrize("name", ["words.tsv", "phrases.tsv", "phenotypes.tsv"])
def test_every_row_translates_an_english_text_into_chinese(name: str) -> None:
    rows = read_rows(name)
    assert rows
    assert [row for row in rows if len(row) != 2 or any(text != text.strip() or not text for text in row)] == []
    assert [en for en, _ in rows if CHINESE.search(en)] == []
    assert [zh for _, zh in rows if not CHINESE.search(zh)] == []


@pytest.mark.parametrize("name", ["words.tsv", "phrases.tsv", "phenotypes.tsv"])
def test_no_row_is_written_twice(name: str) -> None:
    rows = ["\t".join(row).casefold() for row in read_rows(name)]
    assert sorted(rows) == sorted(set(rows))
