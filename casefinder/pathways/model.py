"""What the treatment paths of similar cases add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from casefinder.cases import Case, StepKind
from casefinder.pathways.naming import DrugClass, NamedStep
from casefinder.pathways.rates import DEFAULT_SMALL_CELL, Rate, Spread

STANDING_SENTENCE_ZH: Final = "以下为既往病例中的关联，并非治疗建议"


class Phase(StrEnum):
    """Part of a path, in the order in which care goes."""

    WORK_UP = "work_up"
    FIRST_TREATMENT = "first_treatment"
    LATER_CARE = "later_care"
    FOLLOW_UP = "follow_up"


class Reason(StrEnum):
    """Why a hit is not counted."""

    SAME_PATIENT = "same_patient"
    NEAR_DUPLICATE = "near_duplicate"
    NO_TREATMENT = "no_treatment"
    UNRELATED = "unrelated"
    CONTRADICTS_ITSELF = "contradicts_itself"
    CONTRADICTS_QUESTION = "contradicts_question"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A hit that is not counted.

    Attributes:
        case_id: The case.
        reason: Why it is not counted.
        counted_as: For a further record of one patient, the case that stands for the patient.
        zh: What contradicts, in Chinese: findings of the question, or facts of the record.
        en: The same in English.
    """

    case_id: str
    reason: Reason
    counted_as: str | None = None
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One step of one patient's path under its common name.

    Attributes:
        key: Equal for equal acts; a second time in the same path has ``#2`` at its end.
        named: What it is.
        kind: What sort of act.
        day: Day of the visit, None where the record has none.
        detail: Dose or manner as recorded.
    """

    key: str
    named: NamedStep
    kind: StepKind
    day: int | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PatientPath:
    """What was done for one patient, from the most similar visit.

    Attributes:
        case: That visit.
        weight: How much the patient counts: the similarity, at least 0.
        acts: In the order of days, then of the record.
        comorbidities: Chronic illnesses, see ``comorbidity.py``.
        from_narrative: Whether the steps were read out of free text, not out of a recorded path.
    """

    case: Case
    weight: float
    acts: tuple[Act, ...]
    comorbidities: frozenset[str] = frozenset()
    from_narrative: bool = False


@dataclass(frozen=True, slots=True)
class PathStep:
    """One act in the merged path of a variant.

    Attributes:
        key: Equal for equal acts.
        zh: Name in Chinese.
        en: Name in English.
        kind: What sort of act it is in most records.
        occurrence: 2 where the act is done for the second time in the same path.
        phase: Part of the path that it belongs to.
        support: Patients of the variant that had it.
        effective_n: Kish's effective number of those patients.
        days: Day on which it was done.
        case_ids: The cases behind it, most similar first.
        concepts: Lexicon ids behind it.
        details: The most frequent details (dose, manner), each with its number of cases.
        classes: Classes of the drug or drugs.
    """

    key: str
    zh: str
    en: str
    kind: StepKind
    occurrence: int
    phase: Phase
    support: Rate
    effective_n: float
    days: Spread
    case_ids: tuple[str, ...]
    concepts: tuple[str, ...] = ()
    details: tuple[tuple[str, int], ...] = ()
    classes: tuple[DrugClass, ...] = ()

    def name(self, *, zh: bool) -> str:
        """Return the name in the reader's language, with the occurrence where it is a later one."""
        name = self.zh if zh else self.en
        if self.occurrence == 1:
            return name
        return f"{name}（第{self.occurrence}次）" if zh else f"{name} (time {self.occurrence})"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a group of patients ended.

    Attributes:
        statuses: Rate of every outcome that was recorded, most frequent first, by ``OutcomeStatus`` value.
        favourable: Recovered or improved.
        died: Died.
        stay: Days in hospital.
        readmitted: Readmitted within 30 days.
    """

    statuses: tuple[tuple[str, Rate], ...]
    favourable: Rate
    died: Rate
    stay: Spread
    readmitted: Rate


@dataclass(frozen=True, slots=True)
class Baseline:
    """Who the patients of a group were: age in years, and shares by name (sex, comorbidity, main diagnosis)."""

    age_years: Spread
    shares: tuple[tuple[str, Rate], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One clinically distinct way in which similar cases were treated.

    Attributes:
        id: ``A`` for the most frequent one.
        zh: Its decisive acts in Chinese.
        en: The same in English.
        support: Patients treated so.
        effective_n: Kish's effective number of them.
        steps: In the order in which they are done.
        ending: How they ended.
        baseline: Who they were.
        escalated: Patients with treatment after the first.
        case_ids: The cases behind it, most similar first.
    """

    id: str
    zh: str
    en: str
    support: Rate
    effective_n: float
    steps: tuple[PathStep, ...]
    ending: Ending
    baseline: Baseline
    escalated: Rate
    case_ids: tuple[str, ...]

    def name(self, *, zh: bool) -> str:
        """Return its decisive acts in the reader's language."""
        return self.zh if zh else self.en


class Verdict(StrEnum):
    """What a comparison of two variants may say."""

    TOO_FEW = "too_few"
    OVERLAP = "intervals_overlap"
    DIFFER = "intervals_differ"


@dataclass(frozen=True, slots=True)
class BaselineDifference:
    """A feature in which the patients of two variants differed before treatment.

    Attributes:
        feature: ``age`` or the name of a share in ``Baseline``.
        standardised: Standardised mean difference, first less second.
    """

    feature: str
    standardised: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two variants beside each other; never a ranking where numbers do not carry one.

    Attributes:
        first: Id of a variant.
        second: Id of the other.
        measure: ``favourable``, ``died`` or ``readmitted``.
        verdict: What may be said.
        differences: How the patients differed before treatment, largest first; what may explain a difference.
    """

    first: str
    second: str
    measure: str
    verdict: Verdict
    differences: tuple[BaselineDifference, ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Patients of one age group, sex or comorbidity: which variants they had, and how they ended."""

    by: str
    value: str
    n: int
    effective_n: float
    variants: tuple[tuple[str, Rate], ...]
    ending: Ending
    case_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discordance:
    """A drug in the merged path that the question's own text speaks against.

    Attributes:
        rule: Id of the rule.
        step_key: The step it concerns.
        variants: Ids of the variants with that step.
        span: Where the question says so: ``question[start:end]``.
        text: Those characters.
        zh: Why, in Chinese.
        en: Why, in English.
        source: Where the rule is from.
    """

    rule: str
    step_key: str
    variants: tuple[str, ...]
    span: tuple[int, int]
    text: str
    zh: str
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class PathwayEvidence:
    """The treatment paths of similar cases, merged.

    Attributes:
        n: Patients counted.
        effective_n: Kish's effective number of them.
        trunk: Keys of the acts that most patients of every variant had.
        variants: Most frequent first; each patient is in one.
        comparisons: Every pair of variants, for every measure.
        strata: By age group, sex and comorbidity.
        discordances: Drugs that the question speaks against; empty when no question was given.
        set_aside: Hits that are not counted, each with the reason.
        patients: The patients counted, in the order of similarity.
        small_cell: Patients that a rate needs behind it.
    """

    n: int
    effective_n: float
    trunk: tuple[str, ...]
    variants: tuple[Variant, ...]
    comparisons: tuple[Comparison, ...]
    strata: tuple[Stratum, ...]
    discordances: tuple[Discordance, ...]
    set_aside: tuple[SetAside, ...]
    patients: tuple[PatientPath, ...] = field(repr=False, default=())
    small_cell: int = DEFAULT_SMALL_CELL

    @property
    def contradicting(self) -> tuple[SetAside, ...]:
        """The hits that say the opposite of a finding of the question, most similar first."""
        return tuple(aside for aside in self.set_aside if aside.reason is Reason.CONTRADICTS_QUESTION)
