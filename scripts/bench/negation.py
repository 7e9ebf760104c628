"""How often the case that agrees with a question comes before the one that contradicts it.

Example: python scripts/bench/bench.py negation

All cases of all pairs are in one case base. Prints the share of pairs in the right order, for the full ranking and
for vectors alone, and the share of questions whose very first case does not contradict.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from casefinder.casebase import build_case_base, open_case_base
from casefinder.cases import Case, Sections
from casefinder.cases.reading import Origin, ReadCase
from casefinder.encoders import load_encoder
from casefinder.evaluation import by_vectors, full_ranking
from casefinder.search import Searcher

DEFAULT = Path(__file__).parents[2] / "tests" / "search" / "negation_pairs.jsonl"
SIDES = ("agrees", "contradicts")


def main() -> None:
    """Build the case base of all pairs, ask every question, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=DEFAULT)
    parser.add_argument("--wrong", action="store_true", help="List the pairs in the wrong order.")
    arguments = parser.parse_args()
    pairs = [json.loads(line) for line in arguments.pairs.read_text(encoding="utf-8").splitlines()]
    encoder = load_encoder()
    cases = [
        ReadCase(Case(f"{side}-{n}", Sections(chief_complaint=pair[side])), Origin("pairs", n + 1))
        for n, pair in enumerate(pairs)
        for side in SIDES
    ]
    results: dict[str, object] = {"pairs": len(pairs), "encoder": encoder.fingerprint}
    with tempfile.TemporaryDirectory() as scratch:
        build_case_base(cases, Path(scratch), encoder=encoder, source="pairs")
        with open_case_base(Path(scratch)) as casebase:
            full = full_ranking(Searcher(casebase, encoder))
            for name, ranking in {"full ranking": full, "vectors alone": by_vectors(casebase, encoder)}.items():
                right, first = Counter[str](), 0
                for n, pair in enumerate(pairs):
                    ids = ranking(pair["query"], len(cases))
                    in_order = ids.index(f"agrees-{n}") < ids.index(f"contradicts-{n}")
                    right[pair["language"]] += in_order
                    first += ids[0] == f"agrees-{n}"
                    if arguments.wrong and not in_order and ranking is full:
                        sys.stderr.write(json.dumps(pair, ensure_ascii=False) + "\n")
                results[name] = {
                    "agreeing before contradicting": round(sum(right.values()) / len(pairs), 4),
                    "agreeing first of all cases": round(first / len(pairs), 4),
                    "right by language": dict(right),
                }
    json.dump(results, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
