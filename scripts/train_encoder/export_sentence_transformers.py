"""Write the bundled encoder as a model of sentence-transformers.

    python -m scripts.train_encoder.export_sentence_transformers FOLDER

Then `SentenceTransformer("FOLDER", trust_remote_code=True)` gives the same vectors as the bundled encoder and can
be fine-tuned. sentence-transformers 6 asks for `trust_remote_code=True` because the module that cuts texts into
features is casefinder's own, not one of theirs; nothing is fetched.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from casefinder.encoders.bundled.encoder import PACKAGED
from casefinder.encoders.bundled.weights import read_metadata, read_weights


def export(weights: Path, folder: Path) -> None:
    """Write the encoder of one folder as a sentence-transformers model into another."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules.normalize import Normalize

    from casefinder.encoders.bundled.sentence_transformers_module import BagOfFeatures

    module = BagOfFeatures.from_weights(read_weights(weights, read_metadata(weights)))
    model = SentenceTransformer(modules=[module, Normalize()], device="cpu")
    model.save(str(folder), create_model_card=False)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, default=PACKAGED, help="default: the packaged weights")
    arguments = parser.parse_args()
    export(arguments.weights, arguments.folder)


if __name__ == "__main__":
    main()
