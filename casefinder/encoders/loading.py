"""From an encoder's name to the encoder."""

from __future__ import annotations

from typing import Final

from casefinder.encoders.protocol import Encoder

BUNDLED_NAME: Final = "bundled"


def load_encoder(name: str = BUNDLED_NAME) -> Encoder:
    """Load an encoder by the name that a user gives it.

    Args:
        name: ``bundled`` for the encoder that ships with casefinder; else a folder (``./bge-m3``) or a
            hub name (``BAAI/bge-m3``) whose files are on this machine. The network is never used.

    Raises:
        EncoderNotFoundError: The model is not on this machine; the message says how to get it.
        EncoderDamagedError: Files of the model are missing or altered.
    """
    if name == BUNDLED_NAME:
        from casefinder.encoders.bundled import BundledEncoder

        return BundledEncoder.load()
    from casefinder.encoders.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder.load(name)
