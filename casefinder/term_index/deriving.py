"""Deriving from cases what they are found by word for word, filtered by and ranked by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from casefinder.case_store import DIAGNOSES, CaseFindings
from casefinder.cases import Case
from casefinder.term_index.columns import ColumnsBuilder
from casefinder.term_index.lists import ListsBuilder
from casefinder.term_index.part import CONCEPTS, NAMES, SCORED, WORDINGS, WORDS, TermPart
from casefinder.term_index.signs import signs_of
from casefinder.term_index.sorted_keys import STRIDE
from casefinder.term_index.texts import text_arrays
from casefinder.term_index.traits import TraitsBuilder
from casefinder.text import SECTION_WEIGHTS, lexical_terms, normalise_text

Entry: TypeAlias = tuple[int, Case, CaseFindings]
VectorsOf: TypeAlias = Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]]

# The words of a diagnosis are the clinician's, not the patient's: they count, but less than the complaint.
FIELD_WEIGHTS: Final = {**SECTION_WEIGHTS, DIAGNOSES: 0.5}
# Weighted terms of a usual case: the means of the sample cases. Fixed, so that a case is kept in the same way
# whatever other cases there are: adding to a case base and building it in one go come to the same.
REFERENCE_LENGTHS: Final = {WORDS: 185.0, CONCEPTS: 14.0, NAMES: 54.0}
VECTOR_DTYPE: Final = "<f2"


def derive_terms(entries: Iterable[Entry], *, vectors_of: VectorsOf) -> TermPart:
    """Derive the terms of some cases, in memory.

    Args:
        entries: Key, case and findings, keys rising.
        vectors_of: Returns the vectors, float32 [dim], of wordings of diagnoses by wording, of those that have one.
    """
    return _Deriving(entries).part(vectors_of)


class _Deriving:
    """The cases of one part."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._keys: list[int] = []
        self._lists = {field: ListsBuilder() for field in (*SCORED, WORDINGS)}
        self._traits = TraitsBuilder()
        self._columns = ColumnsBuilder()
        for key, case, findings in entries:
            self._add(len(self._keys), case, findings)
            self._keys.append(key)

    def _add(self, row: int, case: Case, findings: CaseFindings) -> None:
        for name, weight in SECTION_WEIGHTS.items():
            self._lists[WORDS].add(row, lexical_terms(getattr(case.sections, name)), weight)
        named = " ".join(diagnosis.text for diagnosis in case.diagnoses)
        self._lists[WORDS].add(row, lexical_terms(named), FIELD_WEIGHTS[DIAGNOSES])
        for mention in findings.mentions:
            term = concept_term(mention.concept_id, mention.assertion)
            self._lists[CONCEPTS].add(row, [term], FIELD_WEIGHTS[mention.section])
        self._lists[NAMES].add(row, _names(case))
        self._lists[WORDINGS].add(row, [normalise_text(diagnosis.text) for diagnosis in case.diagnoses])
        self._traits.add(case, findings, section_weights=FIELD_WEIGHTS)
        self._columns.add(case)

    def part(self, vectors_of: VectorsOf) -> TermPart:
        keys = np.array(self._keys, dtype="<i8")
        lengths = np.rint(self._lists[WORDS].lengths(len(keys))).astype("<u4")
        wordings = self._lists[WORDINGS].terms()
        vectors = vectors_of(wordings)
        dim = max((len(vector) for vector in vectors.values()), default=0)
        matrix = np.zeros((len(wordings), dim), dtype=VECTOR_DTYPE)
        for place, wording in enumerate(wordings):
            matrix[place] = vectors.get(wording, 0)
        arrays: dict[str, NDArray[Any]] = {
            "keys": keys,
            "key_samples": keys[::STRIDE],
            "word_lengths": lengths,
            "total_length": np.array([lengths.sum()], dtype="<i8"),
            "wording_vectors": matrix.ravel(),
            "wording_signs": signs_of(matrix).ravel(),
            **text_arrays(WORDINGS, wordings),
            **self._traits.arrays(),
            **self._columns.arrays(),
        }
        for field, lists in self._lists.items():
            arrays |= lists.arrays(field, n_rows=len(keys), reference=REFERENCE_LENGTHS.get(field))
        return TermPart(arrays)


def concept_term(concept_id: str, assertion: str) -> str:
    """Return the term of a concept with its assertion: only what is absent is told apart."""
    return f"-{concept_id}" if assertion == "absent" else f"+{concept_id}"


def _names(case: Case) -> list[str]:
    steps = case.treatment_path
    texts = [step.name for step in steps] + [step.code for step in steps if step.code]
    texts += [diagnosis.icd10 for diagnosis in case.diagnoses if diagnosis.icd10]
    return lexical_terms("\n".join([case.id, *texts]))
