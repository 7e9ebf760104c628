"""Encoders in sentence-transformers' format, from a folder or a model cache on this machine; BGE-M3 above all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from casefinder.encoders.model_files import find_model, model_fingerprint
from casefinder.encoders.protocol import Vectors
from casefinder.errors import EncoderDamagedError
from casefinder.settings import thread_count

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from casefinder.encoders.calibration import Calibration

_BATCH_TEXTS: Final = 32  # beyond it, padding to the longest text costs more than the larger batch saves on a CPU


class SentenceTransformerEncoder:
    """A sentence-transformers model. Its weights are loaded with the first text, not before."""

    def __init__(self, name: str, folder: Path) -> None:
        """Describe the model in a folder; see ``load``."""
        self._name = name
        self._folder = folder
        self._fingerprint = model_fingerprint(folder)
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None

    @classmethod
    def load(cls, name: str) -> SentenceTransformerEncoder:
        """Find a model by folder or hub name, without using the network.

        Raises:
            EncoderNotFoundError: It is not on this machine; the message says how to get it.
            EncoderDamagedError: Files that decide its vectors are missing.
        """
        return cls(name, find_model(name))

    @property
    def name(self) -> str:
        """The folder or hub name that was asked for."""
        return self._name

    @property
    def dim(self) -> int:
        """Number of components of a vector."""
        dim = self._loaded().get_sentence_embedding_dimension()
        if dim is None:
            raise EncoderDamagedError(f"model {self._name!r} does not say its dimension; download it again")
        return int(dim)

    @property
    def fingerprint(self) -> str:
        """Identity of the model's files."""
        return self._fingerprint

    @property
    def calibration(self) -> Calibration | None:
        """None: what this model's cosines mean has not been measured."""
        return None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see ``Encoder.encode``. Texts beyond the model's length are cut by the model."""
        model = self._loaded()
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        filled = [row for row, text in enumerate(texts) if any(character.isalnum() for character in text)]
        if filled:
            # One forward pass at a time: torch uses all threads by itself, and tokenizers are not re-entrant.
            with self._lock:
                encoded = model.encode(
                    [texts[row] for row in filled],
                    batch_size=_BATCH_TEXTS,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
            vectors[filled] = np.asarray(encoded, dtype=np.float32)
        return vectors

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._model = _load_model(self._name, self._folder)
            return self._model


def _load_model(name: str, folder: Path) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer

    if threads := thread_count():
        torch.set_num_threads(threads)
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as exc:
        reason = f"{type(exc).__name__}"
        raise EncoderDamagedError(
            f"model {name!r} in {folder} cannot be loaded ({reason}); its files are incomplete, download it again"
        ) from exc
    return model.eval()
