"""Posting lists in arrays against SQLite FTS5, for word-for-word search.

Example: python scripts/bench/bench.py lexical --cases 200000

Texts are recombined from the sentences of the sample cases. Both sides get the same terms, tokenised beforehand.
Prints the median and the 95th percentile of a question in milliseconds, on one thread, and the size.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from times import Times

from casefinder.term_index.lists import ListsBuilder, TermLists
from casefinder.term_index.postings import PartLists, Postings
from casefinder.text import lexical_terms

QUESTIONS = 60
SEED = 4


def recombined(source: Path, n_cases: int) -> tuple[list[str], list[str]]:
    """Return texts of three sentences and a complaint each, and the complaints."""
    with gzip.open(source, "rt", encoding="utf-8") as file:
        sections = [json.loads(line)["sections"] for line in file]
    complaints = [entry["chief_complaint"] for entry in sections if entry.get("chief_complaint")]
    sentences = [
        sentence for entry in sections for sentence in re.split(r"(?<=[。.])", entry.get("present_illness", ""))
    ]
    chooser = random.Random(SEED)
    texts = [" ".join([chooser.choice(complaints), *chooser.choices(sentences, k=3)]) for _ in range(n_cases)]
    return texts, complaints


def timed(ask: Callable[[str], object], questions: Sequence[str]) -> dict[str, float]:
    """Return median and 95th percentile of asking, in milliseconds."""
    times = Times()
    for question in questions:
        times.of(partial(ask, question))
    median, p95 = times.wall
    return {"median_ms": round(median, 2), "p95_ms": round(p95, 2)}


def main() -> None:
    """Build both and ask them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--source", type=Path, default=Path("index_data/sample_cases.jsonl.gz"))
    arguments = parser.parse_args()
    texts, complaints = recombined(arguments.source, arguments.cases)
    questions = random.Random(SEED).sample(complaints, QUESTIONS)
    builder = ListsBuilder()
    fts = sqlite3.connect(":memory:")
    fts.execute("CREATE VIRTUAL TABLE texts USING fts5(terms, content='', tokenize='unicode61')")
    started = time.perf_counter()
    for row, text in enumerate(texts):
        terms = lexical_terms(text)
        builder.add(row, terms)
        fts.execute("INSERT INTO texts(rowid, terms) VALUES (?, ?)", (row, " ".join(terms)))
    lengths = builder.lengths(len(texts))
    arrays = builder.arrays("words", n_rows=len(texts), reference=float(lengths.mean()))
    built_s = time.perf_counter() - started
    lists = PartLists(TermLists(arrays, "words"), 0, len(texts), np.zeros(0, dtype=np.int64))
    postings = Postings([lists], n_cases=len(texts), usual_length=1.0)

    def ask_arrays(question: str) -> object:
        return postings.scores(Counter(lexical_terms(question))).best(100)

    def ask_fts(question: str) -> object:
        match = " OR ".join(f'"{term}"' for term in dict.fromkeys(lexical_terms(question)))
        return fts.execute("SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 100", (match,)).fetchall()

    result = {
        "cases": len(texts),
        "both built in s": round(built_s, 1),
        "arrays": {**timed(ask_arrays, questions), "bytes": sum(array.nbytes for array in arrays.values())},
        "fts5": timed(ask_fts, questions),
    }
    json.dump(result, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
