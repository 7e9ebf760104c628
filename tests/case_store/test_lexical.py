"""Word-for-word search: the scores are those of BM25, and exact words are found."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefinder.case_store import Postings, PostingsBuilder
from casefinder.errors import IndexDamagedError
from casefinder.files import read_arrays, write_arrays
from casefinder.text import lexical_terms

TERMS = st.lists(st.sampled_from("abcdefg"), max_size=8)
BYTE = 2.2 / 255


def postings_of(rows: list[list[str]]) -> Postings:
    builder = PostingsBuilder()
    for terms in rows:
        builder.add([(terms, 1.0)])
    return Postings(builder.arrays("words"), "words", n_rows=len(rows))


def bm25(query: list[str], rows: list[list[str]]) -> list[float]:
    """From the definition, as a share of what a case of average length with every term once would have."""
    mean = max(sum(map(len, rows)) / len(rows), 1e-9)
    weights = {}
    for term in set(query):
        n = sum(term in row for row in rows)
        weights[term] = math.log(1 + (len(rows) - n + 0.5) / (n + 0.5))
    scores = []
    for row in rows:
        counts = Counter(row)
        norm = 1.2 * (0.25 + 0.75 * len(row) / mean)
        parts = (weights[term] * counts[term] * 2.2 / (counts[term] + norm) for term in set(query) if counts[term])
        scores.append(sum(parts) / sum(weights.values()) if weights else 0.0)
    return scores


@given(query=TERMS, rows=st.lists(TERMS, min_size=1, max_size=12))
def test_scores_are_those_of_the_definition(query: list[str], rows: list[list[str]]) -> None:
    scores = postings_of(rows).scores(dict.fromkeys(query, 1.0))
    assert scores.tolist() == pytest.approx(bm25(query, rows), abs=BYTE)


@given(query=TERMS.filter(bool), rows=st.lists(TERMS, min_size=1, max_size=12))
def test_rows_holding_all_terms_are_found(query: list[str], rows: list[list[str]]) -> None:
    wanted = [place for place, row in enumerate(rows) if set(query) <= set(row)]
    assert postings_of(rows).holding(query).tolist() == wanted


def test_terms_are_characters_pairs_words_numbers_and_codes() -> None:
    assert lexical_terms("胸痛") == ["胸", "痛", "胸痛"]
    assert lexical_terms("Chest pains, ＣＯＶＩＤ-19") == ["chest", "pain", "covid", "19", "covid-19"]
    assert lexical_terms("I21.3") == ["i", "21.3", "21", "i21.3", "i21"]
    assert lexical_terms("？！ ……") == []


def test_arrays_are_read_as_they_were_written(tmp_path: Path) -> None:
    arrays = {"a": np.arange(5, dtype="<i4"), "b": np.zeros(0, dtype="<f4"), "c": np.array([7], dtype="u1")}
    write_arrays(tmp_path / "x", arrays, facts={"词": ["甲"]})
    read, facts = read_arrays(tmp_path / "x")
    assert {name: (array.dtype, array.tolist()) for name, array in read.items()} == {
        name: (array.dtype, array.tolist()) for name, array in arrays.items()
    }
    assert facts == {"词": ["甲"]}


@pytest.mark.parametrize("content", [b"", b"CFARRAY1", b"something else entirely" * 9, b"CFARRAY1" + b"\xff" * 99])
def test_foreign_file_is_reported(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="x is no file of arrays; build the case base again"):
        read_arrays(tmp_path / "x")
