"""Reference ranges that depend on age and sex.

Sources: heart rate, respiratory rate and blood pressure of children from the tables of the American Heart
Association's Pediatric Advanced Life Support (2020; the lower end of heart rates is that of sleep, of systolic
pressure that of hypotension); blood counts from WS/T 405-2012 (adults) and WS/T 779-2021 (28 days to 18 years);
creatinine from WS/T 404.5-2015 and WS/T 780-2021. Values below 28 days of age are left to the adult range but for
the vital signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from casefinder.cases import Age, Sex
from casefinder.clinical.findings.quantities import QUANTITIES, Quantity

_MONTH: Final = 1 / 12
_NEONATE: Final = 28 / 365.25
_ADULT: Final = 18.0


class _Range(NamedTuple):
    """What holds from one age to another (years, the end excluded), for one sex or both."""

    start: float
    end: float
    sex: Sex | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None


_HEART_RATE: Final = (
    _Range(0, 1, None, 90, 205, 60, 220),
    _Range(1, 3, None, 80, 140, 60, 180),
    _Range(3, 6, None, 65, 120, 50, 180),
    _Range(6, 12, None, 58, 118, 45, 170),
    _Range(12, _ADULT, None, 50, 100, 40, 150),
)
_SYSTOLIC: Final = (
    _Range(0, _NEONATE, None, 60, 84, 50, 110),
    _Range(_NEONATE, 1, None, 70, 104, 60, 130),
    _Range(1, 3, None, 72, 106, 65, 140),
    _Range(3, 6, None, 76, 112, 68, 140),
    _Range(6, 10, None, 82, 115, 74, 150),
    _Range(10, 13, None, 90, 120, 80, 160),
    _Range(13, _ADULT, None, 90, 131, 80, 180),
)
_DIASTOLIC: Final = (
    _Range(0, _NEONATE, None, 35, 53, 25, 75),
    _Range(_NEONATE, 1, None, 37, 56, 27, 80),
    _Range(1, 3, None, 42, 63, 30, 85),
    _Range(3, 6, None, 46, 72, 33, 95),
    _Range(6, 10, None, 57, 76, 37, 100),
    _Range(10, 13, None, 57, 80, 40, 105),
    _Range(13, _ADULT, None, 60, 83, 40, 120),
)
_RANGES: Final[Mapping[str, tuple[_Range, ...]]] = {
    "heart-rate": _HEART_RATE,
    "pulse": _HEART_RATE,
    "respiratory-rate": (
        _Range(0, 1, None, 30, 53, 20, 70),
        _Range(1, 3, None, 22, 37, 15, 60),
        _Range(3, 6, None, 20, 28, 12, 50),
        _Range(6, 12, None, 18, 25, 10, 40),
        _Range(12, _ADULT, None, 12, 20, 8, 30),
    ),
    "systolic-blood-pressure": _SYSTOLIC,
    "diastolic-blood-pressure": _DIASTOLIC,
    "hemoglobin": (
        _Range(_NEONATE, 6 * _MONTH, None, 97, 183, 60, 220),
        _Range(6 * _MONTH, 1, None, 97, 141, 60, 220),
        _Range(1, 2, None, 107, 141, 60, 220),
        _Range(2, 6, None, 112, 149, 60, 220),
        _Range(6, 13, None, 118, 156, 60, 220),
        _Range(13, _ADULT, Sex.MALE, 129, 172, 60, 220),
        _Range(13, _ADULT, Sex.FEMALE, 114, 154, 60, 220),
        _Range(_ADULT, 200, Sex.MALE, 130, 175, 60, 220),
        _Range(_ADULT, 200, Sex.FEMALE, 115, 150, 60, 220),
    ),
    "white-blood-cell-count": (
        _Range(_NEONATE, 6 * _MONTH, None, 4.3, 14.2, 1.0, 30.0),
        _Range(6 * _MONTH, 1, None, 4.8, 14.6, 1.0, 30.0),
        _Range(1, 2, None, 5.1, 14.1, 1.0, 30.0),
        _Range(2, 6, None, 4.4, 11.9, 1.0, 30.0),
        _Range(6, 13, None, 4.3, 11.3, 1.0, 30.0),
        _Range(13, _ADULT, None, 4.1, 11.0, 1.0, 30.0),
    ),
    "creatinine": (
        _Range(_NEONATE, 2, None, None, 33, None, 200),
        _Range(2, 6, None, None, 44, None, 250),
        _Range(6, 13, None, None, 66, None, 300),
        _Range(13, 16, Sex.MALE, None, 93, None, 450),
        _Range(13, 16, Sex.FEMALE, None, 75, None, 450),
        _Range(16, _ADULT, Sex.MALE, None, 101, None, 450),
        _Range(16, _ADULT, Sex.FEMALE, None, 76, None, 450),
        _Range(_ADULT, 60, Sex.MALE, None, 97, None, 450),
        _Range(_ADULT, 60, Sex.FEMALE, None, 73, None, 450),
        _Range(60, 200, Sex.MALE, None, 111, None, 450),
        _Range(60, 200, Sex.FEMALE, None, 81, None, 450),
    ),
}


class Ranges:
    """The reference ranges of one patient."""

    def __init__(self, *, age: Age | None, sex: Sex | None) -> None:
        """Take what is known of the patient; without an age, the ranges are those of adults."""
        self._years = _ADULT if age is None else age.in_years
        self._sex = sex

    def quantity(self, concept_id: str) -> Quantity:
        """Return a quantity of ``QUANTITIES`` with the limits that hold for the patient."""
        if concept_id not in _RANGES:
            return QUANTITIES[concept_id]
        return _quantity(concept_id, self._years, self._sex)


@lru_cache(maxsize=4096)
def _quantity(concept_id: str, years: float, sex: Sex | None) -> Quantity:
    for row in _RANGES[concept_id]:
        if row.start <= years < row.end and row.sex in (None, sex):
            return replace(
                QUANTITIES[concept_id],
                low=row.low,
                high=row.high,
                critical_low=row.critical_low,
                critical_high=row.critical_high,
            )
    return QUANTITIES[concept_id]
