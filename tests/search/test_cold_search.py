"""What one question costs a process that has just opened a case base: one query for its hits, few pages of index."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import build_case_base
from casefinder.files.sections import SectionFile
from casefinder.vector_index import IVFIndex, Vectors, plan_index, train
from casefinder.vector_index.ivf_builder import IVFBuilder
from tests.material import HashEncoder, made_cases, rows_of


def test_all_hits_are_read_by_one_query(tmp_path: Path) -> None:
    build_case_base(rows_of(made_cases(60)), tmp_path, encoder=HashEncoder(), source="s")
    with CaseFinder.open(tmp_path, encoder=HashEncoder()) as finder:
        asked: list[str] = []
        store = finder._casebase.view().store
        store._connection.set_trace_callback(asked.append)
        answer = finder.answer("胸痛伴冷汗", k=25)
        store._connection.set_trace_callback(None)
        assert len(answer.hits) == 25
        assert len([query for query in asked if "FROM cases" in query]) == 1, asked


def test_one_question_reads_a_small_part_of_a_large_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    vectors: Vectors = np.random.default_rng(0).normal(size=(20_000, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    plan = plan_index(len(vectors), dim=128)
    with IVFBuilder(train(plan, vectors), tmp_path / "index") as builder:
        builder.add(np.arange(len(vectors)), vectors)
        builder.finish()
    n_read = 0
    pread, preadv = os.pread, SectionFile._read

    def counted_page(descriptor: int, n_bytes: int, offset: int) -> bytes:
        nonlocal n_read
        n_read += n_bytes
        return pread(descriptor, n_bytes, offset)

    def counted(self: SectionFile, offset: int, n_bytes: int) -> bytearray:
        nonlocal n_read
        n_read += n_bytes
        return preadv(self, offset, n_bytes)

    monkeypatch.setattr(os, "pread", counted_page)
    monkeypatch.setattr(SectionFile, "_read", counted)
    index = IVFIndex.load(tmp_path / "index", n_probes=8, n_compared=4)
    opened, n_read = n_read, 0
    index.search(vectors[:1], k=10)
    assert 0 < n_read < 0.1 * (tmp_path / "index").stat().st_size
    assert 0 < opened < 0.3 * (tmp_path / "index").stat().st_size  # projection, centres and table of pages
