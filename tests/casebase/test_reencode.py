"""Moving to another encoder: resumable, beside readers and writers, and in one step at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import CaseBaseWriter, OnDuplicate, build_case_base, read_manifest, reencode, verify
from casefinder.encoders import Vectors
from casefinder.errors import EncoderMismatchError
from tests.casebase.asking import answers, answers_of
from tests.material import HashEncoder, made_cases, rows_of

NEW = HashEncoder(dim=48, version="2")


def built_with_new(n_cases: int, directory: Path) -> Path:
    build_case_base(rows_of(made_cases(n_cases)), directory, encoder=NEW, source="s")
    return directory


def test_reencoded_case_base_answers_like_one_built_so(base: Path, tmp_path: Path) -> None:
    manifest = reencode(base, HashEncoder(dim=48, version="2"))
    assert (manifest.encoder_name, manifest.dim) == ("hash-2", 48)
    assert answers_of(base, encoder=NEW) == answers_of(built_with_new(60, tmp_path / "new"), encoder=NEW)
    assert verify(base).problems == ()


def test_vectors_of_the_old_encoder_are_dropped(base: Path) -> None:
    before = (base / "records-000001/cases.sqlite").read_bytes()
    assert b"hash-1-32" in before
    reencode(base, NEW)
    encoder = HashEncoder()
    reencode(base, encoder)
    assert len(encoder.encoded) > 60


class Failing(HashEncoder):
    """Fails after some calls, like a process that is ended."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        if len(self.encoded) > 500:
            raise KeyboardInterrupt
        return super().encode(texts)


def test_interrupted_run_goes_on(tmp_path: Path) -> None:
    base = tmp_path / "base"
    build_case_base(rows_of(made_cases(1100)), base, encoder=HashEncoder(), source="s")
    first, second = Failing(dim=48, version="2"), HashEncoder(dim=48, version="2")
    with pytest.raises(KeyboardInterrupt):
        reencode(base, first)
    assert read_manifest(base).encoder_fingerprint == "hash-1-32"
    assert answers_of(base)
    reencode(base, second)
    complaints = [{text for text in encoder.encoded if text.endswith("天")} for encoder in (first, second)]
    assert len(complaints[0]) > 200
    assert complaints[0].isdisjoint(complaints[1])  # a phrase that many cases share is part of vectors on both sides
    assert answers_of(base, encoder=NEW) == answers_of(built_with_new(1100, tmp_path / "new"), encoder=NEW)


@dataclass(frozen=True)
class Adding(HashEncoder):
    """Adds cases to the case base with the old encoder while it encodes with the new one."""

    directory: Path = Path()

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not self.encoded:
            with CaseBaseWriter(self.directory) as writer:
                writer.write(rows_of(made_cases(64)[60:]), encoder=HashEncoder(), on_duplicate=OnDuplicate.REJECT)
                writer.remove(["C0003"])
        return super().encode(texts)


def test_what_is_added_meanwhile_moves_as_well(base: Path) -> None:
    reencode(base, Adding(dim=48, version="2", directory=base))
    with CaseFinder.open(base, encoder=NEW) as finder:
        assert finder.n_cases == 63
        assert {"C0060", "C0063"} <= {id_ for id_, _ in answers(finder)[0]}
    assert verify(base).problems == ()


def test_open_finder_with_its_own_encoder_says_that_the_case_base_has_moved(base: Path) -> None:
    with CaseFinder.open(base, encoder=HashEncoder()) as finder:
        reencode(base, NEW)
        with pytest.raises(EncoderMismatchError, match="has moved to the encoder 'hash-2'"):
            finder.search("胸痛")


def test_open_finder_loads_the_new_encoder(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"hash-1": HashEncoder(), "hash-2": NEW}
    monkeypatch.setattr("casefinder.finder.load_encoder", known.__getitem__)
    with CaseFinder.open(base) as finder:
        reencode(base, NEW)
        assert answers(finder) == answers_of(base, encoder=NEW)
