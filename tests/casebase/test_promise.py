from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from casefinder.casebase import build_case_base, open_case_base, promise_recall, read_manifest
from casefinder.vector_index import IndexKind
from tests.material import HashEncoder, made_cases, rows_of


def built(directory: Path, n_cases: int) -> Path:
    build_case_base(rows_of(made_cases(n_cases)), directory, encoder=HashEncoder(), source="s")
    return directory


def test_less_is_searched_when_less_is_promised(tmp_path: Path) -> None:
    before = read_manifest(built(tmp_path, 1400)).snapshot
    lower = promise_recall(tmp_path, 0.6).snapshot
    assert read_manifest(tmp_path).aims.target_recall == 0.6
    assert lower.plan.n_probes < before.plan.n_probes
    assert 0.6 <= lower.recall_at_10 < before.recall_at_10
    assert lower.plan.reasons[-1].endswith("reaches 0.6")
    again = promise_recall(tmp_path, 0.99).snapshot
    assert again.recall_at_10 >= 0.99
    assert len(again.plan.reasons) == len(before.plan.reasons)
    assert read_manifest(tmp_path).aims.target_recall == 0.99
    assert replace(again, plan=before.plan, recall_at_10=before.recall_at_10) == before
    with open_case_base(tmp_path) as casebase:
        assert casebase.manifest.snapshot == again


def test_an_exact_index_keeps_its_promise_by_itself(tmp_path: Path) -> None:
    before = read_manifest(built(tmp_path, 30))
    assert before.snapshot.plan.kind is IndexKind.EXACT
    after = promise_recall(tmp_path, 0.9)
    assert after == replace(before, aims=replace(before.aims, target_recall=0.9))
    assert read_manifest(tmp_path) == after
