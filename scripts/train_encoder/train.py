"""Train the bundled encoder and write its weights.

    python -m scripts.train_encoder.train --data TRAIN_FOLDER --evaluation EVALUATION_FOLDER --out FOLDER

The evaluation folder is read only to drop every training row that repeats one of its texts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from casefinder.clinical.lexicon.reader import load_lexicon
from casefinder.encoders.bundled import BundledEncoder
from casefinder.encoders.bundled.bags import BagMaker, Bags
from casefinder.encoders.bundled.weights import write_weights
from casefinder.encoders.calibration import Calibration
from scripts.train_encoder.calibrate import calibrate
from scripts.train_encoder.characters import make_character_table
from scripts.train_encoder.check_leaks import drop_leaks
from scripts.train_encoder.corpus import hold_out, read_corpus
from scripts.train_encoder.leaks import LeakFinder, read_evaluation_texts
from scripts.train_encoder.model import GatedBag
from scripts.train_encoder.sources import Pair
from scripts.train_encoder.vocabulary import Vocabulary, choose_vocabulary, describe

_LONGEST = 400  # characters of a text that are trained on
_UNCOUNTED = frozenset({"halves", "clauses", "lex-complaints"})  # made from texts that are counted already
_CALIBRATED = ("toyhom-title-ask", "cmedqq", "cmtmedqa", "rqe", "mts", "tico-sentences")
_SHARES = {
    "toyhom-title-ask": 3.0, "toyhom-ask-answer": 2.0, "toyhom-title-answer": 2.0, "huatuo": 4.0, "cmtmedqa": 1.5,
    "cmedqq": 1.5, "cmedir": 2.0, "cmdd": 0.5, "cmdd-terms": 0.4, "imcs": 2.5, "procedures": 0.7, "icd9": 0.4,
    "hpo": 2.0, "icd10": 1.5, "tico-sentences": 4.0, "tico-terms": 1.0, "medquad": 0.5, "medquad-focus": 0.4,
    "rqe": 2.0, "mts": 1.0, "halves": 0.8, "clauses": 0.6, "lex-forms": 0.25, "lex-broader": 0.5,
    "lex-complaints": 1.0,
}  # fmt: skip
"""How often a pair of each source is drawn, relative to the others."""

_SHORT_TEXTS = {
    "imcs": 4.0, "tico-sentences": 4.0, "tico-terms": 2.0, "hpo": 1.0, "lex-forms": 0.5, "toyhom-title-ask": 1.0,
    "huatuo": 1.0, "rqe": 1.0, "cmedqq": 1.0, "cmedir": 1.0, "procedures": 1.0, "icd10": 1.0,
}  # fmt: skip

# How telling a feature is at the start, beside its idf: unit n-grams of 1-8, word n-grams of 3-5.
_FAMILY_WEIGHTS = np.array([1, 1, 0.4, 0.2, 0.2, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4], dtype=np.float32)
_BUCKET_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of training, with an optimiser and random numbers of its own.

    Attributes:
        n_steps: Batches.
        learning_rate: Highest one of the rows.
        gate_learning_rate: Highest one of the gate.
        temperature: Of the softmax over the batch.
        sharper: Temperatures of sources with one of their own.
        gate_kept: What the gate's keys and biases are multiplied by before the phase.
        more: How much more often than in `_SHARES` a source is drawn.
        others: The same for sources that `more` does not name.
    """

    n_steps: int
    learning_rate: float
    gate_learning_rate: float
    temperature: float
    gate_kept: float = 1.0
    sharper: Mapping[str, float] = field(default_factory=dict)
    more: Mapping[str, float] = field(default_factory=dict)
    others: float = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was found by the experiments in EXPERIMENTS.md."""

    dim: int = 512
    gate_dim: int = 32
    n_rows: int = 50_000
    n_buckets: int = 6_000
    batch: int = 1_536
    dropped: float = 0.15
    dropped_long: float = 0.3
    scale: float = 0.3
    seed: int = 0
    phases: tuple[Phase, ...] = (
        Phase(650, learning_rate=3e-3, gate_learning_rate=5e-3, temperature=0.07),
        # The gate has learned the training texts too well by now, at the cost of translations: EXPERIMENTS.md.
        Phase(
            240,
            learning_rate=2e-3,
            gate_learning_rate=5e-4,
            temperature=0.085,
            gate_kept=0.75,
            more={"tico-sentences": 2.5, "tico-terms": 2.0, "imcs": 2.0, "cmedir": 1.5},
        ),
        # Short terms last, and sharply: first places among near synonyms.
        Phase(
            150,
            learning_rate=1.5e-3,
            gate_learning_rate=3e-4,
            temperature=0.085,
            sharper={"imcs": 0.045, "hpo": 0.05, "procedures": 0.05},
            more=_SHORT_TEXTS,
            others=0.0,
        ),
    )


class Trainer:
    """Trains rows and gate with in-batch negatives; a batch is of one source."""

    def __init__(self, recipe: Recipe, corpus: dict[str, list[Pair]]) -> None:
        """Choose the vocabulary, look up every text's rows, and draw the first model."""
        self._recipe = recipe
        self.characters = make_character_table()
        self.vocabulary = _choose_vocabulary(corpus, self, recipe)
        _log(f"vocabulary by family: {describe(self.vocabulary)}")
        texts = sorted({t for pairs in corpus.values() for p in pairs for t in _pair_texts(p)})
        places = {text: place for place, text in enumerate(texts)}
        self._bags = make_all_bags(texts, self)
        self._sources = {name: _to_array(pairs, places) for name, pairs in corpus.items() if pairs}
        self._long = np.zeros(recipe.n_rows + recipe.n_buckets, dtype=bool)
        self._long[: len(self.vocabulary.keys)] = (self.vocabulary.families >= 2) & (self.vocabulary.families < 8)
        self.model = self._first_model()

    def _first_model(self) -> GatedBag:
        recipe, vocabulary = self._recipe, self.vocabulary
        known = vocabulary.idf * _FAMILY_WEIGHTS[vocabulary.families]
        hashed = np.full(recipe.n_buckets, np.log(vocabulary.n_texts) * _BUCKET_WEIGHT, np.float32)
        lengths = np.concatenate([known, hashed])
        torch.manual_seed(recipe.seed)
        return GatedBag(lengths, dim=recipe.dim, gate_dim=recipe.gate_dim, scale=recipe.scale)

    def train(self) -> None:
        """Go through the recipe's phases, and take the mean of what each ended with."""
        ends = []
        for number, phase in enumerate(self._recipe.phases):
            self._random = np.random.default_rng(self._recipe.seed + number)
            self.model.soften(phase.gate_kept)
            self._train_phase(phase)
            ends.append({name: held.clone() for name, held in self.model.state_dict().items()})
        self.model.load_state_dict({name: torch.stack([end[name] for end in ends]).mean(0) for name in ends[0]})

    def _train_phase(self, phase: Phase) -> None:
        optimiser = self._make_optimiser(phase)
        names = list(self._sources)
        shares = np.array([_SHARES[n] * phase.more.get(n, phase.others) * len(self._sources[n]) for n in names])
        orders = {name: np.zeros(0, np.int64) for name in names}
        for step in range(phase.n_steps):
            rate = min(1.0, (step + 1) / 50) * max(0.02, 1 - step / phase.n_steps)
            for group in optimiser.param_groups:
                group["lr"] = group["peak_lr"] * rate
            name = names[self._random.choice(len(names), p=shares / shares.sum())]
            loss = self._loss(self._draw(name, orders), phase.sharper.get(name, phase.temperature))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            if step % 50 == 0:
                _log(f"step {step} {name} loss {loss.item():.3f}")

    def _draw(self, name: str, orders: dict[str, NDArray[np.int64]]) -> NDArray[np.int64]:
        """Draw the next batch of a source's random order; a new order when too little is left of it."""
        pairs = self._sources[name]
        size = min(self._recipe.batch, len(pairs))
        if len(orders[name]) < size:
            orders[name] = self._random.permutation(len(pairs))
        chosen, orders[name] = np.split(orders[name], [size])
        return pairs[chosen]

    def _make_optimiser(self, phase: Phase) -> torch.optim.Adam:
        model = self.model
        groups = [
            {"params": [model.table], "peak_lr": phase.learning_rate},
            {"params": [model.context, model.keys, model.biases], "peak_lr": phase.gate_learning_rate},
        ]
        return torch.optim.Adam(groups, betas=(0.9, 0.99), fused=True)

    def _loss(self, pairs: NDArray[np.int64], temperature: float) -> Tensor:
        """Cross-entropy of finding each pair's other text, both ways, among the batch and its hard negatives."""
        left, right, negative, group = pairs.T
        vectors = self._encode(np.concatenate([left, right, negative[negative >= 0]]))
        n = len(pairs)
        similar = vectors[:n] @ vectors[n : 2 * n].T / temperature
        same = torch.from_numpy((group[:, None] == group) | (right[:, None] == right))
        similar = similar.masked_fill(same & ~torch.eye(n, dtype=torch.bool), -1e4)
        harder = torch.cat([similar, vectors[:n] @ vectors[2 * n :].T / temperature], dim=1)
        target = torch.arange(n)
        return (F.cross_entropy(harder, target) + F.cross_entropy(similar.T, target)) / 2

    def _encode(self, texts: NDArray[np.int64]) -> Tensor:
        """Encode texts with some of their features dropped: long n-grams more often, lest they do all the work."""
        rows, starts = take(self._bags, texts)
        kept = self._random.random(len(rows)) >= self._recipe.dropped
        kept &= ~(self._long[rows] & (self._random.random(len(rows)) < self._recipe.dropped_long))
        kept[starts[starts < len(rows)]] = True
        starts = np.concatenate([[0], np.cumsum(kept)])[starts]
        vectors: Tensor = self.model(torch.from_numpy(rows[kept].astype(np.int64)), torch.from_numpy(starts))
        return vectors


def take(bags: Bags, texts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Copy the rows of some texts, one after the other, and where each text starts."""
    lengths = bags.borders[texts + 1] - bags.borders[texts]
    stops = np.cumsum(lengths)
    places = np.arange(stops[-1]) + np.repeat(bags.borders[texts] - (stops - lengths), lengths)
    return bags.rows[places], stops - lengths


def make_all_bags(texts: list[str], trainer: Trainer, *, batch: int = 512) -> Bags:
    """Look up the rows of many texts, in batches that fit the cache."""
    maker = BagMaker(trainer.vocabulary.keys, trainer.characters, n_buckets=trainer._recipe.n_buckets)
    parts = [maker.make(texts[first : first + batch]) for first in range(0, len(texts), batch)]
    lengths = np.concatenate([np.diff(part.borders) for part in parts])
    return Bags(
        rows=np.concatenate([part.rows.astype(np.int32) for part in parts]),
        borders=np.concatenate([[0], np.cumsum(lengths)]),
    )


def _choose_vocabulary(corpus: dict[str, list[Pair]], trainer: Trainer, recipe: Recipe) -> Vocabulary:
    counted = {t for name, pairs in corpus.items() if name not in _UNCOUNTED for p in pairs for t in _pair_texts(p)}
    forms = [form for concept in load_lexicon() for form in concept.forms]
    return choose_vocabulary(sorted(counted), forms, trainer.characters, n_rows=recipe.n_rows)


def _pair_texts(pair: Pair) -> list[str]:
    return [text[:_LONGEST] for text in (pair.left, pair.right, pair.negative) if text]


def _to_array(pairs: list[Pair], places: dict[str, int]) -> NDArray[np.int64]:
    """Turn pairs into rows of four numbers: left, right, hard negative or -1, group."""
    groups: dict[str, int] = {}
    rows = [
        (
            places[p.left[:_LONGEST]],
            places[p.right[:_LONGEST]],
            places[p.negative[:_LONGEST]] if p.negative else -1,
            groups.setdefault(p.group, len(groups)),
        )
        for p in pairs
    ]
    return np.array(rows, dtype=np.int64)


def write_encoder(out: Path, trainer: Trainer, held: dict[str, list[Pair]]) -> None:
    """Round the model, calibrate the encoder on pairs it has not seen, and write both."""
    weights = trainer.model.to_weights(trainer.vocabulary.keys, trainer.characters)
    blank = Calibration((0.0, 1.0), (0.0, 100.0), related=0.5, near_duplicate=0.9)
    encoder = BundledEncoder(weights, write_weights(out, weights, blank))
    metadata = write_weights(out, weights, calibrate(encoder.encode, [held[name] for name in _CALIBRATED]))
    _log(f"wrote {metadata.fingerprint}, calibration {metadata.calibration}")


def _log(message: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {message}\n")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder laid out as README.md says")
    parser.add_argument("--evaluation", type=Path, required=True, help="folder of texts that must not be trained on")
    parser.add_argument("--out", type=Path, required=True, help="folder for the two weights files")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    finder = LeakFinder(read_evaluation_texts(arguments.evaluation))
    clean, dropped = drop_leaks(read_corpus(arguments.data), finder)
    _log(f"rows dropped because they repeat an evaluation text: {sum(dropped.values())}")
    train, held = hold_out(clean)
    trainer = Trainer(Recipe(), train)
    trainer.train()
    write_encoder(arguments.out, trainer, held)


if __name__ == "__main__":
    main()
