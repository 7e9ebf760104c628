"""Memory and recall that an index is made for: planned with, kept, and met by every snapshot that comes later."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from casefinder import CaseFinder
from casefinder.casebase import (
    back_up,
    build_case_base,
    compact,
    mending,
    open_case_base,
    promise_recall,
    read_manifest,
    reencode,
    repair,
    restore,
    verify,
)
from casefinder.casebase.aims import IndexAims
from casefinder.casebase.layout import MANIFEST_NAME
from casefinder.casebase.manifest import body_checksum
from casefinder.errors import IndexDamagedError, VectorIndexError
from casefinder.vector_index import IndexKind
from tests.casebase.asking import answers_of
from tests.material import HashEncoder, made_cases, rows_of

ENCODER = HashEncoder(dim=256)
CASES = 1300  # enough for an inverted file
LITTLE = 120_000  # fewer bytes than 1,300 vectors with 64 bytes of codes take, more than with 32
AIMS = IndexAims(memory_bytes=LITTLE, target_recall=0.7)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two case bases: one as usual, and one made for little memory and a low recall. Cases are read only once."""
    folder = tmp_path_factory.mktemp("bases")
    build_case_base(rows_of(made_cases(CASES)), folder / "usual", encoder=ENCODER, source="s")
    shutil.copytree(folder / "usual", folder / "aimed")
    compact(folder / "aimed", memory_bytes=LITTLE)
    promise_recall(folder / "aimed", 0.7)
    return folder


@pytest.fixture
def aimed(bases: Path, tmp_path: Path) -> Path:
    """A case base with an inverted file, made for little memory and a low recall."""
    return shutil.copytree(bases / "aimed", tmp_path / "base")


def check_kept(directory: Path) -> None:
    manifest = read_manifest(directory)
    assert manifest.aims == AIMS
    assert manifest.snapshot.plan.n_parts == 32
    assert manifest.snapshot.plan.reasons[-1].endswith("reaches 0.7")
    assert verify(directory).problems == ()


def test_an_index_is_planned_for_the_memory_and_searched_for_the_recall(bases: Path) -> None:
    usual = read_manifest(bases / "usual")
    assert (usual.aims, usual.snapshot.plan.n_parts) == (IndexAims(), 128)
    check_kept(bases / "aimed")
    plan = read_manifest(bases / "aimed").snapshot.plan
    assert plan.memory_bytes < usual.snapshot.plan.memory_bytes
    assert plan.n_probes < usual.snapshot.plan.n_probes


def test_a_build_keeps_what_it_was_given(tmp_path: Path) -> None:
    manifest = CaseFinder.build(
        made_cases(5), tmp_path, encoder=ENCODER, memory_bytes=LITTLE, target_recall=0.7
    ).manifest
    assert manifest.aims == AIMS
    assert read_manifest(tmp_path) == manifest


def test_a_memory_that_cannot_be_kept_to_is_told_in_the_plan(aimed: Path) -> None:
    plan = compact(aimed, memory_bytes=1_000).snapshot.plan
    assert plan.memory_bytes > 1_000
    assert any(reason.endswith("the least that is possible") for reason in plan.reasons)


def test_lists_that_are_trained_anew_are_made_for_the_same(aimed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casefinder.casebase.snapshots.needs_training", lambda index: True)
    with CaseFinder.open(aimed, encoder=ENCODER) as finder:
        finder.add(made_cases(CASES + 10)[CASES:])
        finder.compact()
    assert f"{CASES + 10} vectors" in read_manifest(aimed).snapshot.plan.reasons[0]
    check_kept(aimed)


def test_compaction_keeps_what_the_index_was_made_for(aimed: Path) -> None:
    with CaseFinder.open(aimed, encoder=ENCODER) as finder:
        finder.add(made_cases(CASES + 10)[CASES:])
        finder.compact()
    check_kept(aimed)


def test_a_damaged_index_is_made_anew_for_the_same(aimed: Path) -> None:
    mending.mend(aimed, read_manifest(aimed), IndexDamagedError("a test"))
    check_kept(aimed)


def test_repairing_makes_the_index_for_the_same(aimed: Path) -> None:
    path = read_manifest(aimed).index_path(aimed)
    path.write_bytes(path.read_bytes()[:-100])
    repair(aimed, load_encoder=lambda name: ENCODER)
    check_kept(aimed)


def test_a_restored_backup_keeps_them(aimed: Path, tmp_path: Path) -> None:
    back_up(aimed, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    check_kept(tmp_path / "restored")


def test_another_encoder_keeps_them_unless_others_are_given(aimed: Path) -> None:
    reencode(aimed, HashEncoder(dim=200, version="2"))
    check_kept(aimed)
    reencode(aimed, ENCODER, memory_bytes=10**9, target_recall=0.8)
    manifest = read_manifest(aimed)
    assert manifest.aims == IndexAims(memory_bytes=10**9, target_recall=0.8)
    assert (manifest.snapshot.plan.n_parts, manifest.snapshot.plan.reasons[-1][-11:]) == (128, "reaches 0.8")


def test_compacting_for_other_memory_plans_and_trains_anew(aimed: Path) -> None:
    with open_case_base(aimed) as casebase:
        before = casebase.manifest.snapshot
        manifest = compact(aimed, memory_bytes=10**9)
        assert casebase.refresh().manifest == manifest
    assert manifest.aims == IndexAims(memory_bytes=10**9, target_recall=0.7)
    assert manifest.snapshot.name > before.name
    assert manifest.snapshot.plan.n_parts == 128
    assert verify(aimed).problems == ()


def test_a_recall_that_is_chosen_later_is_kept_too(aimed: Path) -> None:
    promise_recall(aimed, 0.9)
    mending.mend(aimed, read_manifest(aimed), IndexDamagedError("a test"))
    manifest = read_manifest(aimed)
    assert manifest.aims.target_recall == 0.9
    assert manifest.snapshot.plan.reasons[-1].endswith("0.9")


def test_a_manifest_that_says_nothing_of_them_has_the_usual_ones(base: Path) -> None:
    path = base / MANIFEST_NAME
    body = json.loads(path.read_text("utf-8"))
    answers = answers_of(base)
    for name in ("checksum", "memory_bytes", "target_recall", "vector_index"):
        del body[name]
    path.write_text(json.dumps({"checksum": body_checksum(body), **body}), "utf-8")
    assert read_manifest(base).aims == IndexAims()
    assert read_manifest(base).snapshot.plan.kind is IndexKind.EXACT
    assert answers_of(base) == answers


@pytest.mark.parametrize(
    ("memory_bytes", "target_recall", "message"),
    [
        (0, 0.99, "0 bytes of memory hold no index; allow more, such as 2 GB"),
        (1, 0.0, "a recall of 0 cannot be aimed at; give a share above 0, at most 1, such as 0.99"),
        (1, 99.0, "a recall of 99 cannot be aimed at; give a share above 0, at most 1, such as 0.99"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused_before_anything_is_made(
    tmp_path: Path, memory_bytes: int, target_recall: float, message: str
) -> None:
    with pytest.raises(VectorIndexError, match=rf"^{message}$"):
        build_case_base(
            rows_of(made_cases(3)),
            tmp_path / "base",
            encoder=ENCODER,
            source="s",
            memory_bytes=memory_bytes,
            target_recall=target_recall,
        )
    assert not (tmp_path / "base").exists()
