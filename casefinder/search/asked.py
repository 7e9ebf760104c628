"""The findings that a question asks for, and how findings of cases answer them.

A case that says what is asked for agrees in full, one that says something narrower nearly so. One that says something
broader agrees in part, by how much of what is asked that tells: pain tells of chest pain, an injury hardly of a snake
bite. A case that says the opposite contradicts; one that says nothing of it is neutral. What few cases have tells
more than what many have: a finding weighs by its information over the case base.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import Mention
from casefinder.clinical.lexicon import ConceptKind, Lexicon
from casefinder.term_index import ASSERTIONS, SIDES, FoundConcepts, Traits

# What an assertion is worth, in a question and in a case: 1 is "the patient has it now".
STRENGTHS: Final = {"present": 1.0, "uncertain": 0.6, "historical": 0.4, "family": 0.0}
_NARROWER_SHARE: Final = 0.9  # the case says retrosternal pain where the question says chest pain
_BROADER_SHARE: Final = 0.5  # the case says chest pain where the question says retrosternal pain; less, if less rare
_LEAST_BROADER: Final = 0.1  # what tells less of it than that does not agree at all
_OTHER_SIDE_SHARE: Final = 0.7  # pain of the right flank where the question says left: much alike, but not the same
_ABSENT_SHARE: Final = 0.5  # what a patient does not have tells less than what a patient has
_LEAST_INFORMATION: Final = 0.15  # of a finding that nearly every case has
_FURTHER_SHARE: Final = 0.15  # what a case has beside what is asked makes it a little less similar,
_MOST_FURTHER: Final = 2.0  # counted up to twice what is asked: a short question is no reason to prefer short cases
_ALL_FINDINGS: Final = 2.0  # a question of nothing but findings trusts them nearly four times as much,
# One finding beside other words is trusted seven tenths, two in full, many up to 1.75 times: together they tell more.
_MANY_FINDINGS: Final = 1.75
_FEW_FINDINGS: Final = 1.5
_COVERAGE_POWER: Final = 4  # one that names them by half of its words hardly more: 股骨骨密度降低 is not 骨密度降低
_SECTION_FLOOR: Final = 0.5  # a finding in the history of a case counts half of one in its complaint
_LEAST_HAD: Final = 0.45  # what the history of a case says of a finding itself, or of a narrower one
_NO_SIDE: Final = SIDES[""]
_PRESENT: Final = "present"
_ABSENT: Final = "absent"


@dataclass(frozen=True, slots=True)
class Asked:
    """One finding that a question asks for.

    Attributes:
        mention: Where the question says so, the first time.
        is_absent: Whether the question says that the patient does not have it.
        weight: Information over the case base times the strength of the assertion, above 0.
        same: Concepts that answer it: the concept itself in full, narrower ones nearly so.
        broader: Concepts that answer it in part, with their shares.
        above: All concepts broader than it: who denies one of them denies it.
        is_disease: Whether it is a disease that the patient has.
    """

    mention: Mention
    is_absent: bool
    weight: float
    same: frozenset[str]
    broader: Mapping[str, float]
    above: frozenset[str]
    is_disease: bool


def asked_findings(mentions: Sequence[Mention], traits: Traits, lexicon: Lexicon, *, n_cases: int) -> tuple[Asked, ...]:
    """Return what the mentions of a question ask for, each concept once, its strongest assertion first."""
    strongest: dict[str, Mention] = {}
    for mention in sorted(mentions, key=lambda m: ASSERTIONS.index(m.assertion)):
        strongest.setdefault(mention.concept_id, mention)
    asked = (_asked(mention, traits, lexicon, n_cases) for mention in strongest.values())
    listed = sorted((one for one in asked if one.weight > 0), key=lambda one: one.mention.start)
    return tuple(listed)


def _asked(mention: Mention, traits: Traits, lexicon: Lexicon, n_cases: int) -> Asked:
    concept_id = mention.concept_id
    is_absent = mention.assertion == _ABSENT
    known = concept_id in lexicon
    above = lexicon.ancestors(concept_id) if known else ()
    strength = _ABSENT_SHARE if is_absent else STRENGTHS[mention.assertion]
    rarity = _rarity(concept_id, traits, lexicon, n_cases)
    shares = {one: _BROADER_SHARE * _rarity(one, traits, lexicon, n_cases) / rarity for one in above}
    return Asked(
        mention=mention,
        is_absent=is_absent,
        weight=strength * rarity,
        same=frozenset((concept_id, *(lexicon.descendants(concept_id) if known else ()))),
        broader={one: min(share, _BROADER_SHARE) for one, share in shares.items() if share >= _LEAST_BROADER},
        above=frozenset(above),
        is_disease=mention.assertion == _PRESENT and known and lexicon[concept_id].kind is ConceptKind.DISEASE,
    )


def _rarity(concept_id: str, traits: Traits, lexicon: Lexicon, n_cases: int) -> float:
    """Return the information of a concept, those narrower than it included: 0.15 to 1."""
    n_with = traits.n_with(concept_id, lambda: lexicon.descendants(concept_id) if concept_id in lexicon else ())
    rarity = np.log((n_cases + 1) / (min(n_with, n_cases) + 1)) / np.log(max(n_cases, 1) + 1)
    return max(_LEAST_INFORMATION, float(rarity))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far some cases answer what is asked: float32 [n_cases] each, 0 to 1.

    Attributes:
        share: Share of what is asked, by information, that a case agrees with.
        likeness: The same, made a little smaller by what else the case has (a Tversky index).
        contradicted: Share of what is asked of which the case says the opposite.
        has_disease: Whether it has a disease that is asked for, itself or a narrower one: bool [n_cases].

    Source: Tversky 1977, doi:10.1037/0033-295X.84.4.327.
    """

    share: NDArray[np.float32]
    likeness: NDArray[np.float32]
    contradicted: NDArray[np.float32]
    has_disease: NDArray[np.bool_]


def agreement(asked: Sequence[Asked], found: FoundConcepts, traits: Traits, *, n_cases: int) -> Agreement:
    """Return how far some cases agree with what is asked and contradict it."""
    agreed = np.zeros(n_cases, dtype=np.float32)
    contradicted = np.zeros(n_cases, dtype=np.float32)
    has_disease = np.zeros(n_cases, dtype=bool)
    total = np.float32(information(asked))
    if not total:
        return Agreement(agreed, agreed, contradicted, has_disease)
    for one in asked:
        present, absent = _said(one, found, traits, n_cases)
        weight = np.float32(one.weight)
        if one.is_absent:
            contradicted += weight * present
            agreed += weight * np.where(present > 0, 0, absent)
        else:
            # Present outweighs absent: a case that says both has it.
            agreed += weight * present
            has_disease |= one.is_disease & (present >= _LEAST_HAD)
            contradicted += weight * np.where(present > 0, 0, absent)
    is_present = found.assertions == ASSERTIONS.index(_PRESENT)
    everything = np.bincount(found.cases, traits.rarity[found.concepts] * found.weights * is_present, n_cases)
    further = np.clip(everything - agreed, 0, _MOST_FURTHER * total)
    likeness = (agreed / (total + _FURTHER_SHARE * further)).astype(np.float32)
    return Agreement(agreed / total, likeness, contradicted / total, has_disease)


def lone_disease(asked: Sequence[Asked]) -> Asked | None:
    """Return what is asked for where it is one disease that the patient has (心梗), None otherwise."""
    return asked[0] if len(asked) == 1 and asked[0].is_disease else None


def diagnosed_with(
    one: Asked, found: FoundConcepts, traits: Traits, *, n_cases: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which cases have a diagnosis, without doubt, of what is asked for or of something narrower.

    Returns:
        Those that have it as their main diagnosis, the first, and those that have it beside another: bool [n_cases].
    """
    is_it = np.isin(found.concepts, _numbers(one.same, traits))
    is_it &= found.diagnosed & (found.assertions == ASSERTIONS.index(_PRESENT))
    main, beside = np.zeros(n_cases, dtype=bool), np.zeros(n_cases, dtype=bool)
    main[found.cases[is_it & found.is_main]] = True
    beside[found.cases[is_it]] = True
    return main, beside & ~main


@overload
def is_other_side(side: int, other: int) -> bool: ...
@overload
def is_other_side(side: int, other: NDArray[np.uint8]) -> NDArray[np.bool_]: ...
def is_other_side(side: int, other: int | NDArray[np.uint8]) -> bool | NDArray[np.bool_]:
    """Tell whether findings are on the other side of the body only.

    Args:
        side: Of the finding asked for; see ``SIDES``.
        other: Of that of a case, or uint8 [n], of those of cases.
    """
    return (side != _NO_SIDE) & (other != _NO_SIDE) & ((other & side) == 0)


def information(asked: Sequence[Asked]) -> float:
    """Return how much the findings of a question tell: about 1 for each that few cases have."""
    return sum(one.weight for one in asked)


def trust(asked: Sequence[Asked], *, coverage: float) -> float:
    """Return how far an answer should rest on the findings of a question, 0 and up.

    Args:
        asked: The findings.
        coverage: Share of the question that names them. A question that is nothing but a finding (心梗) asks
            for it; in a long letter much else is said.
    """
    told = information(asked)
    several = _MANY_FINDINGS * told / (told + _FEW_FINDINGS)
    return told * (several + _ALL_FINDINGS * coverage**_COVERAGE_POWER)


def _numbers(concept_ids: Iterable[str], traits: Traits) -> list[int]:
    """Return the numbers of those concepts that the case base holds."""
    return [traits.numbers[concept_id] for concept_id in concept_ids if concept_id in traits.numbers]


def _said(
    one: Asked, found: FoundConcepts, traits: Traits, n_cases: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how strongly each case says that it is there, and that it is not: float32 [n_cases] each, 0 to 1."""
    fits = np.zeros(len(traits.numbers) + 1, dtype=np.float32)
    denies = fits.copy()
    exactly = (one.mention.concept_id,)
    for concept_id, share in one.broader.items():
        if concept_id in traits.numbers:
            fits[traits.numbers[concept_id]] = share
    for share, concept_ids in ((_NARROWER_SHARE, one.same), (1.0, exactly)):
        fits[_numbers(concept_ids, traits)] = share
    # "No pain" denies chest pain, but "no chest pain" does not deny pain: broader concepts deny in full.
    denying = {one.mention.concept_id, *one.above}
    denies[_numbers(denying, traits)] = 1.0
    strengths = np.array([STRENGTHS.get(name, 0.0) for name in ASSERTIONS], dtype=np.float32)
    weights = _SECTION_FLOOR + (1 - _SECTION_FLOOR) * found.weights
    if one.is_disease:
        weights = np.where(found.diagnosed, np.float32(1), weights)  # where a disease is said, if it is said at all
    present = np.zeros(n_cases, dtype=np.float32)
    sided = np.where(is_other_side(SIDES[one.mention.side], found.sides), np.float32(_OTHER_SIDE_SHARE), np.float32(1))
    np.maximum.at(present, found.cases, fits[found.concepts] * strengths[found.assertions] * weights * sided)
    absent = np.zeros(n_cases, dtype=np.float32)
    is_absent = found.assertions == ASSERTIONS.index(_ABSENT)
    np.maximum.at(absent, found.cases, denies[found.concepts] * is_absent)
    return present, absent
