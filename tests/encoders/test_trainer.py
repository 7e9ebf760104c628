from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from scripts.train_encoder.recipe import Phase, Recipe
from scripts.train_encoder.sources import Pair
from scripts.train_encoder.trainer import Trainer

SYMPTOMS = ["胸痛", "腹泻", "咳嗽", "头晕", "皮疹", "水肿"]
ENGLISH = ["chest pain", "diarrhea", "cough", "dizziness", "rash", "swelling"]
CORPUS = {
    "hpo": [Pair(zh, en, zh, "no complaint") for zh, en in zip(SYMPTOMS, ENGLISH, strict=True)] * 8,
    "imcs": [Pair(f"孩子{zh}{n}天", zh, zh) for n in range(8) for zh in SYMPTOMS],
    "cmedir-order": [Pair(zh, f"{zh}怎么办", zh, f"{other}怎么办") for zh, other in pairwise(SYMPTOMS)],
}
PHASES = (
    Phase(40, learning_rate=3e-2, gate_learning_rate=5e-3, temperature=0.1),
    Phase(10, learning_rate=1e-2, gate_learning_rate=5e-4, temperature=0.1, gate_kept=0.5, more={"hpo": 1}, others=0.0),
)
RECIPE = Recipe(dim=32, gate_dim=4, n_rows=200, n_buckets=500, batch=16, n_runs=2, phases=PHASES)


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(RECIPE, CORPUS)
    made.train()
    return made


def similar(trainer: Trainer, left: list[str], right: list[str]) -> np.ndarray:
    bags = trainer._make_bags([*left, *right])
    with torch.no_grad():
        vectors = trainer.model(torch.from_numpy(bags.rows.astype(np.int64)), torch.from_numpy(bags.borders[:-1]))
    return np.asarray(vectors[: len(left)] @ vectors[len(left) :].T)


def test_translations_and_labels_are_learned(trainer: Trainer) -> None:
    wanted = list(range(len(SYMPTOMS)))
    assert similar(trainer, SYMPTOMS, ENGLISH).argmax(axis=1).tolist() == wanted
    assert similar(trainer, [f"孩子{zh}9天" for zh in SYMPTOMS], SYMPTOMS).argmax(axis=1).tolist() == wanted


def test_weights_are_the_mean_of_runs_that_each_learned_for_themselves(trainer: Trainer) -> None:
    single = Trainer(replace(RECIPE, n_runs=1), CORPUS)
    single.train()
    mean, first = trainer.model.state_dict(), single.model.state_dict()
    second = {name: 2 * mean[name] - first[name] for name in mean}
    assert not torch.allclose(second["table"], first["table"], atol=1e-3)
    single.model.load_state_dict(second)
    assert similar(single, SYMPTOMS, ENGLISH).argmax(axis=1).tolist() == list(range(len(SYMPTOMS)))


def test_same_recipe_gives_the_same_weights(trainer: Trainer) -> None:
    again = Trainer(RECIPE, CORPUS)
    again.train()
    for name, held in trainer.model.state_dict().items():
        torch.testing.assert_close(again.model.state_dict()[name], held)
