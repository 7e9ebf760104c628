from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from casefinder.encoders.bundled import BundledEncoder
from casefinder.encoders.bundled.bags import BagMaker
from casefinder.encoders.bundled.weights import write_weights
from casefinder.encoders.calibration import Calibration
from scripts.train_encoder.characters import make_character_table
from scripts.train_encoder.model import GatedBag
from scripts.train_encoder.vocabulary import choose_vocabulary

TEXTS = ["胸痛伴冷汗3小时", "crushing chest pain for 3 hours", "体温38.2℃，咳嗽" * 30, "皮疹瘙痒", "fever and cough"]


@pytest.fixture
def model() -> GatedBag:
    """Make a model whose gate is far from neutral."""
    torch.manual_seed(5)
    made = GatedBag(np.linspace(0.5, 2, 90, dtype=np.float32), dim=64, gate_dim=8, scale=0.3)
    with torch.no_grad():
        made.keys.normal_(0, 0.15)
        made.biases.normal_(0, 0.5)
    return made


def test_shipped_integers_give_the_vectors_that_were_trained(model: GatedBag, tmp_path: Path) -> None:
    characters = make_character_table()
    keys = choose_vocabulary(TEXTS * 8, [], characters, n_rows=80).keys
    weights = model.to_weights(keys, characters)
    write_weights(tmp_path, weights, Calibration((0.0, 1.0), (0.0, 100.0), related=0.5, near_duplicate=0.9))
    bags = BagMaker(keys, characters, n_buckets=90 - len(keys)).make(TEXTS)
    with torch.no_grad():
        trained = model(torch.from_numpy(bags.rows), torch.from_numpy(bags.borders[:-1])).numpy()
    shipped = BundledEncoder.load(tmp_path).encode(TEXTS)
    assert (trained * shipped).sum(axis=1).min() > 0.98


def test_a_gate_at_its_start_changes_nothing() -> None:
    torch.manual_seed(5)
    made = GatedBag(np.ones(9, np.float32), dim=16, gate_dim=4, scale=0.3)
    rows, offsets = torch.tensor([0, 3, 3, 8]), torch.tensor([0, 2])
    plain = torch.nn.functional.embedding_bag(rows, made.table, offsets, mode="sum")
    torch.testing.assert_close(made(rows, offsets), torch.nn.functional.normalize(plain, dim=-1))
