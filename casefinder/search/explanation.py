"""Why a case is similar, and where it is not: shown in the texts themselves, no language model involved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from casefinder.case_store import CaseFindings, MeasuredValue, Mention
from casefinder.cases import Case
from casefinder.search.asked import STRENGTHS, Asked, is_other_side
from casefinder.search.question import Question
from casefinder.term_index import SIDES

_ABSENT: Final = "absent"


@dataclass(frozen=True, slots=True)
class FindingPair:
    """A finding of the question beside what the case says of it.

    Attributes:
        concept_id: The concept that the question names.
        question: Where the question names it.
        case: Where the case says so; None where it says nothing of it.
        is_partly: Whether the case says only something broader: swelling for a swollen hand.
        is_other_side: Whether the case has it on the other side of the body.
    """

    concept_id: str
    question: Mention
    case: Mention | None
    is_partly: bool = False
    is_other_side: bool = False


@dataclass(frozen=True, slots=True)
class ValuePair:
    """A value that question and case both give, in one unit."""

    question: MeasuredValue
    case: MeasuredValue

    @property
    def difference(self) -> float | None:
        """The case's value less the question's; None where one of them is no number in the same unit."""
        if self.question.value is None or self.case.value is None or self.question.unit != self.case.unit:
            return None
        return self.case.value - self.question.value


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a case is similar to a question, and where it is not.

    Attributes:
        matched: Findings on which they agree, present or absent.
        contradicted: Findings of which they say the opposite.
        missing: Findings of the question that the case does not mention.
        values: Values that both give.
        age_gap_years: The case's age less the question's; None where one of them is not known.
        is_other_sex: Whether the sexes differ; None where one of them is not known.
    """

    matched: tuple[FindingPair, ...]
    contradicted: tuple[FindingPair, ...]
    missing: tuple[FindingPair, ...]
    values: tuple[ValuePair, ...]
    age_gap_years: float | None
    is_other_sex: bool | None


def explain(question: Question, asked: Sequence[Asked], case: Case, findings: CaseFindings) -> Explanation:
    """Explain how a case answers a question."""
    matched, contradicted, missing = [], [], []
    for one in asked:
        agreeing, opposing = _said(one, findings.mentions)
        if agreeing is not None:
            is_partly = not one.is_absent and agreeing.concept_id not in one.same
            is_other = is_other_side(SIDES[one.mention.side], SIDES[agreeing.side])
            matched.append(FindingPair(one.mention.concept_id, one.mention, agreeing, is_partly, is_other))
        elif opposing is not None:
            contradicted.append(FindingPair(one.mention.concept_id, one.mention, opposing))
        else:
            missing.append(FindingPair(one.mention.concept_id, one.mention, None))
    age, sex = case.patient.age, case.patient.sex
    return Explanation(
        matched=tuple(matched),
        contradicted=tuple(contradicted),
        # That a case does not mention what the patient does not have is no lack.
        missing=tuple(pair for pair in missing if pair.question.assertion != _ABSENT),
        values=tuple(_value_pairs(question.values, findings.values)),
        age_gap_years=age.in_years - question.age_years if age and question.age_years is not None else None,
        is_other_sex=sex is not question.sex if sex and question.sex else None,
    )


def _said(one: Asked, mentions: Sequence[Mention]) -> tuple[Mention | None, Mention | None]:
    """Return where a case agrees with what is asked, or else where it contradicts."""
    denying = {one.mention.concept_id, *one.above}
    stated = [m for m in mentions if STRENGTHS.get(m.assertion, 0.0) > 0]
    # One that is on the same side is shown rather than one that is not.
    stated.sort(key=lambda m: is_other_side(SIDES[one.mention.side], SIDES[m.side]))
    present = _strongest(m for m in stated if m.concept_id in one.same)
    absent = next((m for m in mentions if m.assertion == _ABSENT and m.concept_id in denying), None)
    if one.is_absent:
        return (None, present) if present else (absent, None)
    present = present or _strongest(m for m in stated if m.concept_id in one.broader)
    return (present, None) if present and (absent is None or present.concept_id in one.same) else (None, absent)


def _strongest(mentions: Iterable[Mention]) -> Mention | None:
    """Return the mention that says most surely that it is there, the first of equals."""
    return max(mentions, key=lambda m: STRENGTHS[m.assertion], default=None)


def _value_pairs(asked: Sequence[MeasuredValue], given: Sequence[MeasuredValue]) -> Iterable[ValuePair]:
    first: dict[str, MeasuredValue] = {}
    for value in given:
        first.setdefault(value.concept_id, value)
    return (ValuePair(value, first[value.concept_id]) for value in asked if value.concept_id in first)
