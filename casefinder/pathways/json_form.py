"""The evidence as plain data for JSON; ``docs/pathways.md`` documents every field."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from casefinder.pathways.model import (
    Baseline,
    Ending,
    PathStep,
    PathwayEvidence,
    Stratum,
    Variant,
)
from casefinder.pathways.rates import Rate, Spread
from casefinder.settings import STANDING_SENTENCE

SCHEMA_VERSION: Final = 1
_DIGITS: Final = 4  # a share to a hundredth of a percent; no interval here is that narrow


def evidence_to_dict(evidence: PathwayEvidence, *, question: str, with_cases: bool = False) -> dict[str, Any]:
    """Return the evidence as lists, dicts, numbers and strings.

    Args:
        evidence: What ``treatment_paths`` returned.
        question: The complaint that was asked.
        with_cases: Add the path of every patient counted.
    """
    document: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "note": STANDING_SENTENCE,
        "question": question,
        "n": evidence.n,
        "effective_n": round(evidence.effective_n, 1),
        "small_cell": evidence.small_cell,
        "trunk": list(evidence.trunk),
        "variants": [_variant(variant) for variant in evidence.variants],
        "comparisons": [
            {
                **{name: value for name, value in asdict(found).items() if name != "differences"},
                "differences": [
                    {"feature": d.feature, "standardised": round(d.standardised, 2)} for d in found.differences
                ],
            }
            for found in evidence.comparisons
        ],
        "strata": [_stratum(stratum) for stratum in evidence.strata],
        "discordances": [asdict(found) for found in evidence.discordances],
        "contradicting": [found.case_id for found in evidence.contradicting],
        "set_aside": [
            {
                "case_id": found.case_id,
                "reason": found.reason,
                "counted_as": found.counted_as,
                "detail": {"zh": found.zh, "en": found.en},
            }
            for found in evidence.set_aside
        ],
    }
    if with_cases:
        document["cases"] = [
            {
                "case_id": patient.case.id,
                "similarity": round(patient.weight, _DIGITS),
                "from_narrative": patient.from_narrative,
                "diagnoses": [d.text for d in patient.case.diagnoses],
                "steps": [{"key": a.key, "kind": a.kind, "day": a.day, "detail": a.detail} for a in patient.acts],
                "outcome": patient.case.outcome.status,
                "stay_days": patient.case.outcome.stay_days,
            }
            for patient in evidence.patients
        ]
    return document


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "id": variant.id,
        "name": {"zh": variant.zh, "en": variant.en},
        "support": _rate(variant.support),
        "effective_n": round(variant.effective_n, 1),
        "steps": [_step(step) for step in variant.steps],
        "escalated": _rate(variant.escalated),
        "ending": _ending(variant.ending),
        "baseline": _baseline(variant.baseline),
        "case_ids": list(variant.case_ids),
    }


def _step(step: PathStep) -> dict[str, Any]:
    return {
        "key": step.key,
        "name": {"zh": step.zh, "en": step.en},
        "kind": step.kind,
        "occurrence": step.occurrence,
        "phase": step.phase,
        "concepts": list(step.concepts),
        "classes": [asdict(drug_class) for drug_class in step.classes],
        "support": _rate(step.support),
        "effective_n": round(step.effective_n, 1),
        "days": _spread(step.days),
        "details": [{"text": text, "n": n} for text, n in step.details],
        "case_ids": list(step.case_ids),
    }


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "statuses": {status: _rate(rate) for status, rate in ending.statuses},
        "favourable": _rate(ending.favourable),
        "died": _rate(ending.died),
        "stay_days": _spread(ending.stay),
        "readmitted_30d": _rate(ending.readmitted),
    }


def _baseline(baseline: Baseline) -> dict[str, Any]:
    return {
        "age_years": _spread(baseline.age_years),
        "shares": {name: _rate(rate) for name, rate in baseline.shares},
    }


def _stratum(stratum: Stratum) -> dict[str, Any]:
    return {
        "by": stratum.by,
        "value": stratum.value,
        "n": stratum.n,
        "effective_n": round(stratum.effective_n, 1),
        "variants": {variant: _rate(rate) for variant, rate in stratum.variants},
        "ending": _ending(stratum.ending),
        "case_ids": list(stratum.case_ids),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "count": rate.count,
        "n": rate.n,
        "share": _rounded(rate.share),
        "low": _rounded(rate.low),
        "high": _rounded(rate.high),
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        "n": spread.n,
        "median": _rounded(spread.median),
        "lower_quartile": _rounded(spread.lower_quartile),
        "upper_quartile": _rounded(spread.upper_quartile),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
