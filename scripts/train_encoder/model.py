"""The encoder as torch trains it: a table of rows, and the gate that weighs them."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from casefinder.encoders.bundled.features import CharacterTable, Keys
from casefinder.encoders.bundled.gate import HIGHEST_SCORE, LOWEST_SCORE
from casefinder.encoders.bundled.weights import Weights
from scripts.train_encoder.export import quantise_gate, quantise_to_nibbles

_KEY_SCALE = 4.0  # keys learn four times as fast as biases


class GatedBag(nn.Module):
    """Adds up the rows of a text, each weighed by how well its key fits what the text is about."""

    def __init__(self, lengths: NDArray[np.float32], *, dim: int, gate_dim: int, scale: float) -> None:
        """Draw random directions; keys and biases start at zero, so every row counts once.

        Args:
            lengths: float32 [n_rows], how telling each row is; makes the first similarity one of TF-IDF.
            dim: Numbers of a vector.
            gate_dim: Numbers of a context and of a key.
            scale: Of the table: the larger, the less training turns it.
        """
        super().__init__()
        relative = torch.from_numpy(lengths / lengths.mean())[:, None]
        n_rows = len(lengths)
        self.table = nn.Parameter(torch.randn(n_rows, dim) / math.sqrt(dim) * relative * scale)
        self.context = nn.Parameter(torch.randn(n_rows, gate_dim) / math.sqrt(gate_dim) * relative)
        self.keys = nn.Parameter(torch.zeros(n_rows, gate_dim))
        self.biases = nn.Parameter(torch.zeros(n_rows, 1))

    def forward(self, rows: Tensor, offsets: Tensor) -> Tensor:
        """Encode texts: rows int64 [m], offsets int64 [n_texts]; float32 [n_texts, dim] of unit length."""
        about = F.normalize(F.embedding_bag(rows, self.context, offsets, mode="sum"), dim=-1)
        lengths = torch.diff(offsets, append=torch.tensor([len(rows)]))
        keys = F.embedding(rows, self.keys)
        fits = (keys * about.repeat_interleave(lengths, dim=0)).sum(-1) * _KEY_SCALE
        scores = fits + F.embedding(rows, self.biases)[:, 0]
        levels = scores.clamp(LOWEST_SCORE, HIGHEST_SCORE).exp()
        summed = F.embedding_bag(rows, self.table, offsets, mode="sum", per_sample_weights=levels)
        return F.normalize(summed, dim=-1)

    def soften(self, kept: float) -> None:
        """Multiply the gate's keys and biases: 1 changes nothing, 0 lets every row count once again."""
        with torch.no_grad():
            self.keys.mul_(kept)
            self.biases.mul_(kept)

    def to_weights(self, keys: Keys, characters: CharacterTable) -> Weights:
        """Round everything to the integers that casefinder ships."""
        table, context, gate_keys, biases = (
            parameter.detach().numpy() for parameter in (self.table, self.context, self.keys, self.biases)
        )
        gate = quantise_gate(context, np.float32(_KEY_SCALE) * gate_keys, biases[:, 0])
        return Weights(table=quantise_to_nibbles(table), gate=gate, keys=keys, characters=characters)
