"""JSON for machines; ``docs/json-output.md`` documents every field."""

from __future__ import annotations

import json

from casefinder.cases import case_to_dict
from casefinder.pathways import STANDING_SENTENCE
from casefinder.search import Answer, Hit

_DIGITS = 6  # float32 carries no more


def hit_line(hit: Hit, answer: Answer) -> str:
    """Write a hit as one line of JSON."""
    entry = {
        "rank": hit.rank,
        "similarity": round(hit.similarity, _DIGITS),
        "percent": None if hit.percent is None else round(hit.percent, 1),
        "relation": hit.relation,
        "matched_by": hit.matched_by,
        "presentation_cosine": round(hit.presentation_cosine, _DIGITS),
        "diagnosis_cosine": None if hit.diagnosis_cosine is None else round(hit.diagnosis_cosine, _DIGITS),
        "exact": answer.exact,
        "expected_recall": round(answer.expected_recall, _DIGITS),
        "case": case_to_dict(hit.case),
        "note": STANDING_SENTENCE,
    }
    return json.dumps(entry, ensure_ascii=False)
