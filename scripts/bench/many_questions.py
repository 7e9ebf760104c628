"""Many questions at once against one by one: text to hits with their cases, and the vector index alone.

Both ways are asked the same questions in turn, in several rounds; their answers must be equal. With
CASEFINDER_THREADS=1 everything runs on one thread.

Example: CASEFINDER_THREADS=1 python scripts/bench/bench.py many-questions --cases 20000
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from built import add_base_options, asked, large_base
from measuring import spread, write_result

from casefinder import CaseFinder
from casefinder.casebase import open_case_base
from casefinder.encoders import load_encoder

K: Final = 10
N_NEAREST: Final = 100  # what a search for ten cases asks the vector index for


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return how long something takes: on the wall, and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def compared(name: str, n: int, n_rounds: int, alone: Callable[[], object], together: Callable[[], object]) -> str:
    """Time both ways in turn; return a row of the table."""
    rounds = [(seconds(alone), seconds(together)) for _ in range(n_rounds + 1)][1:]
    each = " ".join(f"{n / np.median([one[way][1] for one in rounds]):10,.0f}" for way in (0, 1))
    faster = [spread(one[0][clock] / one[1][clock] for one in rounds) for clock in (1, 0)]
    return f"{name:22s} {each}   {faster[0]:26s} {faster[1]}"


def compare(directory: Path, questions: list[str], n_rounds: int) -> list[str]:
    """Ask one by one and all together."""
    n = len(questions)
    with CaseFinder.open(directory) as finder:
        alone = [finder.answer(question, k=K) for question in questions]
        n_same = sum(one == other for one, other in zip(alone, finder.search_many(questions, k=K), strict=True))
        whole = compared(
            "text to hits",
            n,
            n_rounds,
            lambda: [finder.answer(question, k=K) for question in questions],
            lambda: finder.search_many(questions, k=K),
        )
        n_cases, encoder = finder.n_cases, load_encoder(finder.manifest.encoder_name)
    with open_case_base(directory) as casebase:
        index = casebase.view().index
        vectors = encoder.encode(questions)
        vectors = vectors[vectors.any(axis=1)]
        nearest = compared(
            "vector index alone",
            len(vectors),
            n_rounds,
            lambda: [index.search(vector[None], k=N_NEAREST) for vector in vectors],
            lambda: index.search(vectors, k=N_NEAREST),
        )
    return [
        f"{n_cases:,} cases, {n} questions, {n_rounds} rounds; {n_same} of {n} answers are the same in every field",
        "",
        f"{'questions a second of':22s} {'one by one':>10s} {'together':>10s}   times as many, processor   on the wall",
        whole,
        nearest,
    ]


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_base_options(parser)
    parser.add_argument("--questions", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with large_base(given) as directory:
        lines = compare(directory, asked(given.questions), given.rounds)
    write_result("many-questions", lines)


if __name__ == "__main__":
    main()
