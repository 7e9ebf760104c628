"""Models in sentence-transformers' format, on a small real model."""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path

import numpy as np
import pytest

from casefinder.casebase import build_case_base
from casefinder.encoders import Vectors, load_encoder
from casefinder.errors import EncoderDamagedError, EncoderMismatchError, EncoderNotFoundError
from casefinder.finder import CaseFinder
from tests.encoders.small_model import make_model
from tests.material import made_cases, rows_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
TEXTS = ["胸痛伴冷汗", "chest pain", "发热", "咳嗽" * 200]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an encoder must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def in_hub_cache(model: Path, cache: Path, name: str) -> None:
    repository = cache / "hub" / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc123")
    shutil.copytree(model, repository / "snapshots" / "abc123")


def test_folder_gives_the_vectors_of_the_model_itself(model: Path, offline: None) -> None:
    from sentence_transformers import SentenceTransformer

    vectors = load_encoder(str(model)).encode(TEXTS)
    expected = SentenceTransformer(str(model), device="cpu").encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    assert vectors.dtype == np.float32


def test_vectors_have_unit_length_and_texts_without_words_are_zero(model: Path) -> None:
    vectors = load_encoder(str(model)).encode(["胸痛", "", "？！", "chest pain"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 1], atol=1e-5)


def test_no_texts_give_no_vectors(model: Path) -> None:
    assert load_encoder(str(model)).encode([]).shape == (0, 16)


def test_hub_name_is_found_in_the_hub_cache(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offline: None
) -> None:
    in_hub_cache(model, tmp_path, "some/model")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    encoder = load_encoder("some/model")
    assert (encoder.name, encoder.dim) == ("some/model", 16)
    assert encoder.fingerprint == load_encoder(str(model)).fingerprint


def test_hub_name_is_found_in_the_modelscope_cache(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offline: None
) -> None:
    shutil.copytree(model, tmp_path / "models" / "some" / "model")
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    assert load_encoder("some/model").dim == 16


def test_absent_model_is_reported_with_the_commands_that_fetch_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offline: None
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    with pytest.raises(EncoderNotFoundError) as caught:
        load_encoder("BAAI/bge-m3")
    message = str(caught.value)
    assert "model 'BAAI/bge-m3' is not on this machine" in message
    assert "`hf download BAAI/bge-m3 --local-dir ./model`" in message
    assert "`modelscope download --model BAAI/bge-m3 --local_dir ./model`" in message


def test_folder_without_pooling_is_refused(model: Path, tmp_path: Path) -> None:
    raw = Path(shutil.copytree(model, tmp_path / "raw"))
    (raw / "modules.json").unlink()
    with pytest.raises(EncoderDamagedError, match=r"has no modules\.json, so its pooling is unknown"):
        load_encoder(str(raw))


def test_folder_without_weights_is_reported(model: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(model, tmp_path / "broken"))
    for weights in broken.rglob("*.safetensors"):
        weights.unlink()
    with pytest.raises(EncoderDamagedError, match=r"cannot be loaded .* incomplete, download it again"):
        load_encoder(str(broken)).encode(["胸痛"])


def test_fingerprint_changes_with_weights_pooling_and_nothing_else(model: Path, tmp_path: Path) -> None:
    same = Path(shutil.copytree(model, tmp_path / "same"))
    (same / "README.md").write_text("another text")
    assert load_encoder(str(same)).fingerprint == load_encoder(str(model)).fingerprint
    weights = next(same.rglob("*.safetensors"))
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert load_encoder(str(same)).fingerprint != load_encoder(str(model)).fingerprint
    assert load_encoder(str(make_model(tmp_path / "mean", pooling="mean"))).fingerprint not in {
        load_encoder(str(same)).fingerprint,
        load_encoder(str(model)).fingerprint,
    }


def test_threads_get_the_vectors_that_they_would_get_alone(model: Path) -> None:
    encoder = load_encoder(str(model))
    alone = encoder.encode(TEXTS)
    together: list[Vectors] = []
    threads = [threading.Thread(target=lambda: together.append(encoder.encode(TEXTS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 4
    for vectors in together:
        np.testing.assert_allclose(vectors, alone, atol=1e-6)


def test_case_base_is_built_and_asked_with_the_model_that_it_names(model: Path, tmp_path: Path) -> None:
    build_case_base(rows_of(made_cases(20)), tmp_path, encoder=load_encoder(str(model)), source="s")
    with CaseFinder.open(tmp_path) as finder:
        assert (finder.manifest.encoder_name, finder.manifest.dim) == (str(model), 16)
        hits = finder.search("胸痛伴冷汗", k=3)
        assert len(hits) == 3
        assert hits[0].percent is None


def test_case_base_of_another_model_is_refused(model: Path, tmp_path: Path) -> None:
    build_case_base(rows_of(made_cases(5)), tmp_path / "base", encoder=load_encoder(str(model)), source="s")
    other = load_encoder(str(make_model(tmp_path / "mean", pooling="mean")))
    with pytest.raises(EncoderMismatchError, match="move the case base to it with `casefinder reencode --model "):
        CaseFinder.open(tmp_path / "base", encoder=other)


def test_absent_folder_is_reported_as_a_folder() -> None:
    with pytest.raises(EncoderNotFoundError, match=r"there is no model folder '\./nowhere'; check the path given with"):
        load_encoder("./nowhere")
