"""Train the bundled encoder and write its weights.

    python -m scripts.train_encoder.train --data TRAIN_FOLDER --evaluation EVALUATION_FOLDER --out FOLDER

The evaluation folder is read only to drop every training row that repeats one of its texts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from casefinder.encoders.bundled import BundledEncoder
from casefinder.encoders.bundled.weights import write_weights
from casefinder.encoders.calibration import Calibration
from scripts.train_encoder.calibrate import calibrate
from scripts.train_encoder.check_leaks import drop_leaks
from scripts.train_encoder.corpus import hold_out, join_material, read_corpus, write_glosses
from scripts.train_encoder.leaks import LeakFinder, read_evaluation_texts
from scripts.train_encoder.recipe import Recipe
from scripts.train_encoder.sources import Pair
from scripts.train_encoder.trainer import Trainer, log

_CALIBRATED = ("toyhom-title-ask", "cmedqq", "cmtmedqa", "rqe", "mts", "tico-sentences")


def write_encoder(out: Path, trainer: Trainer, held: dict[str, list[Pair]]) -> None:
    """Round the model, calibrate the encoder on pairs it has not seen, and write both."""
    weights = trainer.model.to_weights(trainer.vocabulary.keys, trainer.characters)
    blank = Calibration((0.0, 1.0), (0.0, 100.0), related=0.5, near_duplicate=0.9)
    encoder = BundledEncoder(weights, write_weights(out, weights, blank))
    metadata = write_weights(out, weights, calibrate(encoder.encode, [held[name] for name in _CALIBRATED]))
    log(f"wrote {metadata.fingerprint}, calibration {metadata.calibration}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder laid out as README.md says")
    parser.add_argument("--evaluation", type=Path, required=True, help="folder of texts that must not be trained on")
    parser.add_argument("--out", type=Path, required=True, help="folder for the two weights files")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    finder = LeakFinder(read_evaluation_texts(arguments.evaluation))
    clean, dropped = drop_leaks(read_corpus(arguments.data), finder)
    train, held = hold_out(clean)
    glosses, dropped_glosses = drop_leaks(write_glosses(train), finder)
    log(f"rows dropped because they repeat an evaluation text: {sum((dropped + dropped_glosses).values())}")
    trainer = Trainer(Recipe(), join_material(train) | glosses)
    trainer.train()
    write_encoder(arguments.out, trainer, held)


if __name__ == "__main__":
    main()
