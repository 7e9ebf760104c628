"""Asking a case base everything that tests compare."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from casefinder import CaseFinder, Hit
from casefinder.encoders import Encoder
from tests.material import HashEncoder

QUESTIONS = ("胸痛伴冷汗6天", "fever and cough", "急性阑尾炎", "阿司匹林", "男，63岁，头晕呕吐")

Found = list[list[tuple[str, float]]]


def answers(finder: CaseFinder) -> Found:
    """What a finder finds, to the fourth digit: vectors are added up in another order in snapshot and tail."""
    return [in_order(finder.search(question, k=1000)) for question in QUESTIONS]


def answers_of(directory: Path, *, encoder: Encoder | None = None) -> Found:
    """What a case base finds when it is opened."""
    with CaseFinder.open(directory, encoder=encoder or HashEncoder()) as finder:
        return answers(finder)


def in_order(hits: tuple[Hit, ...]) -> list[tuple[str, float]]:
    """Ids with their similarities, by id."""
    return sorted((hit.case.id, round(hit.similarity, 4)) for hit in hits)


def records_of(directory: Path) -> list[list[tuple[object, ...]]]:
    """Every row of cases, findings and vectors in the one database below a folder."""
    (store,) = directory.rglob("cases.sqlite")
    with closing(sqlite3.connect(store)) as connection:
        tables = ("cases", "findings", "vectors")
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


def bytes_of(*places: Path) -> bytes:
    """Every byte of files, and of all files in folders."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    return b"\n".join(file.read_bytes() for file in files)
