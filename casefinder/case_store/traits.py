"""What cases are ranked by beside their words: findings, age, sex and duration, as arrays over all cases."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store.case_findings import CaseFindings
from casefinder.cases import Case, Sex

ASSERTIONS: Final = ("present", "absent", "uncertain", "historical", "family")
_SEXES: Final = {None: 0, Sex.FEMALE: 1, Sex.MALE: 2, Sex.OTHER: 3}
_STEPS: Final = 100  # section weights lie between 0 and 1 and are kept in hundredths


@dataclass(frozen=True, slots=True)
class FoundConcepts:
    """The concepts of some cases, one entry per concept and assertion of a case.

    Attributes:
        cases: int64 [m], which of the cases asked for.
        concepts: int32 [m], number of the concept in the case base.
        assertions: uint8 [m], place in ``ASSERTIONS``.
        weights: float32 [m], weight of the heaviest section that says so.
    """

    cases: NDArray[np.int64]
    concepts: NDArray[np.int32]
    assertions: NDArray[np.uint8]
    weights: NDArray[np.float32]


class TraitsBuilder:
    """Collects the traits of cases, row by row."""

    def __init__(self) -> None:
        self.concept_ids: dict[str, int] = {}
        self._starts = array("q", [0])
        self._concepts = array("i")
        self._assertions = array("B")
        self._weights = array("B")
        self._ages = array("f")
        self._days = array("f")
        self._sexes = array("B")

    def add(self, case: Case, findings: CaseFindings, *, section_weights: Mapping[str, float]) -> None:
        """Add the next row."""
        weights: dict[tuple[str, str], float] = {}
        for mention in findings.mentions:
            said = (mention.concept_id, mention.assertion)
            weights[said] = max(weights.get(said, 0.0), section_weights[mention.section])
        for (concept_id, assertion), weight in weights.items():
            self._concepts.append(self.concept_ids.setdefault(concept_id, len(self.concept_ids)))
            self._assertions.append(ASSERTIONS.index(assertion))
            self._weights.append(round(weight * _STEPS))
        self._starts.append(len(self._concepts))
        self._ages.append(case.patient.age.in_years if case.patient.age else np.nan)
        self._days.append(np.nan if findings.days is None else findings.days)
        self._sexes.append(_SEXES[case.patient.sex])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays."""
        return {
            "trait_starts": np.frombuffer(self._starts, "<i8"),
            "trait_concepts": np.frombuffer(self._concepts, "<i4"),
            "trait_assertions": np.frombuffer(self._assertions, "u1"),
            "trait_weights": np.frombuffer(self._weights, "u1"),
            "ages": np.frombuffer(self._ages, "<f4"),
            "days": np.frombuffer(self._days, "<f4"),
            "sexes": np.frombuffer(self._sexes, "u1"),
        }


class Traits:
    """The traits of all cases, by row. Safe to share between threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], concept_ids: list[str]) -> None:
        """Serve the arrays that ``TraitsBuilder.arrays`` made."""
        self._arrays = arrays
        self.numbers = {concept_id: number for number, concept_id in enumerate(concept_ids)}
        presents = arrays["trait_concepts"][arrays["trait_assertions"] == ASSERTIONS.index("present")]
        self.n_present: NDArray[np.int64] = np.bincount(presents, minlength=len(concept_ids))
        n_cases = len(arrays["ages"])
        # Information of each concept: 0 for what every case has, 1 for what none has. float32 [n_concepts]
        self.rarity = (np.log((n_cases + 1) / (self.n_present + 1)) / np.log(n_cases + 1)).astype(np.float32)

    def found(self, rows: NDArray[np.int64]) -> FoundConcepts:
        """Return the concepts of some cases."""
        starts = self._arrays["trait_starts"]
        firsts, counts = starts[rows], starts[rows + 1] - starts[rows]
        places = np.repeat(firsts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
        return FoundConcepts(
            cases=np.repeat(np.arange(len(rows)), counts),
            concepts=self._arrays["trait_concepts"][places],
            assertions=self._arrays["trait_assertions"][places],
            weights=self._arrays["trait_weights"][places] / np.float32(_STEPS),
        )

    def ages(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return ages in years, NaN where none is recorded."""
        ages: NDArray[np.float32] = self._arrays["ages"][rows]
        return ages

    def days(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return how long the complaints have lasted, in days; NaN where nothing is said."""
        days: NDArray[np.float32] = self._arrays["days"][rows]
        return days

    def sexes(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the sexes: 0 not recorded, 1 female, 2 male, 3 other."""
        sexes: NDArray[np.uint8] = self._arrays["sexes"][rows]
        return sexes
