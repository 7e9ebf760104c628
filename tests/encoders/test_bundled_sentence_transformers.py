from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casefinder.encoders.bundled import BundledEncoder
from casefinder.encoders.bundled.encoder import PACKAGED
from scripts.train_encoder.export_sentence_transformers import export

TEXTS = ["胸痛伴冷汗3小时", "crushing chest pain", "", "体温38.2℃，咳嗽" * 100, "阿司匹林 100mg qd"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("model")
    export(PACKAGED, where)
    return where


def test_exported_model_gives_the_same_vectors(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", trust_remote_code=True, local_files_only=True)
    np.testing.assert_allclose(model.encode(TEXTS), BundledEncoder.load().encode(TEXTS), atol=1e-5)


def test_module_can_be_named_instead_of_trusting_the_folder(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules.normalize import Normalize

    from casefinder.encoders.bundled.sentence_transformers_module import BagOfFeatures

    model = SentenceTransformer(modules=[BagOfFeatures.load(str(folder)), Normalize()], device="cpu")
    np.testing.assert_allclose(model.encode(TEXTS), BundledEncoder.load().encode(TEXTS), atol=1e-5)


def test_exported_model_can_be_fine_tuned_and_saved(folder: Path, tmp_path: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", trust_remote_code=True, local_files_only=True)
    optimiser = torch.optim.SGD(model.parameters(), lr=1e4)
    before = model.similarity(*model.encode(["心悸", "皮疹"], convert_to_tensor=True)[:, None])
    vectors = model(model.preprocess(["心悸", "皮疹"]))["sentence_embedding"]
    (-(vectors[0] @ vectors[1])).backward()
    optimiser.step()
    after = model.similarity(*model.encode(["心悸", "皮疹"], convert_to_tensor=True)[:, None])
    assert float(after) > float(before) + 0.01
    model.save(str(tmp_path), create_model_card=False)
    again = SentenceTransformer(str(tmp_path), device="cpu", trust_remote_code=True, local_files_only=True)
    np.testing.assert_array_equal(again.encode(TEXTS), model.encode(TEXTS))
