"""Which rows have what a filter asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from casefinder.cases import Case, OutcomeStatus, Sex
from casefinder.files import Values
from casefinder.term_index.lists import ListsBuilder, TermLists, term_keys
from casefinder.term_index.texts import text_arrays
from casefinder.term_index.traits import SEXES

Mask = NDArray[np.bool_]

# Their places are written to files; 0 is no outcome.
_OUTCOMES: Final = (
    None,
    OutcomeStatus.RECOVERED,
    OutcomeStatus.IMPROVED,
    OutcomeStatus.UNCHANGED,
    OutcomeStatus.WORSENED,
    OutcomeStatus.DIED,
    OutcomeStatus.TRANSFERRED,
    OutcomeStatus.LEFT_AGAINST_ADVICE,
    OutcomeStatus.ONGOING,
)
_NO_DAY: Final = 0  # before 1 January of the year 1


class ColumnsBuilder:
    """Collects what filters ask for, row by row."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, float, int]] = []
        self._departments = ListsBuilder()
        self._codes = ListsBuilder()
        self._attributes = ListsBuilder()

    def add(self, case: Case) -> None:
        """Add the next row."""
        row, age, day = len(self._rows), case.patient.age, case.visit_date
        self._rows.append(
            (
                SEXES[case.patient.sex],
                _OUTCOMES.index(case.outcome.status),
                np.nan if age is None else age.in_years,
                day.toordinal() if day else _NO_DAY,
            )
        )
        self._departments.add(row, [case.department] if case.department is not None else [])
        self._codes.add(row, [diagnosis.icd10.upper() for diagnosis in case.diagnoses if diagnosis.icd10])
        self._attributes.add(row, [_attribute(name, value) for name, value in case.attributes.items()])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays."""
        columns = zip(*self._rows, strict=True) if self._rows else [()] * 4
        sexes, outcomes, ages, days = columns
        n_rows = len(self._rows)
        return {
            "sexes": np.array(sexes, dtype="u1"),
            "outcomes": np.array(outcomes, dtype="u1"),
            "ages": np.array(ages, dtype="<f8"),
            "visit_days": np.array(days, dtype="<i4"),
            **self._departments.arrays("departments", n_rows=n_rows),
            **text_arrays("departments", self._departments.terms()),
            **self._codes.arrays("codes", n_rows=n_rows),
            **text_arrays("codes", self._codes.terms()),
            **self._attributes.arrays("attributes", n_rows=n_rows),
        }


class Columns:
    """What filters ask for, for some cases. Every method returns a mask over their rows: bool [n_rows]."""

    def __init__(
        self, arrays: Mapping[str, Values], lists: Mapping[str, TermLists], texts: Mapping[str, Sequence[str]]
    ) -> None:
        """Serve the arrays that ``ColumnsBuilder.arrays`` made."""
        self._arrays = arrays
        self._lists = lists
        self._texts = texts
        self.n_rows = len(arrays["sexes"])

    def all(self, *, match: bool) -> Mask:
        """Match every row or none."""
        return np.full(self.n_rows, match)

    def department_is(self, department: str) -> Mask:
        """Match a department, letter case aside."""
        wanted = department.lower()
        return self._any_of("departments", lambda text: text.lower() == wanted)

    def sex_is(self, sex: Sex) -> Mask:
        """Match a sex."""
        return np.asarray(self._arrays["sexes"][:] == SEXES[sex])

    def outcome_is(self, outcome: OutcomeStatus) -> Mask:
        """Match an outcome."""
        return np.asarray(self._arrays["outcomes"][:] == _OUTCOMES.index(outcome))

    def age_between(self, first_years: float, end_years: float) -> Mask:
        """Match ages from the first to the end (exclusive)."""
        ages = self._arrays["ages"][:]
        return np.asarray((ages >= first_years) & (ages < end_years))

    def visited_between(self, since: date, until: date) -> Mask:
        """Match visit dates, both ends included."""
        days = self._arrays["visit_days"][:]
        return np.asarray((days >= since.toordinal()) & (days <= until.toordinal()))

    def code_begins(self, prefix: str) -> Mask:
        """Match codes of diagnoses that begin so, in upper case."""
        return self._any_of("codes", lambda text: text.startswith(prefix))

    def diagnosis_holds(self, part: str) -> Mask:
        """Match diagnoses with a part of their wording, in lower case."""
        return self._any_of("wordings", lambda text: part in text.lower())

    def attribute_is(self, name: str, value: str) -> Mask:
        """Match an attribute."""
        places = self._lists["attributes"].keys.places(term_keys([_attribute(name, value)]))
        return self._holding("attributes", places[places >= 0].tolist())

    def _any_of(self, field: str, fits: Callable[[str], bool]) -> Mask:
        return self._holding(field, [place for place, text in enumerate(self._texts[field]) if fits(text)])

    def _holding(self, field: str, places: Iterable[int]) -> Mask:
        mask = np.zeros(self.n_rows, dtype=bool)
        for place in places:
            mask[self._lists[field].rows(place)] = True
        return mask


def _attribute(name: str, value: str) -> str:
    return f"{name}\0{value}"
