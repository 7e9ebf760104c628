"""JSON for machines; ``docs/json-output.md`` documents every field."""

from __future__ import annotations

import json

from casefinder.cases import case_to_dict
from casefinder.search import Answer, FindingPair, Hit, ValuePair
from casefinder.settings import STANDING_SENTENCE

_DIGITS = 6  # float32 carries no more


def hit_line(hit: Hit, answer: Answer) -> str:
    """Write a hit as one line of JSON."""
    return json.dumps(_entry(hit, answer), ensure_ascii=False)


def answer_line(number: int, answer: Answer) -> str:
    """Write the answer to the question on one line of a file as one line of JSON."""
    entry = {"line": number, "known": answer.is_known, "hits": [_entry(hit, answer) for hit in answer.hits]}
    return json.dumps(entry, ensure_ascii=False)


def _entry(hit: Hit, answer: Answer) -> dict[str, object]:
    return {
        "rank": hit.rank,
        "similarity": round(hit.similarity, _DIGITS),
        "percent": None if hit.percent is None else round(hit.percent, 1),
        "parts": {
            part.name: {"value": round(part.value, _DIGITS), "share": round(part.share, _DIGITS)} for part in hit.parts
        },
        "relation": hit.relation,
        "matched_by": hit.matched_by,
        "presentation_cosine": round(hit.presentation_cosine, _DIGITS),
        "diagnosis_cosine": None if hit.diagnosis_cosine is None else round(hit.diagnosis_cosine, _DIGITS),
        "explanation": _explanation(hit),
        "known": answer.is_known,
        "exact": answer.exact,
        "expected_recall": None if answer.expected_recall is None else round(answer.expected_recall, _DIGITS),
        "case": case_to_dict(hit.case),
        "note": STANDING_SENTENCE,
    }


def _explanation(hit: Hit) -> dict[str, object]:
    explanation = hit.explanation
    gap = explanation.age_gap_years
    return {
        "matched": [
            _pair(pair) | {"partly": pair.is_partly, "other_side": pair.is_other_side} for pair in explanation.matched
        ],
        "contradicted": [_pair(pair) for pair in explanation.contradicted],
        "missing": [_pair(pair) for pair in explanation.missing],
        "values": [_values(pair) for pair in explanation.values],
        "age_gap_years": None if gap is None else round(gap, 2),
        "other_sex": explanation.is_other_sex,
    }


def _pair(pair: FindingPair) -> dict[str, object]:
    question: dict[str, object] = {
        "assertion": pair.question.assertion,
        "side": pair.question.side or None,
        "start": pair.question.start,
        "end": pair.question.end,
    }
    case = None
    if pair.case is not None:
        case = {
            "concept": pair.case.concept_id,
            "assertion": pair.case.assertion,
            "side": pair.case.side or None,
            "section": pair.case.section,
            "start": pair.case.start,
            "end": pair.case.end,
        }
    return {"concept": pair.concept_id, "question": question, "case": case}


def _values(pair: ValuePair) -> dict[str, object]:
    sides = {
        name: {
            "value": side.value,
            "unit": side.unit,
            "flag": side.flag,
            "section": side.section,
            "start": side.start,
            "end": side.end,
        }
        for name, side in (("question", pair.question), ("case", pair.case))
    }
    return {"concept": pair.question.concept_id, **sides, "difference": pair.difference}
