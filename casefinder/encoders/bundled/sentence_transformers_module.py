"""The bundled encoder as a module of sentence-transformers, with its rows as trainable parameters.

Needs sentence-transformers 6. Only models that `scripts/train_encoder/export_sentence_transformers.py` wrote
import it; encoding with casefinder itself needs neither this module nor torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from safetensors.torch import save_file
from sentence_transformers.base.modules import InputModule
from torch import Tensor, nn

from casefinder.encoders.bundled.bags import BagMaker
from casefinder.encoders.bundled.features import CharacterTable, Keys
from casefinder.errors import EncoderDamagedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from casefinder.encoders.bundled.weights import Weights

_ROWS: Final = "model.safetensors"
_FEATURES: Final = "features.npz"


class BagOfFeatures(InputModule):
    """Adds up the rows of a text's features; put `Normalize` behind it."""

    def __init__(self, rows: Tensor, keys: Keys, characters: CharacterTable) -> None:
        """Make the module from rows float32 [n_rows, dim] and what belongs to them."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.embedding = nn.EmbeddingBag.from_pretrained(rows, freeze=False, mode="sum")
        self._keys = keys
        self._characters = characters
        self._bag_maker = BagMaker(keys, characters, n_buckets=len(rows) - len(keys))

    @classmethod
    def from_weights(cls, weights: Weights) -> Self:
        """Make the module from the encoder's own weights."""
        rows = torch.from_numpy(weights.numbers.astype(np.float32))
        return cls(rows, weights.keys, weights.characters)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Tensor]:  # noqa: ANN401
        """Find the rows of each text: `input_ids` int64 [m] and `offsets` int64 [n_texts]."""
        bags = self._bag_maker.make([f"{prompt or ''}{text}" for text in inputs])
        return {"input_ids": torch.from_numpy(bags.rows), "offsets": torch.from_numpy(bags.borders[:-1])}

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add `sentence_embedding`, float32 [n_texts, dim], not of unit length."""
        features["sentence_embedding"] = self.embedding(features["input_ids"], features["offsets"])
        return features

    def get_embedding_dimension(self) -> int:
        """Return the number of components of a vector."""
        return int(self.embedding.embedding_dim)

    @property
    def max_seq_length(self) -> float:
        """Texts may be of any length."""
        return float("inf")

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Write rows and features into a folder."""
        folder = Path(output_path)
        save_file({"rows": self.embedding.weight.detach().contiguous()}, folder / _ROWS)
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
        rows = cls.load_torch_weights(model_name_or_path=model_name_or_path, subfolder=subfolder, **where)["rows"]
        path = cls.load_file_path(model_name_or_path, filename=_FEATURES, subfolder=subfolder, **where)
        if path is None:
            raise EncoderDamagedError(f"No {_FEATURES} in {model_name_or_path}. Export the model again.")
        with np.load(path) as arrays:
            return cls(rows, arrays["keys"], CharacterTable(arrays["fold"], arrays["kind"]))
