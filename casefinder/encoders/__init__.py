"""Text encoders: the bundled one, and any sentence-transformers model on this machine."""

from casefinder.encoders.calibration import Calibration, Relation
from casefinder.encoders.loading import BUNDLED_NAME, load_encoder
from casefinder.encoders.protocol import Encoder, Vectors, Weighing, WeighsTerms

__all__ = ["BUNDLED_NAME", "Calibration", "Encoder", "Relation", "Vectors", "Weighing", "WeighsTerms", "load_encoder"]
