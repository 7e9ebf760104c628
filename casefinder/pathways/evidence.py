"""Hits to evidence: what was done for similar patients, in what order, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import fsum
from typing import Final

from casefinder.cases import StepKind
from casefinder.errors import QueryError
from casefinder.pathways.comparison import compare_variants
from casefinder.pathways.discordance import find_discordances
from casefinder.pathways.groups import baseline_of, ending_of, frequent_diagnoses, strata_of
from casefinder.pathways.merging import merge_paths
from casefinder.pathways.model import PathStep, PathwayEvidence, PatientPath, Variant
from casefinder.pathways.naming import step_namer
from casefinder.pathways.patients import counted_patients
from casefinder.pathways.rates import DEFAULT_SMALL_CELL, Weights, effective_n, weighted_rate, without_complements
from casefinder.pathways.variants import TREATS, group_patients
from casefinder.search import Hit

_SHARED: Final = 0.8  # of the patients of every variant: what is done whichever way is taken
_DEFINING: Final = 0.5  # an act that fewer had does not name the variant
_MOST_NAMES: Final = 3
_LETTERS: Final = 26


def treatment_paths(
    hits: Sequence[Hit], *, question: str = "", small_cell: int = DEFAULT_SMALL_CELL
) -> PathwayEvidence:
    """Merge the treatment paths of hits into one ordered tree of evidence.

    The result does not depend on the order of the hits; a patient with several visits counts once. It is an
    association in past cases, not a recommendation.

    Args:
        hits: Similar cases, any number.
        question: The complaint that was asked; it is searched for words that speak against a drug in the path.
        small_cell: Patients that must stand behind a rate for it to be given, at least 1.

    Raises:
        QueryError: small_cell is below 1.
    """
    if small_cell < 1:
        raise QueryError(f"small_cell is {small_cell}; give the least number of patients behind a rate, 1 or more")
    namer = step_namer()
    patients, set_aside = counted_patients(hits, namer)
    groups = group_patients(patients, namer.lexicon)
    members = [tuple(patients[i] for i in group) for group in groups]
    variants = _variants(members, patients, small_cell=small_cell)
    variant_of = {case_id: variant.id for variant in variants for case_id in variant.case_ids}
    return PathwayEvidence(
        n=len(patients),
        effective_n=effective_n(p.weight for p in patients),
        trunk=_trunk(variants, small_cell=small_cell),
        variants=variants,
        comparisons=compare_variants([v for v in variants if len(v.case_ids) >= small_cell], small_cell=small_cell),
        strata=strata_of(patients, variant_of, small_cell=small_cell),
        discordances=find_discordances(question, variants, namer.lexicon),
        set_aside=set_aside,
        patients=patients,
        small_cell=small_cell,
    )


def _variants(
    members: Sequence[tuple[PatientPath, ...]], everyone: Sequence[PatientPath], *, small_cell: int
) -> tuple[Variant, ...]:
    paths = [merge_paths(part, small_cell=small_cell) for part in members]
    diagnoses = frequent_diagnoses(everyone)
    weights = Weights.of(p.weight for p in everyone)
    done = Counter[str]()
    for steps in paths:
        done.update({step.key: step.support.count for step in steps})
    variants = []
    supports = without_complements(
        [
            weights.rate(len(part), fsum(p.weight for p in part), small_cell=small_cell, behind=len(part))
            for part in members
        ],
        small_cell=small_cell,
    )
    for number, (part, steps) in enumerate(zip(members, paths, strict=True)):
        names = _defining(steps, len(part), done, len(everyone))
        later = {s.key for s in steps if s.phase == "later_care" and s.kind in TREATS}
        variants.append(
            Variant(
                id=_label(number),
                zh=_name(names, steps, zh=True),
                en=_name(names, steps, zh=False),
                support=supports[number],
                effective_n=effective_n(p.weight for p in part),
                steps=steps,
                ending=ending_of(part, small_cell=small_cell),
                baseline=baseline_of(part, diagnoses=diagnoses, small_cell=small_cell),
                escalated=weighted_rate(
                    [any(a.key in later for a in p.acts) for p in part], [p.weight for p in part], small_cell=small_cell
                ),
                case_ids=tuple(p.case.id for p in part),
            )
        )
    return tuple(variants)


def _name(defining: Sequence[PathStep], steps: Sequence[PathStep], *, zh: bool) -> str:
    """Name a variant by its defining acts, or by the most frequent ones where no treatment is usual in it."""
    if defining:
        return ("＋" if zh else " + ").join(step.zh if zh else step.en for step in defining)
    treatments = sorted((s for s in steps if s.kind in TREATS), key=lambda s: -s.support.count)[:_MOST_NAMES]
    if not treatments:
        return "仅检查、护理或观察" if zh else "tests, nursing or observation only"
    listed = ("、" if zh else ", ").join(step.zh if zh else step.en for step in treatments)
    return f"治疗不一（{listed}等）" if zh else f"various treatments ({listed}, …)"


def _defining(steps: Sequence[PathStep], n: int, done: Mapping[str, int], n_all: int) -> tuple[PathStep, ...]:
    """Choose the treatments that tell a variant of n from the others: operations and interventions first."""
    others = n_all - n
    usual = [s for s in steps if s.kind in TREATS and s.occurrence == 1 and s.support.count >= _DEFINING * n]

    def standing_out(step: PathStep) -> tuple[float, int]:
        own = step.support.count
        lead = own / n - ((done[step.key] - own) / others if others else 0.0)
        weight = {StepKind.SURGERY: 3.0, StepKind.PROCEDURE: 2.0}.get(step.kind, 1.0)
        return -weight * lead, steps.index(step)

    chosen = sorted(usual, key=standing_out)[:_MOST_NAMES]
    return tuple(sorted(chosen, key=steps.index))


def _trunk(variants: Sequence[Variant], *, small_cell: int) -> tuple[str, ...]:
    """Return what most patients of every variant had; variants too small for a rate do not decide it."""
    counted = [v for v in variants if len(v.case_ids) >= small_cell]
    if len(counted) < 2:
        return ()
    usual = [{s.key for s in v.steps if s.support.count >= _SHARED * len(v.case_ids)} for v in counted]
    return tuple(step.key for step in counted[0].steps if all(step.key in keys for keys in usual))


def _label(number: int) -> str:
    """Return A, B, … Z, AA, AB, …."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
