"""How many lists to probe: recall@10 against exact search, by number of cases and share of lists probed.

Vectors are those of generated cases in the bundled encoder; queries are chief complaints of other generated cases.

Example: python scripts/bench/bench.py recall --sizes 3000 20000 100000
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from built import generated
from measuring import write_result

from casefinder.casebase.encoding import encode_parts
from casefinder.cases import Case
from casefinder.encoders import Encoder, Vectors, load_encoder
from casefinder.text import compose_presentation, normalise_text
from casefinder.vector_index import ExactIndex, IVFBuilder, IVFIndex, plan_index, train

SHARES = (0.02, 0.04, 0.08, 0.16, 0.25, 0.4)
N_QUERIES = 500
K = 10
BATCH = 512


def vectors_of(cases: Iterator[Case], encoder: Encoder) -> Vectors:
    """Encode presentations, rounded as a case base stores them."""
    parts = []
    while batch := list(islice(cases, BATCH)):
        encoded = encode_parts(encoder, {str(i).encode(): compose_presentation(case) for i, case in enumerate(batch)})
        parts.append(np.stack([encoded[str(i).encode()] for i in range(len(batch))]).astype(np.float16))
    return np.concatenate(parts).astype(np.float32)


def recall_lines(vectors: Vectors, queries: Vectors, path: Path) -> list[str]:
    """Measure every share of probed lists over one number of vectors."""
    ids, plan = np.arange(len(vectors)), plan_index(len(vectors), dim=vectors.shape[1])
    exact = ExactIndex(ids, vectors).search(queries, k=K).scores[:, -1:]
    training = np.random.default_rng(0).permutation(len(vectors))[: plan.n_training]
    with IVFBuilder(train(plan, vectors[training]), path) as builder:
        builder.add(ids, vectors)
        builder.finish()
    lines = []
    for share in sorted({*SHARES, plan.n_probes / plan.n_lists}):
        n_probes = max(1, round(plan.n_lists * share))
        found = IVFIndex.load(path, n_probes=n_probes, n_compared=40).search(queries, k=K).scores
        recall = float((found >= exact - 1e-5).mean())
        mark = "  <- planned" if n_probes == plan.n_probes else ""
        lines.append(f"{len(vectors):9,d}  {plan.n_lists:6d}  {n_probes:6d}  {share:5.2f}  {recall:.4f}{mark}")
    return lines


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3_000, 20_000, 100_000])
    sizes = sorted(parser.parse_args().sizes)
    encoder = load_encoder()
    cases = generated(sizes[-1] + N_QUERIES)
    asked = [normalise_text(case.sections.chief_complaint) for case in islice(cases, N_QUERIES)]
    queries, vectors = encoder.encode(asked), vectors_of(cases, encoder)
    lines = ["    cases   lists  probes  share  recall@10"]
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            lines += recall_lines(vectors[:size], queries, Path(folder) / f"{size}.index")
    write_result("recall", lines)


if __name__ == "__main__":
    main()
