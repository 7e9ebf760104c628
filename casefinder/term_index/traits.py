"""What cases are ranked by beside their words: findings, values, age, sex and duration, as arrays over all cases."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import DIAGNOSES, CaseFindings, MeasuredValue
from casefinder.cases import Case, Sex
from casefinder.clinical.findings import MOST_DEVIATION, QUANTITIES, Ranges
from casefinder.term_index.texts import text_arrays

if TYPE_CHECKING:
    from casefinder.term_index.part import TermPart

Rows = NDArray[np.int64]

ASSERTIONS: Final = ("present", "absent", "uncertain", "historical", "family")
SIDES: Final = {"": 0, "left": 1, "right": 2, "both": 3}  # a bit for each side
SEXES: Final = {None: 0, Sex.FEMALE: 1, Sex.MALE: 2, Sex.OTHER: 3}
_PRESENT: Final = ASSERTIONS.index("present")
_MEASURED: Final = len(ASSERTIONS)  # stands for an assertion in the entry of a value, whose weight is its deviation
_DEVIATION_STEPS: Final = 127 / MOST_DEVIATION
_NO_DEVIATION: Final = 128
_STEPS: Final = 50  # section weights lie between 0 and 2.5 and are kept in fiftieths,
_DIAGNOSED, _MAIN = 1, 2  # bits that are set where a diagnosis says so, and where the first one does
_WEIGHT_SHIFT: Final = 2  # those bits
_SIDE_SHIFT: Final = 9  # and those of the weight
_ASSERTION_SHIFT: Final = 11  # and of the sides
_CONCEPT_SHIFT: Final = 14  # and of the assertion
# One record per case, so that ranking a case touches one place of a file.
RECORD: Final = np.dtype(
    [("start", "<u4"), ("count", "<u2"), ("sex", "u1"), ("unused", "u1"), ("age", "<f4"), ("days", "<f4")]
)


@dataclass(frozen=True, slots=True)
class FoundConcepts:
    """The concepts of some cases, one entry per concept and assertion of a case.

    Attributes:
        cases: int64 [m], which of the cases asked for.
        concepts: int64 [m], number of the concept in the case base.
        assertions: uint8 [m], place in ``ASSERTIONS``.
        weights: float32 [m], weight of the heaviest section that says so.
        diagnosed: bool [m], whether a diagnosis says so.
        is_main: bool [m], whether the first diagnosis does.
        sides: uint8 [m], the sides of the body that are named: 0 none, 1 left, 2 right, 3 both; see ``SIDES``.
    """

    cases: NDArray[np.int64]
    concepts: NDArray[np.int64]
    assertions: NDArray[np.uint8]
    weights: NDArray[np.float32]
    diagnosed: NDArray[np.bool_]
    is_main: NDArray[np.bool_]
    sides: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FoundValues:
    """The measured values of some cases, the first of each quantity.

    Attributes:
        cases: int64 [m], which of the cases asked for.
        concepts: int64 [m], number of the quantity in the case base.
        deviations: float32 [m], how far they are out of the reference range; see ``Quantity.deviation``.
    """

    cases: NDArray[np.int64]
    concepts: NDArray[np.int64]
    deviations: NDArray[np.float32]


class TraitsBuilder:
    """Collects the traits of cases, row by row."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._concepts = array("i")
        self._said = array("i")  # assertion, sides, weight and diagnoses
        self._records: list[tuple[int, int, int, int, float, float]] = []

    def add(self, case: Case, findings: CaseFindings, *, section_weights: Mapping[str, float]) -> None:
        """Add the next row."""
        weights: dict[tuple[str, str], float] = {}
        bits: dict[tuple[str, str], int] = {}  # of sides and diagnoses
        end_of_main = len(case.diagnoses[0].text) if case.diagnoses else 0
        for mention in findings.mentions:
            said = (mention.concept_id, mention.assertion)
            weights[said] = max(weights.get(said, 0.0), section_weights[mention.section])
            bits[said] = bits.get(said, 0) | SIDES[mention.side] << _SIDE_SHIFT
            if mention.section == DIAGNOSES:
                bits[said] |= _DIAGNOSED | (_MAIN if mention.end <= end_of_main else 0)
        age = np.nan if case.patient.age is None else case.patient.age.in_years
        days = np.nan if findings.days is None else findings.days
        deviations = deviations_of(findings.values, Ranges(age=case.patient.age, sex=case.patient.sex))
        n_entries = len(weights) + len(deviations)
        self._records.append((len(self._concepts), n_entries, SEXES[case.patient.sex], 0, age, days))
        for said, weight in weights.items():
            concept_id, assertion = said
            self._add(concept_id, ASSERTIONS.index(assertion), bits[said] | round(weight * _STEPS) << _WEIGHT_SHIFT)
        for concept_id, deviation in deviations.items():
            self._add(concept_id, _MEASURED, _NO_DEVIATION + round(deviation * _DEVIATION_STEPS))

    def _add(self, concept_id: str, assertion: int, rest: int) -> None:
        self._concepts.append(self._numbers.setdefault(concept_id, len(self._numbers)))
        self._said.append(assertion << _ASSERTION_SHIFT | rest)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays; concepts are numbered in the order of their ids."""
        names = sorted(self._numbers)
        numbers = np.empty(len(names), dtype=np.int64)
        numbers[[self._numbers[name] for name in names]] = np.arange(len(names))
        concepts = numbers[np.frombuffer(self._concepts, "i4")] << _CONCEPT_SHIFT | np.frombuffer(self._said, "i4")
        return {
            "traits": np.array(self._records, dtype=RECORD),
            "trait_concepts": concepts.astype("<u4"),
            "trait_presents": presents(concepts, len(names)).astype("<i8"),
            **text_arrays("trait", names),
        }


def deviations_of(values: Iterable[MeasuredValue], ranges: Ranges) -> dict[str, float]:
    """Return how far the values of a patient are out of their ranges, the first of each quantity.

    Args:
        values: Those without a number are passed over, and those of quantities that an earlier version knew.
        ranges: Of the patient.
    """
    deviations: dict[str, float] = {}
    for value in values:
        if value.value is not None and value.concept_id in QUANTITIES:
            deviations.setdefault(value.concept_id, ranges.quantity(value.concept_id).deviation(value.value))
    return deviations


def presents(concepts: NDArray[Any], n_concepts: int) -> NDArray[np.int64]:
    """Return how many entries of ``trait_concepts`` say that each concept is present: int64 [n_concepts]."""
    is_present = (concepts >> _ASSERTION_SHIFT) & (2 ** (_CONCEPT_SHIFT - _ASSERTION_SHIFT) - 1) == _PRESENT
    return np.bincount(concept_numbers(concepts[is_present]), minlength=n_concepts)


def concept_numbers(concepts: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the numbers of the concepts of entries of ``trait_concepts``: int64 [n]."""
    return (concepts >> _CONCEPT_SHIFT).astype(np.int64)


def renumbered(concepts: NDArray[np.uint32], numbers: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return entries of ``trait_concepts`` with other numbers for their concepts."""
    said = concepts & np.uint32(2**_CONCEPT_SHIFT - 1)
    return (numbers[concept_numbers(concepts)] << _CONCEPT_SHIFT | said).astype("<u4")


def spans(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of all ranges one after another: ``counts[i]`` of them from ``starts[i]``."""
    firsts = starts - np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(starts) else starts
    return np.repeat(firsts, counts) + np.arange(counts.sum())


class Traits:
    """The traits of all cases, by row. Safe to share between threads.

    Attributes:
        numbers: Number of each concept of the case base, by its id.
        n_present: int64 [n_concepts], cases that say that a concept is present.
        rarity: float32 [n_concepts], information of each: 0 for what every case has, 1 for what none has.
    """

    def __init__(self, parts: Sequence[TermPart], offsets: Sequence[int], *, removed: Rows, n_cases: int) -> None:
        """Serve parts whose rows begin at ``offsets``, without the removed rows (rising)."""
        self._parts = parts
        self._offsets = np.array([*offsets[1:]], dtype=np.int64)
        self._first_rows = offsets
        self.numbers = dict(parts[0].concept_numbers) if parts else {}
        # The numbers of the first part hold for all; those of the others are translated.
        self._translations = [self._translation(part.concept_numbers) for part in parts[1:]]
        n_present = np.zeros(len(self.numbers), dtype=np.int64)
        for part, numbers in zip(parts, [None, *self._translations], strict=False):
            counts = part.arrays["trait_presents"][:]
            n_present[slice(len(counts)) if numbers is None else numbers] += counts
        found, _ = self.found(removed)
        gone = found.concepts[found.assertions == _PRESENT]
        self.n_present: NDArray[np.int64] = n_present - np.bincount(gone, minlength=len(n_present))
        self._n_with: dict[str, int] = {}
        self.rarity = (np.log((n_cases + 1) / (self.n_present + 1)) / np.log(max(n_cases, 1) + 1)).astype(np.float32)

    def n_with(self, concept_id: str, narrower: Callable[[], Iterable[str]]) -> int:
        """Return how often cases say that a concept or a narrower one is present; remembered once counted."""
        if concept_id not in self._n_with:
            numbers = [self.numbers[one] for one in {concept_id, *narrower()} if one in self.numbers]
            self._n_with[concept_id] = int(self.n_present[numbers].sum())
        return self._n_with[concept_id]

    def records(self, rows: Rows) -> NDArray[Any]:
        """Return age, duration and sex of some cases, given in rising order: fields age, days and sex, [n].

        Ages in years and durations in days are NaN where nothing is recorded. Sexes are 0 not recorded, 1 female,
        2 male, 3 other.
        """
        taken = [part.arrays["traits"].take(local) for part, local, _ in self._split(rows)]
        return np.concatenate([np.zeros(0, dtype=RECORD), *taken])

    def found(self, rows: Rows) -> tuple[FoundConcepts, FoundValues]:
        """Return the concepts and the values of some cases, given in rising order."""
        entries, counts = [np.zeros(0, dtype="<u4")], [np.zeros(0, dtype=np.int64)]
        for part, local, numbers in self._split(rows):
            records = part.arrays["traits"].take(local)
            counts.append(records["count"].astype(np.int64))
            concepts = part.arrays["trait_concepts"].take(spans(records["start"].astype(np.int64), counts[-1]))
            entries.append(concepts if numbers is None else renumbered(concepts, numbers))
        said = np.concatenate(entries)
        cases = np.repeat(np.arange(len(rows)), np.concatenate(counts))
        concepts, assertions = concept_numbers(said), ((said >> _ASSERTION_SHIFT) & 7).astype(np.uint8)
        weights = (said & (2**_SIDE_SHIFT - 1)).astype(np.uint16)
        is_value = assertions == _MEASURED
        is_said = ~is_value
        return (
            FoundConcepts(
                cases[is_said],
                concepts[is_said],
                assertions[is_said],
                (weights[is_said] >> _WEIGHT_SHIFT) / np.float32(_STEPS),
                (weights[is_said] & _DIAGNOSED).astype(bool),
                (weights[is_said] & _MAIN).astype(bool),
                ((said[is_said] >> _SIDE_SHIFT) & 3).astype(np.uint8),
            ),
            FoundValues(
                cases[is_value],
                concepts[is_value],
                (weights[is_value].astype(np.float32) - np.float32(_NO_DEVIATION)) / np.float32(_DEVIATION_STEPS),
            ),
        )

    def _split(self, rows: Rows) -> list[tuple[TermPart, Rows, NDArray[np.int64] | None]]:
        """Return the parts that rows lie in, the rows as these count them, and the numbers of their concepts."""
        if not len(self._offsets):
            return [(part, rows, None) for part in self._parts]
        pieces = np.split(rows, np.searchsorted(rows, self._offsets))
        listed = zip(self._parts, pieces, self._first_rows, [None, *self._translations], strict=True)
        return [(part, piece - first, numbers) for part, piece, first, numbers in listed if len(piece)]

    def _translation(self, numbers: Mapping[str, int]) -> NDArray[np.int64]:
        known = (self.numbers.setdefault(name, len(self.numbers)) for name in numbers)
        return np.fromiter(known, dtype=np.int64, count=len(numbers))
