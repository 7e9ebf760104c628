"""An index in parts, with cases removed, answers like one that was built of the remaining cases in one go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from casefinder.case_store import CaseFindings, MeasuredValue, Mention
from casefinder.cases import Case
from casefinder.errors import CaseBaseError, IndexDamagedError
from casefinder.files import write_arrays
from casefinder.term_index import (
    DepartmentIs,
    Entry,
    TermIndex,
    TermPart,
    derive_terms,
    joined_part,
    merging,
    read_terms,
    write_merged_terms,
    write_terms,
    writing,
)
from casefinder.term_index.part import VERSION
from tests.material import made_cases

N_CASES = 30
DIM = 4
CONCEPTS = ("chest_pain", "fever", "cough", "dizziness")


def vectors_of(texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    digests = ((text, hashlib.sha256(text.encode()).digest()) for text in texts if text != "肺炎")
    return {text: (np.array(list(digest[:DIM])) / 512).astype(np.float32) for text, digest in digests}


def findings_of(key: int) -> CaseFindings:
    sections = ("chief_complaint", "past_history", "diagnoses")
    assertions = ("present", "absent", "historical")
    mentions = [
        Mention(CONCEPTS[(key + n) % len(CONCEPTS)], assertions[(key + n) % 3], sections[n % 3], 0, 1)
        for n in range(key % 6)
    ]
    values = [MeasuredValue("pulse", 60.0 + 40 * n * key, "/min", "", "chief_complaint", 0, 1) for n in range(key % 3)]
    return CaseFindings(tuple(mentions), tuple(values), days=None if key % 4 == 0 else key / 2)


def entries_of(cases: Mapping[int, Case]) -> list[Entry]:
    return [(key, case, findings_of(key)) for key, case in cases.items()]


# Keys with gaps, as they are where cases were removed before.
ENTRIES = entries_of({3 * number + 1: case for number, case in enumerate(made_cases(N_CASES))})
KEYS = [key for key, _, _ in ENTRIES]
CUTS = st.lists(st.integers(0, N_CASES), max_size=3).map(sorted)
REMOVED = st.sets(st.sampled_from([*KEYS, 2, 999]))


def part_of(entries: Iterable[Entry]) -> TermPart:
    return derive_terms(entries, vectors_of=vectors_of)


def parts_of(cuts: Sequence[int]) -> list[TermPart]:
    edges = [0, *cuts, N_CASES]
    return [part_of(ENTRIES[a:b]) for a, b in pairwise(edges)]


def content(part: TermPart) -> dict[str, tuple[str, list[Any]]]:
    """All arrays of a part, with NaN equal to itself."""
    return {name: (array.dtype.str, [str(value) for value in array[:]]) for name, array in part.arrays.items()}


def by_key(index: TermIndex, rows: NDArray[np.int64], values: NDArray[Any]) -> dict[int, str]:
    return dict(zip(index.keys_of(rows).tolist(), map(str, values.tolist()), strict=True))


def answers(index: TermIndex) -> dict[str, Any]:
    """What an index says, in terms of keys."""
    rows = index.live_rows()
    found, values = index.traits.found(rows)
    names = {number: name for name, number in index.traits.numbers.items()}
    keys = index.keys_of(rows)
    said = zip(found.cases, found.concepts, found.assertions, found.weights, strict=True)
    measured = zip(values.cases, values.concepts, values.deviations, strict=True)
    query = vectors_of(["急性心肌梗死"])["急性心肌梗死"]
    rarity = {name: float(index.traits.rarity[number]) for name, number in index.traits.numbers.items()}
    return {
        "keys": keys.tolist(),
        "words": by_key(index, rows, index.words.scores({"胸": 1.0, "痛": 2.0, "胸痛": 1.0, "fever": 1.0}).at(rows)),
        "concepts": by_key(index, rows, index.concepts.scores({"+fever": 1.0, "-cough": 0.5}).at(rows)),
        "holding": index.keys_of(index.names.holding(["阿", "司"])).tolist(),
        "department": index.keys_of(index.matching(DepartmentIs("心内科"))).tolist(),
        "departments": index.departments(),
        "records": [str(value) for value in index.traits.records(rows)[["age", "days", "sex"]]],
        "said": sorted((int(keys[case]), names[c], int(a), float(w)) for case, c, a, w in said),
        "measured": [(int(keys[case]), names[c], round(float(d), 2)) for case, c, d in measured],
        "rarity": {name: value for name, value in rarity.items() if index.traits.n_present[index.traits.numbers[name]]},
        "wordings": [
            (index.keys_of(having).tolist(), round(cosine, 5))
            for having, cosine in index.wordings.named_by(query, threshold=0.1)
        ],
    }


def test_first_value_of_each_quantity_is_kept_by_how_far_it_is_out_of_range() -> None:
    values = (
        ("pulse", 80.0),
        ("pulse", 300.0),
        ("body-temperature", 41.0),
        ("body-temperature", None),
        ("of-old", 1.0),
    )
    measured = tuple(MeasuredValue(name, value, "", "", "chief_complaint", 0, 1) for name, value in values)
    index = TermIndex([part_of([(1, made_cases(1)[0], CaseFindings((), measured))])])
    _, found = index.traits.found(index.live_rows())
    assert found.cases.tolist() == [0, 0]
    assert dict(zip(found.concepts.tolist(), found.deviations.tolist(), strict=True)) == {
        index.traits.numbers["pulse"]: 0.0,
        index.traits.numbers["body-temperature"]: pytest.approx(1.0, abs=0.01),
    }
    assert not index.traits.n_present.any()


@settings(max_examples=60)
@given(cuts=CUTS, removed=REMOVED)
def test_parts_without_removed_cases_answer_like_one_part(cuts: list[int], removed: set[int]) -> None:
    kept = [entry for entry in ENTRIES if entry[0] not in removed]
    assert answers(TermIndex(parts_of(cuts), removed_keys=removed)) == answers(TermIndex([part_of(kept)]))


@settings(max_examples=60)
@given(cuts=CUTS, removed=REMOVED)
def test_merged_parts_are_the_part_of_the_remaining_cases(cuts: list[int], removed: set[int]) -> None:
    kept = [entry for entry in ENTRIES if entry[0] not in removed]
    assert content(joined_part(parts_of(cuts), removed_keys=removed)) == content(part_of(kept))


@settings(max_examples=10)
@given(cuts=CUTS, removed=REMOVED, n=st.integers(1, 200))
def test_pieces_of_any_size_are_merged_to_the_same(cuts: list[int], removed: set[int], n: int) -> None:
    whole = joined_part(parts_of(cuts), removed_keys=removed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_POSTINGS_PER_PIECE", n)
        patch.setattr(merging, "_ROWS_PER_PIECE", n)
        assert content(joined_part(parts_of(cuts), removed_keys=removed)) == content(whole)


@pytest.mark.parametrize("n_per_run", [1, 7, N_CASES, 1000])
def test_file_written_in_runs_holds_what_is_derived_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_per_run: int
) -> None:
    monkeypatch.setattr(writing, "ENTRIES_PER_RUN", n_per_run)
    write_terms(tmp_path / "terms.index", ENTRIES, vectors_of=vectors_of)
    assert content(read_terms(tmp_path / "terms.index")) == content(part_of(ENTRIES))
    assert [path.name for path in tmp_path.iterdir()] == ["terms.index"]


def test_compacted_file_answers_like_the_view_that_it_was_made_of(tmp_path: Path) -> None:
    write_terms(tmp_path / "old", ENTRIES[:20], vectors_of=vectors_of)
    parts, removed = [read_terms(tmp_path / "old"), part_of(ENTRIES[20:])], [KEYS[3], KEYS[25]]
    write_merged_terms(tmp_path / "new", parts, removed_keys=removed)
    wanted = answers(TermIndex(parts, removed_keys=removed))
    assert answers(TermIndex([read_terms(tmp_path / "new")])) == wanted


def test_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    write_merged_terms(tmp_path / "x", [part_of(ENTRIES)], removed_keys=KEYS)
    for index in (TermIndex([part_of(ENTRIES)], removed_keys=KEYS), TermIndex([read_terms(tmp_path / "x")])):
        assert index.n_cases == 0
        assert answers(index) == answers(TermIndex([part_of([])]))


def test_rows_and_keys_are_each_others_inverse() -> None:
    index = TermIndex(parts_of([11, 11, 20]))
    assert index.rows_of(np.array(KEYS)).tolist() == list(range(N_CASES))
    assert index.keys_of(np.arange(N_CASES)).tolist() == KEYS
    assert index.rows_of(np.array([KEYS[5], -1, 0, 2, 10**9, KEYS[0]])).tolist() == [5, 0]


def test_more_cases_than_postings_have_room_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_ROWS", 29)
    with pytest.raises(CaseBaseError, match="30 cases are more than the 29 of one case base; divide them"):
        joined_part(parts_of([10]))


def test_file_of_another_version_is_refused(tmp_path: Path) -> None:
    write_arrays(tmp_path / "terms.index", {}, facts={"version": 99})
    with pytest.raises(
        IndexDamagedError, match=f"has version 99, this casefinder reads {VERSION}; run `casefinder verify"
    ):
        read_terms(tmp_path / "terms.index")


def test_damage_anywhere_never_changes_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "terms.index"
    write_terms(path, ENTRIES, vectors_of=vectors_of)
    intact, wanted = path.read_bytes(), answers(TermIndex([read_terms(path)]))
    rng, n_detected = np.random.default_rng(5), 0
    for _ in range(200):
        damaged = bytearray(intact)
        damaged[int(rng.integers(len(intact)))] ^= 1 << int(rng.integers(8))
        path.unlink()
        path.write_bytes(damaged)
        try:
            assert answers(TermIndex([read_terms(path)])) == wanted
        except IndexDamagedError:
            n_detected += 1
    assert n_detected > 100
