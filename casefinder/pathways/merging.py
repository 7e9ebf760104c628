"""The paths of one group of patients merged into one, in the order in which care went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import fsum
from statistics import median
from typing import Final

from casefinder.cases import StepKind
from casefinder.pathways.model import Act, PathStep, PatientPath, Phase
from casefinder.pathways.rates import Weights, effective_n, weighted_spread
from casefinder.pathways.variants import TREATS

_AFTER_CARE: Final = frozenset({StepKind.FOLLOW_UP, StepKind.ADVICE, StepKind.REFERRAL})
_USUAL: Final = 0.5  # an act that most patients had sets the day on which treatment begins
_MOST_DETAILS: Final = 3

_Placed = list[tuple[PatientPath, Act]]


def merge_paths(patients: Sequence[PatientPath], *, small_cell: int) -> tuple[PathStep, ...]:
    """Merge the paths of patients who were treated alike.

    Acts are ordered by their median day, acts of one day by how often one came before the other.
    """
    held: dict[str, _Placed] = {}
    for patient in patients:
        for act in patient.acts:
            held.setdefault(act.key, []).append((patient, act))
    start = _first_treatment_day(held, len(patients))
    everyone = Weights.of(patient.weight for patient in patients)
    return tuple(_step(held[key], everyone, start, small_cell=small_cell) for key in _in_order(held, patients))


def _in_order(held: Mapping[str, _Placed], patients: Sequence[PatientPath]) -> list[str]:
    precedence = _precedence(held, patients)
    days = {key: _median_day(placed) for key, placed in held.items()}
    if all(day is not None for day in days.values()):
        return sorted(held, key=lambda key: (days[key], precedence[key], key))
    return sorted(held, key=lambda key: (precedence[key], key))


def _precedence(held: Mapping[str, _Placed], patients: Sequence[PatientPath]) -> dict[str, float]:
    """Return for every act the mean share (0-1) of the other acts that come before it where both were done."""
    before: Counter[tuple[str, str]] = Counter()
    for patient in patients:
        keys = [act.key for act in patient.acts]
        before.update((first, second) for i, first in enumerate(keys) for second in keys[i + 1 :])
    shares: dict[str, list[float]] = {key: [] for key in held}
    for (first, second), count in before.items():
        # Each unordered pair is met once where only one order was seen, twice where both were.
        opposite = before.get((second, first), 0)
        if opposite and first > second:
            continue
        share = count / (count + opposite)
        shares[first].append(1 - share)
        shares[second].append(share)
    return {key: sum(sorted(found)) / len(found) if found else 0.5 for key, found in shares.items()}


def _median_day(placed: _Placed) -> float | None:
    days = [act.day for _, act in placed if act.day is not None]
    return float(median(days)) if days else None


def _first_treatment_day(held: Mapping[str, _Placed], n: int) -> float | None:
    treatments = [placed for placed in held.values() if _main_kind(placed) in TREATS]
    usual = [placed for placed in treatments if len(placed) >= _USUAL * n] or treatments
    days = [day for placed in usual if (day := _median_day(placed)) is not None]
    return min(days, default=None)


def _step(placed: _Placed, everyone: Weights, start: float | None, *, small_cell: int) -> PathStep:
    act = placed[0][1]
    kind = _main_kind(placed)
    weights = [patient.weight for patient, _ in placed]
    dated = [(float(act.day), patient.weight) for patient, act in placed if act.day is not None]
    best_first = sorted((patient for patient, _ in placed), key=lambda p: (-p.weight, p.case.id))
    typical = _median_day(placed)
    return PathStep(
        key=act.key,
        zh=act.named.zh,
        en=act.named.en,
        kind=kind,
        occurrence=int(act.key.rpartition("#")[2]) if "#" in act.key else 1,
        phase=_phase(kind, typical, start),
        support=everyone.rate(len(placed), fsum(weights), small_cell=small_cell, behind=len(placed)),
        effective_n=effective_n(weights),
        days=weighted_spread([d for d, _ in dated], [w for _, w in dated], small_cell=small_cell),
        case_ids=tuple(patient.case.id for patient in best_first),
        concepts=act.named.concepts,
        details=_details(placed),
        classes=act.named.classes,
    )


def _phase(kind: StepKind, day: float | None, start: float | None) -> Phase:
    if kind in _AFTER_CARE:
        return Phase.FOLLOW_UP
    late = day is not None and start is not None and day > start
    if late:
        return Phase.LATER_CARE
    return Phase.FIRST_TREATMENT if kind in TREATS or kind == StepKind.NURSING else Phase.WORK_UP


def _main_kind(placed: _Placed) -> StepKind:
    counts = Counter(act.kind for _, act in placed)
    return min(counts, key=lambda kind: (-counts[kind], kind))


def _details(placed: _Placed) -> tuple[tuple[str, int], ...]:
    counts = Counter(act.detail for _, act in placed if act.detail)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_DETAILS])
