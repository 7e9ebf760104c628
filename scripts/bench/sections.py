"""How much each section of a case should count: same-condition precision@10 on the sample cases.

Every case asks with its chief complaint, and again with its whole presentation; the other cases answer with their
blended vectors. A hit is right when it is of the same condition, which the generator recorded.

Example: python scripts/bench/bench.py sections
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from measuring import write_result
from numpy.typing import NDArray

from casefinder.cases.readers import CaseSource
from casefinder.cases.reading import ReadCase
from casefinder.encoders import load_encoder
from casefinder.text import SECTION_WEIGHTS, normalise_text

SAMPLE = Path(__file__).parents[2] / "index_data" / "sample_cases.jsonl.gz"
K = 10
# Complaint, present illness, exam, past history.
CANDIDATES = (
    (1.0, 0.0, 0.0, 0.0),
    (1.0, 1.0, 1.0, 1.0),
    (1.0, 0.8, 0.35, 0.2),
    (1.0, 1.0, 0.35, 0.2),
    (1.0, 1.2, 0.4, 0.1),
    (1.0, 1.2, 0.6, 0.2),
    (1.0, 1.2, 0.8, 0.2),
    (1.0, 1.5, 0.8, 0.2),
    (1.0, 0.8, 0.35, 0.0),
    (1.0, 0.8, 0.0, 0.2),
    (1.0, 0.8, 0.8, 0.2),
)
Matrix = NDArray[np.float32]


def blended(sections: dict[str, Matrix], weights: tuple[float, ...]) -> Matrix:
    """Return one vector of unit length per case, float32 [n_cases, dim]."""
    total = np.zeros_like(sections["chief_complaint"])
    for name, weight in zip(SECTION_WEIGHTS, weights, strict=True):
        total += np.float32(weight) * sections[name]
    unit: Matrix = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), np.float32(1e-9))
    return unit


def precision(queries: Matrix, vectors: Matrix, conditions: NDArray[np.str_]) -> float:
    """Return the share of the ten nearest other cases that are of the same condition."""
    similarity = queries @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    nearest = np.argpartition(-similarity, K, axis=1)[:, :K]
    return float((conditions[nearest] == conditions[:, None]).mean())


def main() -> None:
    """Measure every candidate."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    cases = [row.case for row in CaseSource(SAMPLE) if isinstance(row, ReadCase)]
    conditions = np.array([case.attributes["condition"] for case in cases])
    encoder = load_encoder()
    sections = {
        name: encoder.encode([normalise_text(getattr(case.sections, name)) for case in cases])
        for name in SECTION_WEIGHTS
    }
    lines = ["weights of " + ", ".join(SECTION_WEIGHTS) + ": precision@10 asking by complaint, by presentation", ""]
    for weights in CANDIDATES:
        vectors = blended(sections, weights)
        by_complaint = precision(sections["chief_complaint"], vectors, conditions)
        by_presentation = precision(vectors, vectors, conditions)
        mark = "  <- in use" if weights == tuple(SECTION_WEIGHTS.values()) else ""
        lines.append(f"{weights!s:24s} {by_complaint:.3f}  {by_presentation:.3f}{mark}")
    write_result("sections", lines)


if __name__ == "__main__":
    main()
