"""Who the patients of a group were, and how they ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from casefinder.cases import Case, OutcomeStatus, Sex
from casefinder.pathways.comorbidity import COMORBIDITIES
from casefinder.pathways.model import Baseline, Ending, PatientPath, Stratum
from casefinder.pathways.rates import Rate, Weights, effective_n, weighted_rate, weighted_spread, without_complements

_FAVOURABLE: Final = frozenset({OutcomeStatus.RECOVERED, OutcomeStatus.IMPROVED})
_MOST_DIAGNOSES: Final = 6
_AGE_GROUPS: Final = ((1.0, "<1"), (18.0, "1-17"), (45.0, "18-44"), (65.0, "45-64"), (80.0, "65-79"), (999.0, "80+"))


def ending_of(patients: Sequence[PatientPath], *, small_cell: int) -> Ending:
    """Count how patients ended; patients of whom it is not recorded are left out of the denominator."""
    known = [p for p in patients if p.case.outcome.status is not None]
    everyone = Weights.of(p.weight for p in known)
    statuses = [p.case.outcome.status for p in known]
    rates = [
        (str(status), everyone.rate_of([s == status for s in statuses], small_cell=small_cell))
        for status in OutcomeStatus
        if status in statuses
    ]
    stays = [p for p in patients if p.case.outcome.stay_days is not None]
    returns = [p for p in patients if p.case.outcome.readmitted_30d is not None]
    return Ending(
        statuses=tuple(sorted(rates, key=lambda item: (-item[1].count, item[0]))),
        favourable=everyone.rate_of([s in _FAVOURABLE for s in statuses], small_cell=small_cell),
        died=everyone.rate_of([s == OutcomeStatus.DIED for s in statuses], small_cell=small_cell),
        stay=weighted_spread(
            [float(p.case.outcome.stay_days or 0) for p in stays], [p.weight for p in stays], small_cell=small_cell
        ),
        readmitted=weighted_rate(
            [bool(p.case.outcome.readmitted_30d) for p in returns], [p.weight for p in returns], small_cell=small_cell
        ),
    )


def frequent_diagnoses(patients: Sequence[PatientPath]) -> tuple[str, ...]:
    """Return the main diagnoses of most patients, so that groups are described by the same ones."""
    counts = Counter(main_diagnosis(p.case) for p in patients if p.case.diagnoses)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_DIAGNOSES])


def baseline_of(patients: Sequence[PatientPath], *, diagnoses: Sequence[str], small_cell: int) -> Baseline:
    """Describe patients before treatment: age, sex, comorbidity and how many had each of these main diagnoses."""
    aged = [p for p in patients if p.case.patient.age is not None]
    sexed = [p for p in patients if p.case.patient.sex is not None]
    diagnosed = [p for p in patients if p.case.diagnoses]
    everyone, known = Weights.of(p.weight for p in patients), Weights.of(p.weight for p in diagnosed)
    main = [main_diagnosis(p.case) for p in diagnosed]
    shares = [
        (
            "male",
            weighted_rate(
                [p.case.patient.sex == Sex.MALE for p in sexed], [p.weight for p in sexed], small_cell=small_cell
            ),
        )
    ]
    shares += [
        (name, everyone.rate_of([name in p.comorbidities for p in patients], small_cell=small_cell))
        for name in COMORBIDITIES
    ]
    shares += [(f"diagnosis {d}", known.rate_of([m == d for m in main], small_cell=small_cell)) for d in diagnoses]
    ages = [p.case.patient.age.in_years for p in aged if p.case.patient.age]
    return Baseline(weighted_spread(ages, [p.weight for p in aged], small_cell=small_cell), tuple(shares))


def strata_of(patients: Sequence[PatientPath], variant_of: dict[str, str], *, small_cell: int) -> tuple[Stratum, ...]:
    """Divide the patients by age group, by sex and by number of chronic illnesses."""
    divisions: tuple[tuple[str, Callable[[PatientPath], str | None]], ...] = (
        ("age", _age_group),
        ("sex", lambda p: str(p.case.patient.sex) if p.case.patient.sex else None),
        ("comorbidity", lambda p: ("none", "one", "two or more")[min(2, len(p.comorbidities))]),
    )
    return tuple(
        stratum for by, value_of in divisions for stratum in _divide(patients, variant_of, by, value_of, small_cell)
    )


def main_diagnosis(case: Case) -> str:
    """Return the category of the first diagnosis (``I21``), or its wording where it has no code."""
    first = case.diagnoses[0]
    return first.icd10[:3] if first.icd10 else first.text


def _age_group(patient: PatientPath) -> str | None:
    age = patient.case.patient.age
    return None if age is None else next(name for below, name in _AGE_GROUPS if age.in_years < below)


def _divide(
    patients: Sequence[PatientPath],
    variant_of: dict[str, str],
    by: str,
    value_of: Callable[[PatientPath], str | None],
    small_cell: int,
) -> list[Stratum]:
    parts: dict[str, list[PatientPath]] = {}
    for patient in patients:
        if (value := value_of(patient)) is not None:
            parts.setdefault(value, []).append(patient)
    order = [name for _, name in _AGE_GROUPS] + ["none", "one", "two or more"]
    return [
        Stratum(
            by=by,
            value=value,
            n=len(part),
            effective_n=effective_n(p.weight for p in part),
            variants=tuple(_variant_rates(part, variant_of, small_cell)),
            ending=ending_of(part, small_cell=small_cell),
            case_ids=tuple(p.case.id for p in part),
        )
        for value, part in sorted(parts.items(), key=lambda i: (order.index(i[0]) if i[0] in order else -1, i[0]))
    ]


def _variant_rates(part: Sequence[PatientPath], variant_of: dict[str, str], small_cell: int) -> list[tuple[str, Rate]]:
    own = [variant_of[p.case.id] for p in part]
    everyone = Weights.of(p.weight for p in part)
    found = sorted(set(own))
    rates = [everyone.rate_of([o == v for o in own], small_cell=small_cell, behind=own.count(v)) for v in found]
    return list(zip(found, without_complements(rates, small_cell=small_cell), strict=True))
