"""The encoder that ships inside casefinder; needs numpy and nothing else."""

from casefinder.encoders.bundled.encoder import BundledEncoder

__all__ = ["BundledEncoder"]
