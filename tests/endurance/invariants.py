"""What holds for a case base whatever happened to the process that wrote it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np

from casefinder import CaseFinder
from casefinder.casebase import CaseBase, open_case_base, read_manifest, verify
from casefinder.cases import Case, case_to_json
from casefinder.errors import CaseBaseNotFoundError
from tests.material import HashEncoder, made_case

Contents = Mapping[str, str]  # the canonical JSON of each case, by id
QUESTIONS = ("胸痛伴冷汗6天", "fever and cough", "急性阑尾炎", "阿司匹林")
_PROBE = made_case(9_999, complaint="反复呃逆不止三天")


def contents_of(cases: list[Case]) -> Contents:
    """Cases as they are compared."""
    return {case.id: case_to_json(case) for case in cases}


def broken_invariants(directory: Path, allowed: list[Contents | None], *, goes_on: bool = True) -> list[str]:
    """Return what does not hold; None among ``allowed`` stands for a case base that is not there.

    Args:
        directory: Where the case base is.
        allowed: What it may hold.
        goes_on: Add a case to it afterwards, to see that it can still be changed.
    """
    try:
        with open_case_base(directory) as casebase:
            broken = [*_of_open(casebase, directory, [state for state in allowed if state is not None])]
    except CaseBaseNotFoundError:
        return [] if None in allowed else ["1 opens: there is no case base"]
    return broken or [*_when_opened_again(directory, goes_on=goes_on)]


def encoder_of(directory: Path) -> HashEncoder:
    """Return the encoder of a case base that tests have made."""
    return HashEncoder(version=read_manifest(directory).encoder_name.removeprefix("hash-"))


def answers(finder: CaseFinder) -> list[list[tuple[str, float]]]:
    """Everything that is found, to the fourth digit: sums differ in the last ones between snapshot and tail."""
    found = (finder.search(question, k=1_000) for question in QUESTIONS)
    return [sorted((hit.case.id, round(hit.similarity, 4)) for hit in hits) for hits in found]


def _of_open(casebase: CaseBase, directory: Path, allowed: list[Contents]) -> Iterator[str]:
    view = casebase.view()
    with closing(sqlite3.connect(read_manifest(directory).store_path(directory))) as connection:
        if (said := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            yield f"2 integrity: {said}"
    stored = {case.id: (key, case_to_json(case)) for key, case, _ in view.store.every_case()}
    counts = {view.n_cases, view.index.size, view.store.count(), view.store.state().n_cases, len(stored)}
    if len(counts) > 1:
        yield f"3 counts: {counts}"
    contents = {case_id: document for case_id, (_, document) in stored.items()}
    if contents not in allowed:
        n_missing = min(len(state.keys() - contents.keys()) for state in allowed) if allowed else 0
        yield f"4 and 5 acknowledged and whole: {len(contents)} cases, {n_missing} missing, none of the allowed states"
    if problems := verify(directory).problems:
        yield f"6 checksums: {problems}"
    yield from _compared_with_brute_force(casebase, directory)


def _compared_with_brute_force(casebase: CaseBase, directory: Path) -> Iterator[str]:
    view = casebase.view()
    if not view.n_cases:
        return
    keys, vectors = (np.concatenate(part) for part in zip(*view.store.vectors(), strict=True))
    queries = encoder_of(directory).encode(QUESTIONS)
    found = view.index.search(queries, k=len(keys), among=keys)
    scores = np.sort(queries @ vectors.T, axis=1)[:, ::-1]
    if sorted(found.ids[0].tolist()) != sorted(keys.tolist()) or not np.allclose(found.scores, scores, atol=2e-3):
        yield "7 full probe: differs from brute force"


def _when_opened_again(directory: Path, *, goes_on: bool) -> Iterator[str]:
    encoder = encoder_of(directory)
    with CaseFinder.open(directory, encoder=encoder) as finder:
        first, sequence = answers(finder), finder.sequence
    with CaseFinder.open(directory, encoder=encoder) as finder:
        if (answers(finder), finder.sequence) != (first, sequence):
            yield "8 opened again: differs"
        if not goes_on:
            return
        finder.add([_PROBE])
        if finder.search(_PROBE.sections.chief_complaint, k=1)[0].case.id != _PROBE.id:
            yield "9 goes on: a case added afterwards is not found"
