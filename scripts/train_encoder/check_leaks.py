"""Say how many training rows repeat an evaluation text.

    python -m scripts.train_encoder.check_leaks --data TRAIN_FOLDER --evaluation EVALUATION_FOLDER

`train.py` drops the rows counted here before it trains. Ends with 1 if a row would remain.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from scripts.train_encoder.corpus import hold_out, read_corpus, write_glosses
from scripts.train_encoder.leaks import LeakFinder, read_evaluation_texts
from scripts.train_encoder.sources import Pair


def drop_leaks(corpus: dict[str, list[Pair]], finder: LeakFinder) -> tuple[dict[str, list[Pair]], Counter[str]]:
    """Drop every pair with a text that repeats an evaluation text.

    Returns:
        The pairs that stay, by source, and how many were dropped, by source and kind.
    """
    judged: dict[str, str] = {}
    kept: dict[str, list[Pair]] = {}
    dropped: Counter[str] = Counter()
    for name, pairs in corpus.items():
        kept[name] = []
        for pair in pairs:
            kinds = [_judge_once(text, judged, finder) for text in _judged_texts(name, pair)]
            if any(kinds):
                dropped[f"{name} {'exact' if 'exact' in kinds else 'near'}"] += 1
            else:
                kept[name].append(pair)
    return kept, dropped


def _judged_texts(source: str, pair: Pair) -> tuple[str, ...]:
    """Standard terms are labels, which evaluation and training share on purpose."""
    if source in {"imcs", "cmdd-terms", "own-symptoms"}:
        return (pair.left,)
    return (pair.left, pair.right, pair.negative)


def _judge_once(text: str, judged: dict[str, str], finder: LeakFinder) -> str:
    if text not in judged:
        judged[text] = finder.judge(text) if text else ""
    return judged[text]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--evaluation", type=Path, required=True)
    arguments = parser.parse_args()
    finder = LeakFinder(read_evaluation_texts(arguments.evaluation))
    corpus = read_corpus(arguments.data)
    kept, dropped = drop_leaks(corpus, finder)
    glosses = write_glosses(hold_out(kept)[0])
    kept_glosses, dropped_glosses = drop_leaks(glosses, finder)
    corpus, kept, dropped = corpus | glosses, kept | kept_glosses, dropped + dropped_glosses
    for name, pairs in corpus.items():
        exact, near = dropped[f"{name} exact"], dropped[f"{name} near"]
        sys.stdout.write(f"{name:22s} {len(pairs):7d} rows, dropped {exact} exact, {near} near\n")
    _, remaining = drop_leaks(kept, finder)
    sys.stdout.write(f"all: {sum(map(len, corpus.values()))} rows, dropped {sum(dropped.values())}\n")
    sys.stdout.write(f"remaining after dropping: {sum(remaining.values())}\n")
    return 1 if remaining else 0


if __name__ == "__main__":
    sys.exit(main())
