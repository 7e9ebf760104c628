"""A case base whose vectors are on a Milvus server answers as one that keeps them itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from casefinder.case_store import CaseStore
from casefinder.casebase import (
    CaseBaseWriter,
    Manifest,
    OnDuplicate,
    build_case_base,
    compact,
    erase,
    open_case_base,
    read_manifest,
    repair,
    verify,
)
from casefinder.casebase.milvus_fields import FIELDS
from casefinder.casebase.milvus_index import compare_collection
from casefinder.cases import Sex
from casefinder.errors import IndexUnavailableError, VectorIndexError
from casefinder.search import Searcher
from casefinder.term_index import AttributeIs, DepartmentIs, SexIs, Where
from casefinder.vector_index import IndexKind
from casefinder.vector_index.milvus import Collection, Differences, MilvusConnection, ScalarValue
from tests.material import HashEncoder, made_case, made_cases, rows_of
from tests.vector_index.milvus_lite import needs_milvus

N_CASES = 900  # more than are ranked whole, so that filters reach the index
FILTERS: list[Where | None] = [
    None,
    DepartmentIs("心内科"),
    SexIs(Sex.FEMALE) & ~DepartmentIs("呼吸科"),
    AttributeIs("ward", "1"),
]
FIELD_NAMES = [field.name for field in FIELDS]
NUMBERS: dict[str, ScalarValue] = {"age_years": -1.0, "visit_day": 0, "codes": []}
pytestmark = needs_milvus


def build(directory: Path, vector_index: str, n_cases: int = N_CASES) -> Manifest:
    rows = rows_of(made_cases(n_cases))
    return build_case_base(
        rows, directory, encoder=HashEncoder(), source="made.jsonl", vector_index=vector_index
    ).manifest


def server(tmp_path: Path) -> str:
    return f"milvus:{tmp_path / 'milvus.db'}"


def collections(tmp_path: Path) -> list[str]:
    names: list[str] = MilvusConnection(str(tmp_path / "milvus.db")).call("list_collections")
    return sorted(names)


def collection_of(directory: Path) -> str:
    name: str = json.loads(read_manifest(directory).index_path(directory).read_text(encoding="utf-8"))["name"]
    return name


def answers(directory: Path) -> list[dict[str, float]]:
    """Return the similarity of each hit by its id, for each filter."""
    with open_case_base(directory) as casebase:
        searcher = Searcher(casebase, HashEncoder())
        found = [searcher.search("胸痛伴冷汗3天", k=20, where=where) for where in FILTERS]
    return [{hit.case.id: float(hit.similarity) for hit in answer.hits} for answer in found]


def same(expected: list[dict[str, float]]) -> list[object]:
    """Stand for answers of the same hits, as similar but for which hundred cases their crowding was told from."""
    return [pytest.approx(hits, abs=2e-3) for hits in expected]


@pytest.mark.parametrize("kind", ["milvus", "milvus-hnsw"])
def test_answers_are_those_of_a_case_base_that_keeps_its_vectors(tmp_path: Path, kind: str) -> None:
    build(tmp_path / "own", "faiss")
    manifest = build(tmp_path / "served", f"{kind}:{tmp_path / 'milvus.db'}")
    assert manifest == read_manifest(tmp_path / "served")
    assert manifest.aims.vector_index == f"{kind}:{tmp_path / 'milvus.db'}"
    assert manifest.snapshot.plan.kind is IndexKind.MILVUS
    assert manifest.snapshot.recall_at_10 > 0.99
    assert answers(tmp_path / "served") == same(answers(tmp_path / "own"))


def test_changes_are_seen_at_once_and_compaction_brings_them_to_the_server(tmp_path: Path) -> None:
    for name, vector_index in (("own", "faiss"), ("served", server(tmp_path))):
        build(tmp_path / name, vector_index)
    before = collection_of(tmp_path / "served")
    for name in ("own", "served"):
        with CaseBaseWriter(tmp_path / name) as writer:
            new = rows_of([made_case(5000, complaint="胸痛伴冷汗3天")])
            writer.write(new, encoder=HashEncoder(), on_duplicate=OnDuplicate.REJECT)
            writer.remove(["C0003", "C0006"])
    changed = answers(tmp_path / "own")
    assert "C5000" in changed[0]
    assert answers(tmp_path / "served") == same(changed)
    compact(tmp_path / "served")
    assert answers(tmp_path / "served") == same(changed)
    after = collection_of(tmp_path / "served")
    assert collections(tmp_path) == [after]
    assert after != before
    assert Collection(MilvusConnection(str(tmp_path / "milvus.db")), after).count() == N_CASES - 1


def test_a_case_base_that_is_built_again_leaves_no_collection_behind(tmp_path: Path) -> None:
    build(tmp_path / "base", server(tmp_path), 30)
    first = collections(tmp_path)
    build(tmp_path / "base", server(tmp_path), 40)
    second = collections(tmp_path)
    assert (len(first), len(second)) == (1, 1)
    assert first != second
    build(tmp_path / "base", "faiss", 40)
    assert collections(tmp_path) == []


def test_what_the_server_has_lost_or_altered_is_found_and_set_right(tmp_path: Path) -> None:
    directory = tmp_path / "base"
    manifest = build(directory, server(tmp_path))
    wanted = answers(directory)
    path, keys = manifest.index_path(directory), np.arange(1, N_CASES + 1)
    collection = Collection(MilvusConnection(str(tmp_path / "milvus.db")), collection_of(directory))
    some, vectors = next(iter(collection.vectors(np.array([7, 8]))))
    with CaseStore(manifest.store_path(directory), encoder_fingerprint="hash-1-32") as store:
        assert compare_collection(path, store, keys=keys, repair=False) == Differences(0, 0, 0)
        collection.delete(np.array([1, 2, 3]))
        collection.upsert(some, -vectors, np.array([0, 0]), [dict.fromkeys(FIELD_NAMES, "") | NUMBERS] * 2)
        collection.upsert(np.array([7777]), vectors[:1], np.array([0]), [dict.fromkeys(FIELD_NAMES, "") | NUMBERS])
        assert compare_collection(path, store, keys=keys, repair=False) == Differences(3, 2, 1)
        assert compare_collection(path, store, keys=keys, repair=True) == Differences(3, 2, 1)
        assert compare_collection(path, store, keys=keys, repair=False) == Differences(0, 0, 0)
        collection.drop()
        assert compare_collection(path, store, keys=keys, repair=True) == Differences(N_CASES, 0, 0)
    assert answers(directory) == wanted


def test_verify_names_what_the_server_has_lost_and_repair_brings_it_back(tmp_path: Path) -> None:
    directory = tmp_path / "base"
    build(directory, server(tmp_path), 60)
    wanted, name = answers(directory), collection_of(directory)
    assert verify(directory).problems == ()
    Collection(MilvusConnection(str(tmp_path / "milvus.db")), name).delete(np.array([1, 2, 3]))
    lacking = "of 60 rows the Milvus server lacks 3, 0 are outdated, and 0 more should not be there"
    assert verify(directory).snapshot[0] == lacking
    repaired = repair(directory, load_encoder=lambda name: HashEncoder())
    assert repaired.done == ("the rows on the Milvus server were set right from the records",)
    assert verify(directory).problems == ()
    assert answers(directory) == wanted
    assert collection_of(directory) == name


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of collections whose server does not answer when they are to be dropped."""
    names: set[str] = set()
    really_drop = Collection.drop

    def drop(collection: Collection) -> None:
        if collection.name in names:
            raise IndexUnavailableError("the Milvus server does not answer")
        really_drop(collection)

    monkeypatch.setattr(Collection, "drop", drop)
    return names


def test_erasing_fails_while_the_server_holds_the_vectors_and_is_finished_by_the_same_command(
    tmp_path: Path, unreachable: set[str]
) -> None:
    directory = tmp_path / "base"
    build(directory, server(tmp_path), 60)
    before = collection_of(directory)
    unreachable.add(before)
    with pytest.raises(IndexUnavailableError, match=f"{before} on .* still holds their vectors; run the same command"):
        erase(directory, ["C0003"])
    assert verify(directory).leftovers == (
        f"the collection {before} on the Milvus server {tmp_path / 'milvus.db'} still holds vectors of cases that are"
        " gone",
    )
    with pytest.raises(IndexUnavailableError, match="still holds vectors of cases that are gone; run the same command"):
        repair(directory, load_encoder=lambda name: HashEncoder())
    assert before in collections(tmp_path)
    unreachable.clear()
    assert erase(directory, ["C0003"]).unknown_ids == ("C0003",)
    assert (collections(tmp_path), verify(directory).problems) == ([collection_of(directory)], ())


@pytest.mark.parametrize(
    "command",
    [compact, lambda directory: repair(directory, load_encoder=lambda name: HashEncoder())],
    ids=["compact", "repair"],
)
def test_what_could_not_be_dropped_is_dropped_by_the_next_command(
    tmp_path: Path, unreachable: set[str], command: Callable[[Path], object]
) -> None:
    directory = tmp_path / "base"
    build(directory, server(tmp_path), 60)
    unreachable.add(collection_of(directory))
    compact(directory)
    assert len(collections(tmp_path)) == 2
    unreachable.clear()
    command(directory)
    assert (collections(tmp_path), verify(directory).problems) == ([collection_of(directory)], ())
    assert not (directory / "milvus-leftovers.json").exists()


def test_erasing_without_a_server_says_that_the_cases_are_removed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "base"
    build(directory, server(tmp_path), 60)

    def refuse(*arguments: object, **named: object) -> None:
        raise IndexUnavailableError("the Milvus server does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(Collection, "create", refuse)
        with pytest.raises(IndexUnavailableError, match=r"^the cases are removed, but not erased: .*; run the same"):
            erase(directory, ["C0003"])
    assert erase(directory, ["C0003"]).n_cases == 59
    assert collections(tmp_path) == [collection_of(directory)]


def test_an_altered_list_of_leftovers_is_reported(tmp_path: Path) -> None:
    build(tmp_path / "base", "faiss", 30)
    (tmp_path / "base" / "milvus-leftovers.json").write_text("[{]", "utf-8")
    assert "was altered: it names collections" in verify(tmp_path / "base").leftovers[0]


def test_a_copy_of_a_case_base_never_drops_what_it_was_copied_from(tmp_path: Path) -> None:
    build(tmp_path / "base", server(tmp_path), 60)
    name, wanted = collection_of(tmp_path / "base"), answers(tmp_path / "base")
    shutil.copytree(tmp_path / "base", tmp_path / "copy")
    compact(tmp_path / "copy")
    assert collections(tmp_path) == sorted([name, collection_of(tmp_path / "copy")])
    assert answers(tmp_path / "base") == answers(tmp_path / "copy") == wanted


def test_a_case_that_was_removed_since_the_snapshot_may_stand_on_the_server(tmp_path: Path) -> None:
    directory = tmp_path / "base"
    manifest = build(directory, server(tmp_path), 30)
    with CaseBaseWriter(directory) as writer:
        writer.remove(["C0003"])
    with CaseStore(manifest.store_path(directory), encoder_fingerprint="hash-1-32") as store:
        keys = np.arange(1, 31)
        assert compare_collection(manifest.index_path(directory), store, keys=keys, repair=False).none


def test_a_collection_that_is_gone_is_brought_to_the_server_again(tmp_path: Path) -> None:
    build(tmp_path / "base", server(tmp_path))
    wanted = answers(tmp_path / "base")
    Collection(MilvusConnection(str(tmp_path / "milvus.db")), collection_of(tmp_path / "base")).drop()
    assert answers(tmp_path / "base") == wanted
    assert collections(tmp_path) == [collection_of(tmp_path / "base")]


def test_a_server_that_does_not_answer_leaves_the_case_base_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEFINDER_MILVUS_TIMEOUT", "0.2")
    before = build(tmp_path / "base", "faiss", 30)
    with pytest.raises(IndexUnavailableError, match="failed with code"):
        build(tmp_path / "base", "milvus:http://127.0.0.1:9", 40)
    assert read_manifest(tmp_path / "base") == before
    assert len(answers(tmp_path / "base")[0]) == 20


@pytest.mark.parametrize("vector_index", ["", "annoy", "milvus", "milvus:", "milvus:host:19530", "chroma:x.db"])
def test_an_unknown_place_is_refused_before_anything_is_read(tmp_path: Path, vector_index: str) -> None:
    with pytest.raises(VectorIndexError, match="give "):
        build(tmp_path / "base", vector_index)
    assert not (tmp_path / "base").exists()


def test_no_secret_reaches_the_case_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEFINDER_MILVUS_TOKEN", "root:geheim")
    build(tmp_path / "base", server(tmp_path), 30)
    files = [path for path in (tmp_path / "base").rglob("*") if path.is_file()]
    assert files
    assert not any(b"geheim" in path.read_bytes() for path in files)
