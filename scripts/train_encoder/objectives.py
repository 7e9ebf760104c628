"""What a batch is asked to do: tell each pair's other text from the rest, or put two texts in order."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of pairs as vectors.

    Attributes:
        left: float32 [n, dim].
        right: float32 [n, dim].
        negatives: float32 [m, dim], the hard negatives of those pairs that have one.
        same: bool [n, n], where the right text of the column may as well belong to the left text of the row.
    """

    left: Tensor
    right: Tensor
    negatives: Tensor
    same: Tensor


def tell_apart(batch: Encoded, temperature: float) -> Tensor:
    """Cross-entropy of finding each pair's other text, both ways, among the batch and its hard negatives."""
    n = len(batch.left)
    similar = batch.left @ batch.right.T / temperature
    similar = similar.masked_fill(batch.same & ~torch.eye(n, dtype=torch.bool), -1e4)
    harder = torch.cat([similar, batch.left @ batch.negatives.T / temperature], dim=1)
    target = torch.arange(n)
    return (F.cross_entropy(harder, target) + F.cross_entropy(similar.T, target)) / 2


def choose_label(left: Tensor, labels: Tensor, target: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of finding each text's label among all labels of a source.

    Unlike labels of a batch, all of them weigh the same: a frequent label is not pushed away more often.

    Args:
        left: float32 [n, dim].
        labels: float32 [n_labels, dim].
        target: int64 [n], the right label of each text.
        temperature: Of the softmax.
    """
    return F.cross_entropy(left @ labels.T / temperature, target)


def put_in_order(left: Tensor, better: Tensor, worse: Tensor, temperature: float) -> Tensor:
    """Logistic loss of the better text being nearer to the left one than the worse text is."""
    return F.softplus((left * (worse - better)).sum(dim=1) / temperature).mean()
