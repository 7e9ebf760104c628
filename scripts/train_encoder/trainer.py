"""Train rows and gate, one batch of one source after the other."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from casefinder.clinical.lexicon.reader import load_lexicon
from casefinder.encoders.bundled.bags import BagMaker, Bags
from scripts.train_encoder.characters import make_character_table
from scripts.train_encoder.model import GatedBag
from scripts.train_encoder.objectives import Encoded, choose_label, put_in_order, tell_apart
from scripts.train_encoder.recipe import SHARES, Phase, Recipe
from scripts.train_encoder.sources import Pair
from scripts.train_encoder.vocabulary import Vocabulary, choose_vocabulary, describe

_LONGEST = 400  # characters of a text that are trained on
_UNCOUNTED = frozenset(
    {"halves", "clauses", "lex-complaints", "lex-questions", "glosses", "mixed"}
)  # made from texts counted already
_LABELLED = frozenset({"imcs", "own-symptoms"})  # many mentions of few standard terms
_ORDERED = frozenset({"cmedir-order"})  # the hard negative is the worse of two answers, not a wrong one

# How telling a feature is at the start, beside its idf: unit n-grams of 1-8, word n-grams of 3-5.
_FAMILY_WEIGHTS = np.array([1, 1, 0.4, 0.2, 0.2, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4], dtype=np.float32)
_BUCKET_WEIGHT = 0.4

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Labels:
    """All labels of the labelled sources: their texts, sorted, and a lookup from text to place."""

    texts: Numbers

    def place(self, texts: Numbers) -> Tensor:
        return torch.from_numpy(np.searchsorted(self.texts, texts))


class Trainer:
    """Trains rows and gate with in-batch negatives; a batch is of one source."""

    def __init__(self, recipe: Recipe, corpus: dict[str, list[Pair]]) -> None:
        """Choose the vocabulary, look up every text's rows, and draw the first model."""
        self._recipe = recipe
        self.characters = make_character_table()
        self.vocabulary = self._choose_vocabulary(corpus)
        log(f"vocabulary by family: {describe(self.vocabulary)}")
        texts = sorted({t for pairs in corpus.values() for p in pairs for t in _pair_texts(p)})
        places = {text: place for place, text in enumerate(texts)}
        self._bags = self._make_bags(texts)
        self._sources = {name: _to_array(pairs, places) for name, pairs in corpus.items() if pairs}
        labelled = [self._sources[name][:, 1] for name in sorted(_LABELLED & self._sources.keys())]
        self._labels = _Labels(np.unique(np.concatenate([np.zeros(0, np.int64), *labelled])))
        self._long = np.zeros(recipe.n_rows + recipe.n_buckets, dtype=bool)
        self._long[: len(self.vocabulary.keys)] = (self.vocabulary.families >= 2) & (self.vocabulary.families < 8)
        self.model = self._first_model()

    def _choose_vocabulary(self, corpus: dict[str, list[Pair]]) -> Vocabulary:
        counted = {t for name, pairs in corpus.items() if name not in _UNCOUNTED for p in pairs for t in _pair_texts(p)}
        forms = [form for concept in load_lexicon() for form in concept.forms]
        return choose_vocabulary(sorted(counted), forms, self.characters, n_rows=self._recipe.n_rows)

    def _make_bags(self, texts: Sequence[str], *, batch: int = 512) -> Bags:
        """Look up the rows of many texts, in batches that fit the cache."""
        maker = BagMaker(self.vocabulary.keys, self.characters, n_buckets=self._recipe.n_buckets)
        parts = [maker.make(texts[first : first + batch]) for first in range(0, len(texts), batch)]
        lengths = np.concatenate([np.diff(part.borders) for part in parts])
        return Bags(
            rows=np.concatenate([part.rows.astype(np.int32) for part in parts]),
            borders=np.concatenate([[0], np.cumsum(lengths)]),
        )

    def _first_model(self) -> GatedBag:
        recipe, vocabulary = self._recipe, self.vocabulary
        known = vocabulary.idf * _FAMILY_WEIGHTS[vocabulary.families]
        hashed = np.full(recipe.n_buckets, np.log(vocabulary.n_texts) * _BUCKET_WEIGHT, np.float32)
        lengths = np.concatenate([known, hashed])
        torch.manual_seed(recipe.seed)
        return GatedBag(lengths, dim=recipe.dim, gate_dim=recipe.gate_dim, scale=recipe.scale)

    def train(self) -> None:
        """Run the recipe several times from one start, and take the mean of what every phase of every run ended with.

        The runs differ in the order of the pairs and in the features that are dropped. Rows that start alike can be
        averaged, and what a run learned by chance averages out.
        """
        start = {name: held.clone() for name, held in self.model.state_dict().items()}
        mean = {name: torch.zeros_like(held) for name, held in start.items()}
        n_ends = self._recipe.n_runs * len(self._recipe.phases)
        for run in range(self._recipe.n_runs):
            self.model.load_state_dict(start)
            for number, phase in enumerate(self._recipe.phases):
                log(f"run {run + 1} of {self._recipe.n_runs}, phase {number + 1}")
                self._random = np.random.default_rng([self._recipe.seed, run, number])
                self.model.soften(phase.gate_kept)
                self._train_phase(phase)
                for name, held in self.model.state_dict().items():
                    mean[name] += held / n_ends
        self.model.load_state_dict(mean)

    def _train_phase(self, phase: Phase) -> None:
        optimiser = self._make_optimiser(phase)
        names = list(self._sources)
        shares = np.array([SHARES[n] * phase.more.get(n, phase.others) * len(self._sources[n]) for n in names])
        orders = {name: np.zeros(0, np.int64) for name in names}
        turns = _take_turns(shares / shares.sum(), phase.n_steps)
        for step in range(phase.n_steps):
            rate = min(1.0, (step + 1) / 50) * max(0.02, 1 - step / phase.n_steps)
            for group in optimiser.param_groups:
                group["lr"] = group["peak_lr"] * rate
            name = names[turns[step]]
            loss = self._loss(name, self._draw(name, orders), phase.sharper.get(name, phase.temperature))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            if step % 50 == 0:
                log(f"step {step} {name} loss {loss.item():.3f}")

    def _draw(self, name: str, orders: dict[str, Numbers]) -> Numbers:
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

    def _loss(self, name: str, pairs: Numbers, temperature: float) -> Tensor:
        left, right, negative, group = pairs.T
        n = len(pairs)
        if name in _LABELLED:
            vectors = self._encode(np.concatenate([left, self._labels.texts]))
            return choose_label(vectors[:n], vectors[n:], self._labels.place(right), temperature)
        vectors = self._encode(np.concatenate([left, right, negative[negative >= 0]]))
        batch = Encoded(vectors[:n], vectors[n : 2 * n], vectors[2 * n :], _find_same(right, group))
        if name in _ORDERED:
            return put_in_order(batch.left, batch.right, batch.negatives, temperature)
        return tell_apart(batch, temperature)

    def _encode(self, texts: Numbers) -> Tensor:
        """Encode texts with some of their features dropped: long n-grams more often, lest they do all the work."""
        rows, starts = take(self._bags, texts)
        kept = self._random.random(len(rows)) >= self._recipe.dropped
        kept &= ~(self._long[rows] & (self._random.random(len(rows)) < self._recipe.dropped_long))
        kept[starts[starts < len(rows)]] = True
        starts = np.concatenate([[0], np.cumsum(kept)])[starts]
        vectors: Tensor = self.model(torch.from_numpy(rows[kept].astype(np.int64)), torch.from_numpy(starts))
        return vectors


def take(bags: Bags, texts: Numbers) -> tuple[Numbers, Numbers]:
    """Copy the rows of some texts, one after the other, and where each text starts."""
    lengths = bags.borders[texts + 1] - bags.borders[texts]
    stops = np.cumsum(lengths)
    places = np.arange(stops[-1]) + np.repeat(bags.borders[texts] - (stops - lengths), lengths)
    return bags.rows[places], stops - lengths


def log(message: str) -> None:
    """Tell on standard error how far the training is."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {message}\n")


def _take_turns(shares: NDArray[np.float64], n_steps: int) -> list[int]:
    """Choose a source for each step, always the one that is furthest behind its share."""
    drawn = np.zeros(len(shares))
    turns = []
    for step in range(n_steps):
        turns.append(int(np.argmax(shares * (step + 1) - drawn)))
        drawn[turns[-1]] += 1
    return turns


def _find_same(right: Numbers, group: Numbers) -> Tensor:
    return torch.from_numpy((group[:, None] == group) | (right[:, None] == right))


def _pair_texts(pair: Pair) -> list[str]:
    return [text[:_LONGEST] for text in (pair.left, pair.right, pair.negative) if text]


def _to_array(pairs: list[Pair], places: dict[str, int]) -> Numbers:
    """Turn pairs into rows of four numbers: left, right, hard negative or -1, group."""
    groups: dict[str, int] = {}
    rows = [
        (
            places[pair.left[:_LONGEST]],
            places[pair.right[:_LONGEST]],
            places[pair.negative[:_LONGEST]] if pair.negative else -1,
            groups.setdefault(pair.group, len(groups)),
        )
        for pair in pairs
    ]
    return np.array(rows, dtype=np.int64)
