"""Word-for-word search: the scores are those of BM25, and exact words are found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefinder.term_index import postings
from casefinder.term_index.lists import MOST_ROWS, ListsBuilder, TermLists, united
from casefinder.term_index.postings import PartLists, Postings
from casefinder.text import lexical_terms

TERMS = st.lists(st.sampled_from("abcdefg"), max_size=8)
BYTE = 2.2 / 255


REFERENCE = 5.0


def lists_of(rows: list[list[str]]) -> TermLists:
    builder = ListsBuilder()
    for row, terms in enumerate(rows):
        builder.add(row, terms)
    return TermLists(builder.arrays("words", n_rows=len(rows), reference=REFERENCE), "words")


def postings_of(rows: list[list[str]], *, n_first: int = 0, removed: Iterable[int] = ()) -> Postings:
    """Posting lists in two parts, the first of ``n_first`` rows, some of which were removed."""
    gone = np.array(sorted(set(removed)), dtype=np.int64)
    parts = [
        PartLists(lists_of(rows[:n_first]), 0, len(rows[:n_first]), gone[gone < n_first]),
        PartLists(lists_of(rows[n_first:]), n_first, len(rows[n_first:]), gone[gone >= n_first] - n_first),
    ]
    kept = [row for place, row in enumerate(rows) if place not in gone]
    mean = sum(map(len, kept)) / len(kept) if kept else REFERENCE
    return Postings(parts, n_cases=len(kept), usual_length=mean / REFERENCE)


def bm25(query: list[str], rows: list[list[str]]) -> list[float]:
    """From the definition, as a share of what a case of average length with every term once would have."""
    weights = {}
    for term in set(query):
        n = sum(term in row for row in rows)
        weights[term] = math.log(1 + (len(rows) - n + 0.5) / (n + 0.5))
    mean = sum(map(len, rows)) / len(rows)
    usual = 2.2 / (1 + 1.2 * (0.25 + 0.75 * mean / REFERENCE))
    scores = []
    for row in rows:
        counts = Counter(row)
        norm = 1.2 * (0.25 + 0.75 * len(row) / REFERENCE)
        parts = (
            weights[term] * counts[term] * 2.2 / (counts[term] + norm) / usual for term in set(query) if counts[term]
        )
        scores.append(sum(parts) / sum(weights.values()) if weights else 0.0)
    return scores


ROWS = st.lists(TERMS, min_size=1, max_size=12)
SPLIT = st.integers(0, 12)
REMOVED = st.sets(st.integers(0, 11), max_size=4)


@given(query=TERMS, rows=ROWS, n_first=SPLIT, removed=REMOVED)
def test_scores_are_those_of_the_definition(
    query: list[str], rows: list[list[str]], n_first: int, removed: set[int]
) -> None:
    gone = {row for row in removed if row < len(rows)}
    scores = postings_of(rows, n_first=n_first, removed=gone).scores(dict.fromkeys(query, 1.0))
    shares = scores.at(np.arange(len(rows))).tolist()
    kept = [place for place in range(len(rows)) if place not in gone]
    wanted = bm25(query, [rows[place] for place in kept]) if kept else []
    assert [shares[place] for place in kept] == pytest.approx(wanted, abs=2 * BYTE)
    assert all(shares[place] == 0 for place in gone)


@given(query=TERMS.filter(bool), rows=ROWS, n_first=SPLIT, removed=REMOVED)
def test_rows_holding_all_terms_are_found(
    query: list[str], rows: list[list[str]], n_first: int, removed: set[int]
) -> None:
    gone = {row for row in removed if row < len(rows)}
    wanted = [place for place, row in enumerate(rows) if set(query) <= set(row) and place not in gone]
    assert postings_of(rows, n_first=n_first, removed=gone).holding(query).tolist() == wanted


def test_terms_are_characters_pairs_words_numbers_and_codes() -> None:
    assert lexical_terms("胸痛") == ["胸", "痛", "胸痛"]
    assert lexical_terms("Chest pains, ＣＯＶＩＤ-19") == ["chest", "pain", "covid", "19", "covid-19"]
    assert lexical_terms("I21.3") == ["i", "21.3", "21", "i21.3", "i21"]
    assert lexical_terms("？！ ……") == []


@given(query=TERMS.filter(bool), rows=ROWS, n_first=SPLIT, removed=REMOVED, n=st.integers(1, 5))
def test_best_rows_are_those_of_the_highest_scores(
    query: list[str], rows: list[list[str]], n_first: int, removed: set[int], n: int
) -> None:
    lists = postings_of(rows, n_first=n_first, removed={row for row in removed if row < len(rows)})
    scores = lists.scores(dict.fromkeys(query, 1.0))
    shares = scores.at(np.arange(len(rows))).tolist()
    assert [shares[row] for row in by_share(scores.best(n), shares)] == sorted(filter(None, shares), reverse=True)[:n]
    holding = lists.holding(query)
    chosen = lists.best_holding(query, n, by=scores)
    assert set(chosen) <= set(holding)
    assert sorted(shares[row] for row in chosen) == sorted(shares[row] for row in holding)[-n:]
    assert lists.is_held(query) == bool(len(holding))
    assert lists.held(query, np.arange(len(rows))).tolist() == [set(query) <= set(row) for row in rows]


@given(st.lists(st.lists(st.integers(0, 20)), max_size=4))
def test_rows_of_several_parts_are_united_each_once_and_rising(parts: list[list[int]]) -> None:
    found = united([np.array(part, dtype=np.int64) for part in parts])
    assert found.tolist() == sorted({row for part in parts for row in part})


@pytest.mark.parametrize("held", [[0], [5, MOST_ROWS - 1], [0, MOST_ROWS - 1]])
def test_a_row_is_held_only_by_its_own_posting(held: list[int]) -> None:
    builder = ListsBuilder()
    for row in held:
        builder.add(row, ["a"])
    lists = TermLists(builder.arrays("words", n_rows=MOST_ROWS), "words")
    rows = np.array([0, 1, 4, 5, 6, MOST_ROWS - 2, MOST_ROWS - 1])
    assert rows[lists.contains(0, len(held), rows)].tolist() == held
    assert not lists.contains(0, 0, rows).any()


def by_share(rows: Iterable[int], shares: list[float]) -> list[int]:
    return sorted(rows, key=lambda row: -shares[row])


@given(query=TERMS, rows=ROWS, n_first=SPLIT, n_added=st.integers(0, 12))
def test_terms_that_are_looked_up_count_like_those_that_are_added(
    query: list[str], rows: list[list[str]], n_first: int, n_added: int
) -> None:
    places, terms = np.arange(len(rows)), dict.fromkeys(query, 1.0)
    whole = postings_of(rows, n_first=n_first).scores(terms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "_MOST_ADDED", n_added)
        parted = postings_of(rows, n_first=n_first).scores(terms)
        assert parted.at(places).tolist() == pytest.approx(whole.at(places).tolist(), abs=1e-6)
        chosen = set(parted.best(len(rows)).tolist())
    assert chosen <= set(whole.best(len(rows)).tolist())


@given(query=TERMS, rows=ROWS, n_first=SPLIT, removed=REMOVED, n_added=st.integers(0, 12))
def test_rough_shares_are_parts_of_the_whole_and_leave_it_as_it_is(
    query: list[str], rows: list[list[str]], n_first: int, removed: set[int], n_added: int
) -> None:
    places, terms = np.arange(len(rows)), dict.fromkeys(query, 1.0)
    lists = postings_of(rows, n_first=n_first, removed={row for row in removed if row < len(rows)})
    whole = lists.scores(terms).at(places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "_MOST_ADDED", n_added)
        parted = lists.scores(terms)
        rough = parted.roughly(places)
        assert (rough <= whole + 1e-6).all()
        assert parted.at(places).tolist() == pytest.approx(whole.tolist(), abs=1e-6)
