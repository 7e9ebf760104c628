"""What is measured: canonical units, conversions and adult reference ranges (``ranges.py`` has those by age and sex).

Ranges are rounded adult ranges as hospital laboratories commonly print them; critical limits are those at
which laboratories commonly call the ward. They flag values for comparing cases, not for treating a patient.
"""

# ruff: noqa: E501 - one quantity a line, so that the table can be read and checked by column

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from casefinder.clinical.findings.model import Flag

_MMHG_PER_KPA: Final = 7.50062
MOST_DEVIATION: Final = 2.0  # three times as far out as the critical limit; beyond it more says no more


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured quantity.

    Attributes:
        unit: The canonical unit.
        factors: Factor from each accepted unit, normalised, to the canonical one.
        low: Lower end of the reference range; None if only high values matter.
        high: Upper end; None if only low values matter.
        critical_low: Values below are critical.
        critical_high: Values from here on are critical.
        plausible: The range in which a number without a unit is taken as given in the canonical unit.
        implies_low: Id of the finding that a low value amounts to.
        implies_high: Id of the finding that a high value amounts to.
        grades: For some high values another finding than that, each from a limit on (excluded): a temperature
            above 39.0 is a high fever, one up to 38.0 a low-grade fever.
        bare_other: Where a number without a unit can only be in another unit: its range, and the factor from it
            ("Hgb 9.2" is in g/dL, "glucose 320" in mg/dL).
    """

    unit: str
    factors: Mapping[str, float]
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None
    plausible: tuple[float, float]
    implies_low: str | None = None
    implies_high: str | None = None
    bare_other: tuple[float, float, float] | None = None
    grades: tuple[tuple[float, str], ...] = ()

    def flag(self, value: float) -> Flag:
        """Return where a value lies: in the reference range, below or above it, or beyond a critical limit."""
        if self.critical_low is not None and value < self.critical_low:
            return Flag.CRITICAL
        if self.critical_high is not None and value >= self.critical_high:
            return Flag.CRITICAL
        if self.low is not None and value < self.low:
            return Flag.LOW
        if self.high is not None and value > self.high:
            return Flag.HIGH
        return Flag.NORMAL

    def implied(self, value: float) -> str | None:
        """Return the id of the finding that a value amounts to; None for a usual one."""
        if self.low is not None and value < self.low:
            return self.implies_low
        if self.high is not None and value > self.high:
            return next((finding for limit, finding in reversed(self.grades) if value > limit), self.implies_high)
        return None

    def deviation(self, value: float) -> float:
        """Return how far a value is out of the reference range: below 0 for a low one, -2 to 2.

        1 is the critical limit, or where there is none twice the upper end or nothing of the lower one. It grows as
        the logarithm: the further out, the less each step says.
        """
        if self.low is not None and value < self.low:
            critical = self.critical_low if self.critical_low is not None else 0.0
            return -_compressed((self.low - value) / (self.low - critical))
        if self.high is not None and value > self.high:
            critical = self.critical_high if self.critical_high is not None else 2 * self.high
            return _compressed((value - self.high) / (critical - self.high))
        return 0.0


def _compressed(steps: float) -> float:
    return min(math.log2(1 + steps), MOST_DEVIATION)


_PERCENT: Final = {"%": 1.0}
_CELLS: Final = {
    "10^9/l": 1.0,
    "g/l": 1.0,
    "k/ul": 1.0,
    "10^3/ul": 1.0,
    "/ul": 0.001,
    "/mm3": 0.001,
    "/mm^3": 0.001,
    "cells/ul": 0.001,
}
_CELLS_NO_GRAMS: Final = {unit: factor for unit, factor in _CELLS.items() if unit != "g/l"}
_ENZYME: Final = {"u/l": 1.0, "iu/l": 1.0}
_ION: Final = {"mmol/l": 1.0, "meq/l": 1.0}
_GRAMS: Final = {"g/l": 1.0, "g/dl": 10.0}
_GLUCOSE: Final = {"mmol/l": 1.0, "mg/dl": 1 / 18.016}
_BILIRUBIN: Final = {"umol/l": 1.0, "mg/dl": 17.104}
_PRESSURE: Final = {"mmhg": 1.0, "kpa": _MMHG_PER_KPA}
_RATE: Final = {"/min": 1.0, "bpm": 1.0, "次/分": 1.0, "次/分钟": 1.0, "次/min": 1.0, "beats/min": 1.0, "breaths/min": 1.0, "beats per minute": 1.0, "breaths per minute": 1.0, "per minute": 1.0, "cpm": 1.0}  # fmt: skip
_TROPONIN: Final = {"ng/ml": 1.0, "ug/l": 1.0, "ng/l": 0.001, "pg/ml": 0.001}

# Blood glucose meters end at 33.3 mmol/L: a higher number without a unit is in mg/dL.
_BARE_GLUCOSE: Final = (34.0, 1500.0, 1 / 18.016)
_GLUCOSE_ROW: Final = Quantity(
    "mmol/L", _GLUCOSE, 3.9, 11.1, 2.8, 25.0, (0.5, 34.0), "hypoglycemia", "high-blood-sugar", _BARE_GLUCOSE
)
QUANTITIES: Final[Mapping[str, Quantity]] = {
    "body-temperature": Quantity("°C", {"℃": 1.0, "°c": 1.0, "°": 1.0, "c": 1.0, "度": 1.0, "摄氏度": 1.0, "degrees celsius": 1.0, "degrees c": 1.0}, 36.0, 37.3, 35.0, 41.0, (30.0, 43.0), "hypothermia", "fever", grades=((37.3, "low-grade-fever"), (38.0, "fever"), (39.0, "high-fever"))),
    "systolic-blood-pressure": Quantity("mmHg", _PRESSURE, 90, 140, 80, 180, (40, 300), "hypotension", "high-blood-pressure-reading"),
    "diastolic-blood-pressure": Quantity("mmHg", _PRESSURE, 60, 90, 40, 120, (20, 200), None, "high-blood-pressure-reading"),
    "heart-rate": Quantity("/min", _RATE, 60, 100, 40, 150, (20, 300), "bradycardia", "tachycardia"),
    "pulse": Quantity("/min", _RATE, 60, 100, 40, 150, (20, 300), "bradycardia", "tachycardia"),
    "respiratory-rate": Quantity("/min", _RATE, 12, 20, 8, 30, (4, 80), "bradypnea", "tachypnea"),
    "oxygen-saturation": Quantity("%", _PERCENT, 95, None, 85, None, (30, 100), "hypoxemia", None),
    "glasgow-coma-scale": Quantity("", {"分": 1.0, "/15": 1.0, "points": 1.0}, 15, None, 9, None, (3, 15), None, None),
    "blood-glucose": _GLUCOSE_ROW,
    "random-blood-glucose": _GLUCOSE_ROW,
    "fasting-blood-glucose": Quantity("mmol/L", _GLUCOSE, 3.9, 6.1, 2.8, 25.0, (0.5, 34.0), "hypoglycemia", "high-blood-sugar", _BARE_GLUCOSE),
    "postprandial-glucose": Quantity("mmol/L", _GLUCOSE, 3.9, 7.8, 2.8, 25.0, (0.5, 34.0), "hypoglycemia", "high-blood-sugar", _BARE_GLUCOSE),
    "glycated-hemoglobin": Quantity("%", _PERCENT, None, 6.5, None, None, (3, 20)),
    "troponin": Quantity("ng/mL", _TROPONIN, None, 0.04, None, 0.5, (0.0, 500.0), None, "elevated-troponin"),
    "b-type-natriuretic-peptide": Quantity("pg/mL", {"pg/ml": 1.0, "ng/l": 1.0}, None, 125, None, 1800, (0, 70000), None, "elevated-natriuretic-peptide"),
    "creatine-kinase": Quantity("U/L", _ENZYME, None, 200, None, 5000, (5, 300000), None, "elevated-creatine-kinase"),
    "creatine-kinase-mb": Quantity("U/L", {**_ENZYME, "ng/ml": 1.0}, None, 25, None, None, (0, 2000)),
    "d-dimer": Quantity("mg/L", {"mg/l": 1.0, "ug/ml": 1.0, "ng/ml": 0.001, "ug/l": 0.001}, None, 0.5, None, None, (0, 50), None, "elevated-d-dimer", (100, 100000, 0.001)),
    "white-blood-cell-count": Quantity("10^9/L", _CELLS, 4.0, 10.0, 1.0, 30.0, (0.1, 500), "leukopenia", "leukocytosis", (1000, 400000, 0.001)),
    "platelet-count": Quantity("10^9/L", _CELLS_NO_GRAMS, 100, 300, 20, 1000, (1, 3000), "thrombocytopenia", "thrombocytosis", (3001, 3000000, 0.001)),
    "hemoglobin": Quantity("g/L", _GRAMS, 115, 175, 60, 220, (20, 250), "anemia", None, (2, 19.9, 10.0)),
    "c-reactive-protein": Quantity("mg/L", {"mg/l": 1.0, "mg/dl": 10.0, "ug/ml": 1.0}, None, 10, None, 200, (0, 700), None, "elevated-c-reactive-protein"),
    "procalcitonin": Quantity("ng/mL", {"ng/ml": 1.0, "ug/l": 1.0}, None, 0.5, None, 10, (0, 200), None, "elevated-procalcitonin"),
    "erythrocyte-sedimentation-rate": Quantity("mm/h", {"mm/h": 1.0, "mm/hr": 1.0, "mm": 1.0}, None, 20, None, None, (0, 180), None, "raised-erythrocyte-sedimentation-rate"),
    "lactate": Quantity("mmol/L", {"mmol/l": 1.0, "mg/dl": 0.111, "meq/l": 1.0}, None, 2.0, None, 4.0, (0.1, 40), None, "hyperlactatemia"),
    "creatinine": Quantity("umol/L", {"umol/l": 1.0, "mg/dl": 88.4, "mg%": 88.4}, None, 110, None, 450, (20, 3000), None, "elevated-creatinine", (0.2, 19.9, 88.4)),
    "blood-urea-nitrogen": Quantity("mmol/L", {"mmol/l": 1.0, "mg/dl": 0.357, "mg%": 0.357}, None, 8.2, None, 30, (0.5, 80), None, "azotemia"),
    "uric-acid": Quantity("umol/L", {"umol/l": 1.0, "mg/dl": 59.48}, None, 420, None, None, (50, 1500), None, "hyperuricemia"),
    "serum-potassium": Quantity("mmol/L", _ION, 3.5, 5.5, 2.5, 6.5, (1, 10), "hypokalemia", "hyperkalemia"),
    "serum-sodium": Quantity("mmol/L", _ION, 135, 145, 120, 160, (90, 200), "hyponatremia", "hypernatremia"),
    "serum-calcium": Quantity("mmol/L", {"mmol/l": 1.0, "mg/dl": 0.2495}, 2.1, 2.65, 1.6, 3.5, (0.5, 6), "hypocalcemia", "hypercalcemia"),
    "bilirubin": Quantity("umol/L", _BILIRUBIN, None, 21, None, 340, (1, 900), None, "hyperbilirubinemia"),
    "direct-bilirubin": Quantity("umol/L", _BILIRUBIN, None, 7, None, None, (0, 600), None, "hyperbilirubinemia"),
    "alanine-aminotransferase": Quantity("U/L", _ENZYME, None, 50, None, 1000, (1, 20000), None, "elevated-transaminases"),
    "aspartate-aminotransferase": Quantity("U/L", _ENZYME, None, 45, None, 1000, (1, 20000), None, "elevated-transaminases"),
    "alkaline-phosphatase": Quantity("U/L", _ENZYME, None, 130, None, None, (5, 5000), None, "elevated-alkaline-phosphatase"),
    "amylase": Quantity("U/L", _ENZYME, None, 125, None, None, (1, 20000), None, "elevated-amylase"),
    "lipase": Quantity("U/L", _ENZYME, None, 60, None, None, (1, 20000), None, "elevated-amylase"),
    "lactate-dehydrogenase": Quantity("U/L", _ENZYME, None, 250, None, None, (10, 20000), None, "elevated-lactate-dehydrogenase"),
    "serum-albumin": Quantity("g/L", _GRAMS, 35, 55, 20, None, (5, 70), "hypoalbuminemia", None, (1, 4.9, 10.0)),
    "international-normalized-ratio": Quantity("", {"": 1.0}, None, 1.3, None, 5.0, (0.5, 20), None, "coagulopathy"),
    "blood-ph": Quantity("", {"": 1.0}, 7.35, 7.45, 7.2, 7.6, (6.5, 8.0)),
    "partial-pressure-of-oxygen": Quantity("mmHg", _PRESSURE, 80, None, 50, None, (10, 700), "hypoxemia", None),
    "partial-pressure-of-carbon-dioxide": Quantity("mmHg", _PRESSURE, 35, 45, 20, 70, (5, 200)),
    "blood-ammonia": Quantity("umol/L", {"umol/l": 1.0, "ug/dl": 0.587}, None, 60, None, None, (1, 1000)),
    "thyroid-stimulating-hormone": Quantity("mIU/L", {"miu/l": 1.0, "uiu/ml": 1.0, "mu/l": 1.0, "uu/ml": 1.0}, 0.3, 4.5, None, None, (0, 200)),
    "body-mass-index": Quantity("kg/m²", {"kg/m2": 1.0, "kg/m²": 1.0, "kg/m^2": 1.0}, 18.5, 28, None, None, (8, 80), None, "obesity"),
    "ferritin": Quantity("ng/mL", {"ng/ml": 1.0, "ug/l": 1.0}, 15, 300, None, None, (0, 100000)),
}  # fmt: skip
# Things that are only measured: naming them says nothing about the patient, so they are no findings.
MEASURED_SIGNS: Final = frozenset(QUANTITIES) | frozenset(
    (
        "blood-pressure mean-arterial-pressure pulse-pressure central-venous-pressure body-weight height "
        "head-circumference fetal-heart-rate urine-output apgar-score fundal-height muscle-strength "
        "waist-circumference"
    ).split()
)
