"""What is read out of a text: findings with their assertion, measurements, durations, age and sex."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from casefinder.cases import Age, Sex
from casefinder.clinical.lexicon import ConceptKind, Lexicon


class Assertion(StrEnum):
    """What a text says about a finding. Declared strongest first."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"
    HISTORICAL = "historical"
    FAMILY = "family"


_STRENGTH: Final = {assertion: rank for rank, assertion in enumerate(Assertion)}


class Side(StrEnum):
    """The side of the body that a finding is on."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Flag(StrEnum):
    """How a measured value stands to the reference range."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Where something stands in the original text: ``text[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One mention of a concept.

    Attributes:
        concept_id: Id in the lexicon.
        kind: Kind of that concept; never ``body``.
        assertion: What the text says about it.
        span: Where it stands in the original text.
        surface: The original text of the span.
        side: The side of the body, where one is named next to it.
        site: Id of the body part named next to it, or None.
        cue: Where the words stand that made it something else than present, or None.
        is_allergen: Whether it is named as what the patient is allergic to.
    """

    concept_id: str
    kind: ConceptKind
    assertion: Assertion
    span: Span
    surface: str
    side: Side | None = None
    site: str | None = None
    cue: Span | None = None
    is_allergen: bool = False


@dataclass(frozen=True, slots=True)
class Measurement:
    """A vital sign or laboratory value.

    Attributes:
        concept_id: Id of the sign or test in the lexicon.
        value: The value in ``unit``; None where the text only says positive, negative, raised or lowered.
        unit: The canonical unit; empty for a pure number.
        written_value: The number as written, or None.
        written_unit: The unit as written; empty where none was, and the value was taken as plausible.
        flag: How it stands to the reference range of the patient's age and sex; of adults where neither is known.
        implies: Id of the finding that the flag amounts to, such as ``fever``, or None.
        span: Where it stands in the original text, name and unit included.
        surface: The original text of the span.
    """

    concept_id: str
    value: float | None
    unit: str
    written_value: float | None
    written_unit: str
    flag: Flag
    implies: str | None
    span: Span
    surface: str


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: of a complaint, or since its onset.

    Attributes:
        days: The length in days; halves and hours are fractions.
        is_ago: Whether the text counts back from now (``3天前``, ``two days ago``).
        span: Where it stands in the original text.
        surface: The original text of the span.
    """

    days: float
    is_ago: bool
    span: Span
    surface: str


@dataclass(frozen=True, slots=True)
class AgeMention:
    """An age written in the text."""

    age: Age
    span: Span
    surface: str


@dataclass(frozen=True, slots=True)
class SexMention:
    """A word that tells the patient's sex."""

    sex: Sex
    span: Span
    surface: str


@dataclass(frozen=True, slots=True)
class Stand:
    """What a text as a whole says about one concept.

    Attributes:
        assertion: The strongest assertion among the mentions.
        findings: The mentions with that assertion, in text order.
        is_direct: False where only narrower concepts are mentioned.
    """

    assertion: Assertion
    findings: tuple[Finding, ...]
    is_direct: bool = True


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything read out of one text, each part in text order."""

    findings: tuple[Finding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    durations: tuple[Duration, ...] = ()
    ages: tuple[AgeMention, ...] = ()
    sexes: tuple[SexMention, ...] = ()

    def by_concept(self, lexicon: Lexicon | None = None) -> Mapping[str, Stand]:
        """Say for each concept what the text as a whole says about it.

        Present outweighs absent, absent outweighs uncertain, then historical, then family. Allergens are
        left out: a drug that a patient cannot take is not a drug that was given.

        Args:
            lexicon: With it, broader concepts are added for all but absent findings: chest pain is pain,
                but no chest pain is not no pain. What is said of the broader concept itself comes first.
        """
        stands: dict[str, Stand] = {}
        for finding in self._own_findings():
            _add(stands, finding.concept_id, finding, is_direct=True)
        if lexicon is None:
            return stands
        broader: dict[str, Stand] = {}
        for finding in self._own_findings():
            if finding.assertion is not Assertion.ABSENT:
                for concept_id in lexicon.ancestors(finding.concept_id):
                    _add(broader, concept_id, finding, is_direct=False)
        return broader | stands

    def _own_findings(self) -> Iterator[Finding]:
        return (finding for finding in self.findings if not finding.is_allergen)


def _add(stands: dict[str, Stand], concept_id: str, finding: Finding, *, is_direct: bool) -> None:
    known = stands.get(concept_id)
    if known is None or _STRENGTH[finding.assertion] < _STRENGTH[known.assertion]:
        stands[concept_id] = Stand(finding.assertion, (finding,), is_direct)
    elif finding.assertion is known.assertion:
        stands[concept_id] = Stand(known.assertion, (*known.findings, finding), is_direct)
