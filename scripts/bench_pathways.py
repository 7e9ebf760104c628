"""Measure how well merged paths recover the written ones, on sample cases whose generator knows the truth.

For every condition drawn, cases are generated many times over; each draw is merged as if they were hits. Reported:

* step F1: steps of the merged variants against the written steps of the variant they stand for,
* order: pairs of steps with written days apart that are in the right order,
* shares: written variant shares that lie within the 95 % interval of the merged variant,
* seconds for 1,000 hits.

Example: python scripts/bench_pathways.py --conditions 30 --draws 200
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a checkout need not be installed
sys.path.insert(0, str(Path(__file__).resolve().parent / "sample_cases"))

from generate import Generator
from knowledge import Condition, PathStep, PathVariant, load_knowledge
from returns import CHECK_UP

from casefinder.cases import Case, StepKind, TreatmentStep
from casefinder.pathways import PathwayEvidence, Variant, treatment_paths
from casefinder.pathways.naming import step_namer
from casefinder.search import Explanation, Hit
from casefinder.search.hit import MatchedBy

_SEED = 20260101
_LEAST_SIMILARITY, _MOST_SIMILARITY = 0.45, 0.95  # what related hits of the bundled encoder have


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one draw."""

    precision: float
    recall: float
    order: tuple[int, int]
    shares: tuple[int, int]
    patients: tuple[int, int]


def main() -> None:
    """Run the draws and print one line of JSON per condition and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conditions", type=int, default=30, help="conditions, drawn at random")
    parser.add_argument("--draws", type=int, default=200, help="draws per condition")
    parser.add_argument("--cases", type=int, default=100, help="hits per draw")
    parser.add_argument("--seed", type=int, default=_SEED)
    options = parser.parse_args()
    conditions = Random(options.seed).sample(load_knowledge(), options.conditions)
    everything: list[Measured] = []
    for condition in conditions:
        draws = [
            measure(condition, draw_hits(condition, options.cases, seed=options.seed + draw))
            for draw in range(options.draws)
        ]
        everything += draws
        print(json.dumps({"condition": condition.id, **summary(draws)}), flush=True)  # noqa: T201 - the result
    print(json.dumps({"all": len(conditions), **summary(everything), **timing(options.seed)}))  # noqa: T201


def draw_hits(condition: Condition, n: int, *, seed: int) -> tuple[Hit, ...]:
    """Generate cases of one condition as hits, with similarities drawn evenly; check-ups are left out."""
    rng = Random(seed)
    cases = [c for c in Generator((condition,), seed=seed).cases(0, n) if c.attributes["path"] != CHECK_UP]
    return tuple(
        as_hit(case, rank, rng.uniform(_LEAST_SIMILARITY, _MOST_SIMILARITY)) for rank, case in enumerate(cases, 1)
    )


def as_hit(case: Case, rank: int, similarity: float) -> Hit:
    """Present a case as a search would."""
    return Hit(
        rank=rank,
        case=case,
        similarity=similarity,
        parts=(),
        explanation=Explanation((), (), (), (), None, None),
        matched_by=MatchedBy.PRESENTATION,
        presentation_cosine=similarity,
        diagnosis_cosine=None,
        percent=None,
        relation=None,
    )


def measure(condition: Condition, hits: Sequence[Hit]) -> Measured:
    """Merge the hits and compare with what is written."""
    evidence = treatment_paths(hits)
    truth = {hit.case.id: hit.case.attributes["path"] for hit in hits}
    written = {path.name: path for path in condition.paths}
    met = [(variant, *_stands_for(variant, truth)) for variant in evidence.variants if _is_read(variant, evidence)]
    agreements = [_steps_right(variant, written[name]) for variant, name, _ in met]
    right, held, wanted = (sum(column) for column in zip(*agreements, strict=True))
    orders = [_order_right(variant, written[name]) for variant, name, _ in met]
    return Measured(
        precision=right / held,
        recall=right / wanted,
        order=(sum(o[0] for o in orders), sum(o[1] for o in orders)),
        shares=_shares_right(evidence, condition, truth),
        patients=(sum(_stands_for(v, truth)[1] for v in evidence.variants), evidence.n),
    )


def summary(draws: Sequence[Measured]) -> dict[str, float]:
    """Put the figures of draws together."""
    f1 = [2 * d.precision * d.recall / (d.precision + d.recall) for d in draws]
    return {
        "step_f1": round(fmean(f1), 4),
        "order": _quotient([d.order for d in draws]),
        "shares_within": _quotient([d.shares for d in draws]),
        "patients_with_their_kind": _quotient([d.patients for d in draws]),
    }


def timing(seed: int, n: int = 1000) -> dict[str, float]:
    """Time the merging of n hits of one department, as a search would find, warm, best of five."""
    conditions = tuple(c for c in load_knowledge() if c.department_id == "cardiology")
    rng = Random(seed)
    cases = list(Generator(conditions, seed=seed).cases(0, n))
    hits = [as_hit(c, rank, rng.uniform(_LEAST_SIMILARITY, _MOST_SIMILARITY)) for rank, c in enumerate(cases, 1)]
    walls, processors = [], []
    for _ in range(6):
        wall, processor = time.perf_counter(), time.process_time()
        treatment_paths(hits)
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return {"hits": n, "best_s": round(min(walls[1:]), 3), "best_cpu_s": round(min(processors[1:]), 3)}


def _is_read(variant: Variant, evidence: PathwayEvidence) -> bool:
    """Tell whether a variant has enough patients for its rates to be shown."""
    return len(variant.case_ids) >= evidence.small_cell


def _stands_for(variant: Variant, truth: dict[str, str]) -> tuple[str, int]:
    """Return the written variant that most of its patients had, and how many."""
    return Counter(truth[case_id] for case_id in variant.case_ids).most_common(1)[0]


def _steps_right(variant: Variant, path: PathVariant) -> tuple[int, int, int]:
    """Return how many merged steps are written, how many merged and how many written steps there are."""
    written = set(_written(path))
    expected = {key for key, share in _written(path).items() if share * len(variant.case_ids) >= 1}
    merged = {step.key for step in variant.steps}
    return len(merged & written), len(merged), len(expected | (merged & written))


def _order_right(variant: Variant, path: PathVariant) -> tuple[int, int]:
    """Return how many pairs of merged steps stand in the written order, and how many have one."""
    days = {key: (step.first_day, step.last_day) for key, step in _keyed(path)}
    keys = [step.key for step in variant.steps if step.key in days]
    right = wrong = 0
    for first, second in combinations(keys, 2):
        right += days[first][1] < days[second][0]
        wrong += days[second][1] < days[first][0]
    return right, right + wrong


def _shares_right(evidence: PathwayEvidence, condition: Condition, truth: dict[str, str]) -> tuple[int, int]:
    """Return how many written shares lie in the interval of the variant standing for them, and how many are shown."""
    standing: dict[str, Variant] = {}
    for variant in evidence.variants:  # most frequent first
        standing.setdefault(_stands_for(variant, truth)[0], variant)
    shown = [(p.share, standing[p.name].support) for p in condition.paths if p.name in standing]
    ranges = [(share, rate.low, rate.high) for share, rate in shown if rate.low is not None and rate.high is not None]
    return sum(low <= share <= high for share, low, high in ranges), len(ranges)


def _written(path: PathVariant) -> dict[str, float]:
    return {key: step.share for key, step in _keyed(path)}


def _keyed(path: PathVariant) -> Iterator[tuple[str, PathStep]]:
    """Go through the written steps under the key that both of their names have; a second time counts as another."""
    seen: Counter[str] = Counter()
    for step in path.steps:
        key = step_namer().name(TreatmentStep(StepKind(step.kind), step.zh)).key
        seen[key] += 1
        yield (key if seen[key] == 1 else f"{key}#{seen[key]}"), step


def _quotient(pairs: Sequence[tuple[int, int]]) -> float:
    return round(sum(p[0] for p in pairs) / max(1, sum(p[1] for p in pairs)), 4)


if __name__ == "__main__":
    main()
