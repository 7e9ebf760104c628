"""How well merged paths recover the written ones, on sample cases whose generator knows the truth.

For every condition drawn, cases are generated many times over; each draw is merged as if they were hits. Reported:

* step F1: steps of the merged variants against the written steps of the variant they stand for,
* order: pairs of steps with written days apart that are in the right order,
* shares: written variant shares that lie within the 95 % interval of the merged variant,
* seconds for 1,000 hits of five mixtures.

Example: python scripts/bench/bench.py pathways --conditions 30 --draws 200
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, product
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sample_cases"))

from generate import Generator
from knowledge import Condition, PathStep, load_knowledge
from returns import CHECK_UP

from casefinder.cases import Case, StepKind, TreatmentStep
from casefinder.pathways import PathwayEvidence, Variant, treatment_paths
from casefinder.pathways.naming import step_namer
from casefinder.pathways.variants import reperfusion_by_concept
from casefinder.search import Explanation, Hit
from casefinder.search.hit import MatchedBy

Label = tuple[str, frozenset[str]]

_SEED = 20260101
_LEAST_SIMILARITY, _MOST_SIMILARITY = 0.45, 0.95  # what related hits of the bundled encoder have


@dataclass(frozen=True, slots=True)
class Way:
    """A way of treating as written; one whose reperfusion is optional is two, with and without (``variants.py``).

    Attributes:
        label: Name of the written path, and the means of reperfusion.
        share: Share of the patients of the condition, 0-1.
        steps: What is done.
    """

    label: Label
    share: float
    steps: tuple[PathStep, ...]


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
            measure(condition, draw_hits(condition, options.cases, seed=seed_of(condition, options.seed, draw)))
            for draw in range(options.draws)
        ]
        everything += draws
        print(json.dumps({"condition": condition.id, **summary(draws)}), flush=True)  # noqa: T201 - the result
    print(json.dumps({"all": len(conditions), **summary(everything), **timing(options.seed)}))  # noqa: T201


def seed_of(condition: Condition, seed: int, draw: int) -> int:
    """Return the seed of a draw; of its own for every condition, else all would draw the same patients' courses."""
    return seed + draw + zlib.crc32(condition.id.encode())


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
    written = {way.label: way for way in written_ways(condition)}
    truth = {hit.case.id: _way_of(hit.case, written) for hit in hits}
    met = [(variant, *_stands_for(variant, truth)) for variant in evidence.variants if _is_read(variant, evidence)]
    agreements = [_steps_right(variant, written[label]) for variant, label, _ in met]
    right, held, wanted = (sum(column) for column in zip(*agreements, strict=True))
    orders = [_order_right(variant, written[label]) for variant, label, _ in met]
    return Measured(
        precision=right / held,
        recall=right / wanted,
        order=(sum(o[0] for o in orders), sum(o[1] for o in orders)),
        shares=_shares_right(evidence, written, truth),
        patients=(sum(_stands_for(v, truth)[1] for v in evidence.variants), evidence.n),
    )


def written_ways(condition: Condition) -> Iterator[Way]:
    """Go through the ways of treating that are written: paths, those with optional reperfusion in two."""
    for path in condition.paths:
        for chosen in product(*(((step, True), (step, False)) for step in path.steps if _is_optional(step))):
            left_out = [step for step, done in chosen if not done]
            share = path.share
            for step, done in chosen:
                share *= step.share if done else 1 - step.share
            steps = tuple(
                replace(step, share=1.0) if _is_optional(step) else step for step in path.steps if step not in left_out
            )
            yield Way((path.name, _means([_as_step(step) for step in steps])), share, steps)


def summary(draws: Sequence[Measured]) -> dict[str, float]:
    """Put the figures of draws together."""
    f1 = [2 * d.precision * d.recall / (d.precision + d.recall) for d in draws]
    return {
        "step_f1": round(fmean(f1), 4),
        "order": _quotient([d.order for d in draws]),
        "shares_within": _quotient([d.shares for d in draws]),
        "patients_with_their_kind": _quotient([d.patients for d in draws]),
    }


def timing(seed: int, n: int = 1000) -> dict[str, Any]:
    """Time the merging of n hits, all counted, of five mixtures of conditions: the best of six runs, in seconds."""
    knowledge = load_knowledge()
    departments = Counter(c.department_id for c in knowledge).most_common(3)
    mixtures = {
        **{name: [c for c in knowledge if c.department_id == name] for name, _ in departments},
        "three conditions": Random(seed).sample(knowledge, 3),
        "all conditions": knowledge,
    }
    return {"hits": n, "merged_s": {name: _merging(tuple(part), seed, n) for name, part in mixtures.items()}}


def _merging(conditions: tuple[Condition, ...], seed: int, n: int) -> dict[str, float]:
    rng = Random(seed)
    cases = list(Generator(conditions, seed=seed).cases(0, n))
    hits = [as_hit(c, rank, rng.uniform(_LEAST_SIMILARITY, _MOST_SIMILARITY)) for rank, c in enumerate(cases, 1)]
    walls, processors = [], []
    for _ in range(6):
        wall, processor = time.perf_counter(), time.process_time()
        treatment_paths(hits)
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return {"wall": round(min(walls), 3), "processor": round(min(processors), 3), "first": round(walls[0], 3)}


def _is_read(variant: Variant, evidence: PathwayEvidence) -> bool:
    """Tell whether a variant has enough patients for its rates to be shown."""
    return len(variant.case_ids) >= evidence.small_cell


def _stands_for(variant: Variant, truth: dict[str, Label]) -> tuple[Label, int]:
    """Return the written way that most of its patients had, and how many."""
    return Counter(truth[case_id] for case_id in variant.case_ids).most_common(1)[0]


def _steps_right(variant: Variant, way: Way) -> tuple[int, int, int]:
    """Return how many merged steps are written, how many merged and how many written steps there are."""
    written = set(_written(way))
    expected = {key for key, share in _written(way).items() if share * len(variant.case_ids) >= 1}
    merged = {step.key for step in variant.steps}
    return len(merged & written), len(merged), len(expected | (merged & written))


def _order_right(variant: Variant, way: Way) -> tuple[int, int]:
    """Return how many pairs of merged steps stand in the written order, and how many have one."""
    days = {key: (step.first_day, step.last_day) for key, step in _keyed(way)}
    keys = [step.key for step in variant.steps if step.key in days]
    right = wrong = 0
    for first, second in combinations(keys, 2):
        right += days[first][1] < days[second][0]
        wrong += days[second][1] < days[first][0]
    return right, right + wrong


def _shares_right(evidence: PathwayEvidence, written: dict[Label, Way], truth: dict[str, Label]) -> tuple[int, int]:
    """Return how many written shares lie in the interval of the variant standing for them, and how many are shown."""
    standing: dict[Label, Variant] = {}
    for variant in evidence.variants:  # most frequent first
        standing.setdefault(_stands_for(variant, truth)[0], variant)
    shown = [(way.share, standing[label].support) for label, way in written.items() if label in standing]
    ranges = [(share, rate.low, rate.high) for share, rate in shown if rate.low is not None and rate.high is not None]
    return sum(low <= share <= high for share, low, high in ranges), len(ranges)


def _written(way: Way) -> dict[str, float]:
    return {key: step.share for key, step in _keyed(way)}


def _keyed(way: Way) -> Iterator[tuple[str, PathStep]]:
    """Go through the written steps under the key that both of their names have; a second time counts as another."""
    seen: Counter[str] = Counter()
    for step in way.steps:
        key = step_namer().name(_as_step(step)).key
        seen[key] += 1
        yield (key if seen[key] == 1 else f"{key}#{seen[key]}"), step


def _way_of(case: Case, written: dict[Label, Way]) -> Label:
    """Return the way a case was made from; one cut short before its reperfusion still is of its path."""
    label = (case.attributes["path"], _means(case.treatment_path))
    return label if label in written else next(other for other in written if other[0] == label[0])


def _as_step(step: PathStep) -> TreatmentStep:
    return TreatmentStep(StepKind(step.kind), step.zh)


def _is_optional(step: PathStep) -> bool:
    """Tell whether a step restores the flow in some of its patients only."""
    return step.share < 1 and bool(_means([_as_step(step)]))


def _means(steps: Sequence[TreatmentStep]) -> frozenset[str]:
    """Return the means by which steps restore the flow."""
    means = _reperfusion()
    return frozenset(means[c] for step in steps for c in step_namer().name(step).concepts if c in means)


@cache
def _reperfusion() -> dict[str, str]:
    return reperfusion_by_concept(step_namer().lexicon)


def _quotient(pairs: Sequence[tuple[int, int]]) -> float:
    return round(sum(p[0] for p in pairs) / max(1, sum(p[1] for p in pairs)), 4)


if __name__ == "__main__":
    main()
