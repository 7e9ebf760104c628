"""The bundled encoder as a module of sentence-transformers, with its rows as trainable parameters.

Needs sentence-transformers 6. Only models that `scripts/train_encoder/export_sentence_transformers.py` wrote
import it; encoding with casefinder itself needs neither this module nor torch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.torch import save_file
from sentence_transformers.base.modules import InputModule
from torch import Tensor, nn

from casefinder.encoders.bundled.bags import BagMaker
from casefinder.encoders.bundled.features import CharacterTable, Keys
from casefinder.encoders.bundled.gate import (
    CONTEXT_UNIT,
    HIGHEST_SCORE,
    KEY_UNIT,
    LEVEL_UNIT,
    LOWEST_SCORE,
    SCORE_STEPS,
)
from casefinder.errors import EncoderDamagedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from casefinder.encoders.bundled.weights import Weights

_ROWS: Final = "model.safetensors"
_FEATURES: Final = "features.npz"


class BagOfFeatures(InputModule):
    """Adds up the weighted rows of a text's features; put `Normalize` behind it.

    Rounds where the bundled encoder rounds, so that vectors agree; gradients pass through as if nothing was rounded.
    """

    def __init__(self, parameters: dict[str, Tensor], keys: Keys, characters: CharacterTable) -> None:
        """Make the module from `rows`, `context`, `gate_keys` and `gate_biases`, and what belongs to them."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._parameters_by_name = nn.ParameterDict(parameters)
        self._keys = keys
        self._characters = characters
        self._bag_maker = BagMaker(keys, characters, n_buckets=len(parameters["rows"]) - len(keys))

    @classmethod
    def from_weights(cls, weights: Weights) -> Self:
        """Make the module from the encoder's own weights."""
        gate = weights.gate
        held = {
            "rows": weights.table.astype(np.float32),
            "context": gate.context.astype(np.float32),
            "gate_keys": gate.keys.astype(np.float32) / KEY_UNIT,
            "gate_biases": gate.biases.astype(np.float32) / KEY_UNIT,
        }
        parameters = {name: torch.from_numpy(array) for name, array in held.items()}
        return cls(parameters, weights.keys, weights.characters)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Tensor]:  # noqa: ANN401
        """Find the rows of each text: `input_ids` int64 [m] and `offsets` int64 [n_texts]."""
        bags = self._bag_maker.make([f"{prompt or ''}{text}" for text in inputs])
        return {"input_ids": torch.from_numpy(bags.rows), "offsets": torch.from_numpy(bags.borders[:-1])}

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add `sentence_embedding`, float32 [n_texts, dim], not of unit length."""
        rows, offsets = features["input_ids"], features["offsets"]
        table = self._parameters_by_name["rows"]
        levels = self._weigh(rows, offsets)
        features["sentence_embedding"] = F.embedding_bag(rows, table, offsets, mode="sum", per_sample_weights=levels)
        return features

    def _weigh(self, rows: Tensor, offsets: Tensor) -> Tensor:
        """Tell how often each row counts: float32 [m]."""
        held = self._parameters_by_name
        about = F.normalize(F.embedding_bag(rows, held["context"], offsets, mode="sum"), dim=-1)
        about = _rounded(about * CONTEXT_UNIT, torch.round) / CONTEXT_UNIT
        lengths = torch.diff(offsets, append=torch.tensor([len(rows)], device=offsets.device))
        scores = (held["gate_keys"][rows] * about.repeat_interleave(lengths, dim=0)).sum(-1) + held["gate_biases"][rows]
        scores = _rounded(scores * SCORE_STEPS, torch.floor) / SCORE_STEPS
        levels = scores.clamp(LOWEST_SCORE, HIGHEST_SCORE).exp() * LEVEL_UNIT
        return _rounded(levels, torch.round) / LEVEL_UNIT

    def get_embedding_dimension(self) -> int:
        """Return the number of components of a vector."""
        return int(self._parameters_by_name["rows"].shape[1])

    @property
    def max_seq_length(self) -> float:
        """Texts may be of any length."""
        return float("inf")

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Write parameters and features into a folder."""
        folder = Path(output_path)
        save_file({name: held.detach().contiguous() for name, held in self._parameters_by_name.items()}, folder / _ROWS)
        fold, kind = self._characters.fold, self._characters.kind
        np.savez(folder / _FEATURES, keys=self._keys, fold=fold, kind=kind)

    @classmethod
    def load(  # type: ignore[override]  # what is not named here is passed on by name
        cls,
        model_name_or_path: str,
        subfolder: str = "",
        **kwargs: Any,  # noqa: ANN401
    ) -> Self:
        """Read what `save` wrote."""
        where = {k: v for k, v in kwargs.items() if k in {"token", "cache_folder", "revision", "local_files_only"}}
        parameters = cls.load_torch_weights(model_name_or_path=model_name_or_path, subfolder=subfolder, **where)
        path = cls.load_file_path(model_name_or_path, filename=_FEATURES, subfolder=subfolder, **where)
        if path is None:
            raise EncoderDamagedError(f"No {_FEATURES} in {model_name_or_path}. Export the model again.")
        with np.load(path) as arrays:
            return cls(parameters, arrays["keys"], CharacterTable(arrays["fold"], arrays["kind"]))


def _rounded(values: Tensor, rounding: Callable[[Tensor], Tensor]) -> Tensor:
    """Round, and pass the gradient on unchanged."""
    return values + (rounding(values) - values).detach()
