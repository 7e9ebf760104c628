"""What a Milvus index does beside the contract: graphs, fields, comparing with the records, and a server's failures."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casefinder.errors import IndexDamagedError, IndexUnavailableError, VectorIndexError, VectorShapeError
from casefinder.vector_index import ExactIndex, Ids, Vectors
from casefinder.vector_index.milvus import (
    Collection,
    Differences,
    MilvusConnection,
    MilvusIndex,
    MilvusKind,
    MilvusPlan,
    Rows,
    ScalarField,
    ScalarKind,
    ScalarValue,
    UnsayableError,
    check_uri,
    literal,
    pattern,
    plan_milvus,
    reconcile,
)
from tests.vector_index.milvus_lite import GRAPH, batches, filled, inverted_file, needs_milvus

DIM, SIZE = 16, 400
WORDS = ["心内科", 'a"b', "a\\b", "it's", "", "二\n三", "x%y", "(1) or 1 == 1", "} {", "\\", '\\"', "𠮷"]


def material(size: int = SIZE) -> tuple[Ids, Vectors]:
    vectors = np.random.default_rng(5).normal(size=(size, DIM)).astype(np.float32)
    return np.arange(size, dtype=np.int64) * 2, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@needs_milvus
def test_a_graph_finds_the_nearest_and_is_exact_among_given_ids(tmp_path: Path) -> None:
    ids, vectors = material()
    graph, truth = filled(tmp_path / "graph", ids, vectors, GRAPH), ExactIndex(ids, vectors)
    found = graph.search(vectors[:20], k=1)
    assert found.ids[:, 0].tolist() == ids[:20].tolist()
    assert not found.exact
    among = ids[::7]
    within, wanted = graph.search(vectors[:20], k=70, among=among), truth.search(vectors[:20], k=70, among=among)
    assert within.ids.tolist() == wanted.ids.tolist()
    np.testing.assert_allclose(within.scores, wanted.scores, atol=1e-6)
    assert within.exact


@needs_milvus
def test_more_neighbours_than_a_server_returns_are_refused(tmp_path: Path) -> None:
    ids, vectors = material(16_400)
    index = filled(tmp_path / "many", ids, vectors, inverted_file())
    with pytest.raises(VectorShapeError, match=r"^k is 16400; a Milvus server returns at most 16384 neighbours$"):
        index.search(vectors[:1], k=16_400)
    assert index.search(vectors[:1], k=16_000).row(0)[0][0] == 0


def word_fields() -> list[Mapping[str, ScalarValue]]:
    return [{"word": word, "number": n, "share": n / 10, "words": WORDS[: n + 1]} for n, word in enumerate(WORDS)]


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> MilvusIndex:
    """Rows with fields: row n has word n of the list, its number, and the words up to it."""
    ids, vectors = material(len(WORDS))
    collection = Collection(MilvusConnection(str(tmp_path_factory.mktemp("fields") / "milvus.db")), "worded")
    kinds = {"word": ScalarKind.TEXT, "number": ScalarKind.WHOLE, "share": ScalarKind.NUMBER, "words": ScalarKind.TEXTS}
    collection.create(inverted_file(), dim=DIM, fields=[ScalarField(name, kind) for name, kind in kinds.items()])
    reconcile(collection, [Rows(ids, vectors, word_fields())])
    return MilvusIndex(collection, inverted_file())


def matching(index: MilvusIndex, expression: str) -> set[int]:
    """Return the numbers of the rows that an expression matches."""
    found = index.search_where(material()[1][:1], k=len(WORDS), expression=expression)
    assert found.exact
    return {row_id // 2 for row_id, _ in found.row(0)}


@needs_milvus
@pytest.mark.parametrize("word", WORDS)
def test_any_text_is_found_by_itself_alone(worded: MilvusIndex, word: str) -> None:
    assert matching(worded, f"word == {literal(word)}") == {WORDS.index(word)}
    assert matching(worded, f"array_contains(words, {literal(word)})") == set(range(WORDS.index(word), len(WORDS)))
    assert matching(worded, f"not (word == {literal(word)})") == set(range(len(WORDS))) - {WORDS.index(word)}


@needs_milvus
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.sampled_from("a\"'\\()[]{}=%_ \n\t,or1心"), max_size=12))
def test_a_text_that_no_row_has_matches_none(worded: MilvusIndex, text: str) -> None:
    assert matching(worded, f"word == {literal(text)}") == {n for n, word in enumerate(WORDS) if word == text}


@needs_milvus
def test_numbers_and_parts_of_texts_are_compared(worded: MilvusIndex) -> None:
    assert matching(worded, "number >= 3 and number < 5") == {3, 4}
    assert matching(worded, "share > 1.05") == {11}
    assert matching(worded, f"word like {pattern('内')}") == {0}
    assert matching(worded, "") == set(range(len(WORDS)))


@needs_milvus
def test_an_expression_and_ids_left_out_narrow_together(worded: MilvusIndex) -> None:
    found = worded.search_where(material()[1][:1], k=5, expression="number < 3", without=np.array([2, 4]))
    assert [row_id for row_id, _ in found.row(0)] == [0]


@pytest.mark.parametrize("value", ["\0", "a\x1fb", "\ud800"])
def test_what_cannot_be_written_exactly_is_refused(value: str) -> None:
    with pytest.raises(UnsayableError):
        literal(value)


@pytest.mark.parametrize("part", ["50%", "a_b", "a\\b"])
def test_a_wildcard_is_no_pattern(part: str) -> None:
    with pytest.raises(UnsayableError):
        pattern(part)


@needs_milvus
def test_a_refused_expression_is_neither_logged_nor_repeated(
    worded: MilvusIndex, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(VectorIndexError) as caught:
        worded.search_where(material()[1][:1], k=1, expression='secret == "胸痛"')
    assert "胸痛" not in str(caught.value) + caplog.text + "".join(capfd.readouterr())


@needs_milvus
def test_a_collection_becomes_what_the_records_say(tmp_path: Path) -> None:
    ids, vectors = material()
    index = filled(tmp_path / "rows", ids, vectors, inverted_file())
    collection = index.collection
    assert reconcile(collection, batches(ids, vectors)) == Differences(0, 0, 0)
    changed = vectors.copy()
    changed[10:15] = vectors[20:25]
    kept = np.arange(SIZE) >= 3
    new_ids, new_vectors = np.append(ids[kept], [9_000, 9_001]), np.append(changed[kept], vectors[:2], axis=0)
    wanted = Differences(n_missing=2, n_outdated=5, n_extra=3)
    assert reconcile(collection, batches(new_ids, new_vectors), repair=False) == wanted
    assert reconcile(collection, batches(ids, vectors)) == Differences(0, 0, 0)
    assert reconcile(collection, batches(new_ids, new_vectors)) == wanted
    assert reconcile(collection, batches(new_ids, new_vectors)) == Differences(0, 0, 0)
    found = MilvusIndex(collection, inverted_file()).search(vectors[:30], k=3)
    truth = ExactIndex(new_ids, new_vectors).search(vectors[:30], k=3)
    np.testing.assert_allclose(found.scores, truth.scores, atol=1e-6)
    assert collection.count() == len(new_ids)


@needs_milvus
def test_a_changed_field_makes_a_row_outdated(worded: MilvusIndex) -> None:
    ids, vectors = material(len(WORDS))
    scalars = word_fields()
    scalars[4] = {**scalars[4], "number": 77}
    assert reconcile(worded.collection, [Rows(ids, vectors, scalars)], repair=False) == Differences(0, 1, 0)


@needs_milvus
def test_a_row_is_found_by_the_next_search_after_it_was_written(tmp_path: Path) -> None:
    ids, vectors = material()
    index = filled(tmp_path / "fresh", ids, vectors, inverted_file())
    new = -vectors[:1]
    index.collection.upsert(np.array([99_999]), new, np.array([0]))
    assert index.search(new, k=1).ids.tolist() == [[99_999]]
    index.collection.delete(np.array([99_999]))
    assert index.search(new, k=1).ids.tolist() != [[99_999]]
    assert index.collection.count() == SIZE


@needs_milvus
def test_a_collection_may_be_dropped_twice(tmp_path: Path) -> None:
    connection = MilvusConnection(str(tmp_path / "milvus.db"))
    first, second = Collection(connection, "first"), Collection(connection, "second")
    for collection in (first, second):
        collection.create(GRAPH, dim=2)
    first.drop()
    first.drop()
    assert (first.exists(), second.exists()) == (False, True)


@needs_milvus
def test_a_collection_that_is_gone_is_damage(tmp_path: Path) -> None:
    index = filled(tmp_path / "gone", *material(), inverted_file())
    index.collection.drop()
    wanted = r"the collection is gone; run `casefinder verify --repair`$"
    with pytest.raises(IndexDamagedError, match=wanted):
        index.search(material()[1][:1], k=1)
    with pytest.raises(IndexDamagedError, match=wanted):
        MilvusIndex(index.collection, inverted_file())


@needs_milvus
def test_a_server_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEFINDER_MILVUS_TIMEOUT", "0.2")
    with pytest.raises(IndexUnavailableError, match=r"^the call `connect` to the Milvus server http://127\.0\.0\.1:9 "):
        MilvusConnection("http://127.0.0.1:9")


def test_what_a_server_asks_to_repeat_is_repeated_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exceptions = pytest.importorskip("pymilvus.exceptions", reason="needs pymilvus: pip install 'casefinder[milvus]'")
    answers: list[Exception] = [exceptions.MilvusException(503, retriable=True)] * 3
    calls: list[float] = []

    class Client:
        def has_collection(self, *, timeout: float, collection_name: str) -> bool:
            calls.append(timeout)
            if answers:
                raise answers.pop()
            return collection_name == "x"

    monkeypatch.setattr(MilvusConnection, "_connect", lambda self: Client())
    monkeypatch.setattr("casefinder.vector_index.milvus.connection.time.sleep", lambda wait_s: None)
    connection = MilvusConnection(str(tmp_path / "milvus.db"))
    assert Collection(connection, "x").exists()
    assert len(calls) == 4
    answers[:] = [exceptions.MilvusException(503, retriable=True)] * 9
    with pytest.raises(IndexUnavailableError, match="code 503"):
        Collection(connection, "x").exists()
    assert len(calls) == 8
    answers[:] = [exceptions.MilvusException(1100)]
    with pytest.raises(VectorIndexError, match="code 1100"):
        Collection(connection, "x").exists()
    assert len(calls) == 9


def test_a_missing_pymilvus_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(VectorIndexError, match=r"run `pip install 'casefinder\[milvus\]'`$"):
        MilvusConnection("http://127.0.0.1:9")


@pytest.mark.parametrize("value", ["0", "-1", "soon", "1e9", "nan"])
def test_a_time_limit_is_a_number_of_seconds(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CASEFINDER_MILVUS_TIMEOUT", value)
    with pytest.raises(VectorIndexError, match=f"^CASEFINDER_MILVUS_TIMEOUT is {value!r}; set it to seconds"):
        MilvusConnection("http://127.0.0.1:9")


def test_an_address_is_a_server_or_a_local_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert check_uri("http://milvus.example:19530") == "http://milvus.example:19530"
    assert check_uri("https://milvus.example") == "https://milvus.example"
    assert check_uri("vectors.db") == str(tmp_path / "vectors.db")


@pytest.mark.parametrize("uri", ["", "milvus.example:19530", "vectors", "ftp://host/x.db", "http://"])
def test_anything_else_is_no_address(uri: str) -> None:
    with pytest.raises(VectorIndexError, match="is no address of a Milvus server"):
        check_uri(uri)


def test_an_address_holds_no_secret_and_neither_does_the_error() -> None:
    with pytest.raises(VectorIndexError, match="CASEFINDER_MILVUS_TOKEN") as caught:
        check_uri("https://root:geheim@milvus.example:19530")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "n_vectors", "dim", "wanted"),
    [
        (MilvusKind.IVF, 0, 256, MilvusPlan(MilvusKind.IVF, 1, 1)),
        (MilvusKind.IVF, 10_000, 256, MilvusPlan(MilvusKind.IVF, 256, 32)),
        (MilvusKind.IVF, 10**6, 1024, MilvusPlan(MilvusKind.IVF, 2048, 123)),
        (MilvusKind.IVF, 10**7, 1024, MilvusPlan(MilvusKind.IVF, 2048, 123)),
        (MilvusKind.HNSW, 10**6, 1024, MilvusPlan(MilvusKind.HNSW, ef=128)),
    ],
)
def test_plans_follow_the_size_of_a_segment(kind: MilvusKind, n_vectors: int, dim: int, wanted: MilvusPlan) -> None:
    assert plan_milvus(kind, n_vectors, dim=dim) == wanted
