"""Deriving from the records what cases are found by word for word and ranked by: one file of arrays."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from casefinder.case_store import CaseFindings, CaseStore, Postings, PostingsBuilder, Traits, TraitsBuilder
from casefinder.casebase.reading_findings import DIAGNOSES
from casefinder.cases import Case
from casefinder.files import read_arrays, write_arrays
from casefinder.text import SECTION_WEIGHTS, lexical_terms

# The words of a diagnosis are the clinician's, not the patient's: they count, but less than the complaint.
FIELD_WEIGHTS: Final = {**SECTION_WEIGHTS, DIAGNOSES: 0.5}
_WORDS: Final = "words"
_CONCEPTS: Final = "concepts"
_NAMES: Final = "names"


class TermIndex:
    """What the cases of one generation are found by and ranked by. Safe to share between threads.

    A case is known by its row: the place of its key among all keys in rising order.

    Attributes:
        keys: int64 [n_rows], the keys of the cases, rising.
        words: Posting lists of presentation and diagnoses.
        concepts: Posting lists of findings, a concept with its assertion being one term.
        names: Posting lists of ids, codes and the names of treatment steps.
        traits: Findings, age, sex and duration by row.
    """

    def __init__(self, path: Path) -> None:
        """Map a file of ``write_terms`` into memory.

        Raises:
            IndexDamagedError: It is none.
        """
        arrays, facts = read_arrays(path)
        self.keys = arrays["keys"]
        n_rows = len(self.keys)
        self.words = Postings(arrays, _WORDS, n_rows=n_rows)
        self.concepts = Postings(arrays, _CONCEPTS, n_rows=n_rows)
        self.names = Postings(arrays, _NAMES, n_rows=n_rows)
        self.traits = Traits(arrays, facts["concept_ids"])

    def rows_of(self, keys: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the rows of keys that are in the case base: int64 [n]."""
        return np.searchsorted(self.keys, np.fromiter(keys, dtype=np.int64))


def write_terms(store: CaseStore, path: Path) -> None:
    """Write the terms and traits of all cases of a store to a file."""
    words, concepts, names, traits = PostingsBuilder(), PostingsBuilder(), PostingsBuilder(), TraitsBuilder()
    keys = []
    for key, case, findings in store.every_case():
        keys.append(key)
        words.add(_word_fields(case))
        concepts.add(_concept_fields(findings))
        names.add([(_names(case), 1.0)])
        traits.add(case, findings, section_weights=FIELD_WEIGHTS)
    arrays = {
        "keys": np.array(keys, dtype="<i8"),
        **words.arrays(_WORDS),
        **concepts.arrays(_CONCEPTS),
        **names.arrays(_NAMES),
        **traits.arrays(),
    }
    write_arrays(path, arrays, facts={"concept_ids": list(traits.concept_ids)})


def concept_term(concept_id: str, assertion: str) -> str:
    """Return the term of a concept with its assertion: only what is absent is told apart."""
    return f"-{concept_id}" if assertion == "absent" else f"+{concept_id}"


def _word_fields(case: Case) -> list[tuple[list[str], float]]:
    fields = [(lexical_terms(getattr(case.sections, name)), weight) for name, weight in SECTION_WEIGHTS.items()]
    named = " ".join(diagnosis.text for diagnosis in case.diagnoses)
    return [*fields, (lexical_terms(named), FIELD_WEIGHTS[DIAGNOSES])]


def _concept_fields(findings: CaseFindings) -> list[tuple[list[str], float]]:
    return [([concept_term(m.concept_id, m.assertion)], FIELD_WEIGHTS[m.section]) for m in findings.mentions]


def _names(case: Case) -> list[str]:
    steps = case.treatment_path
    texts = [step.name for step in steps] + [step.code for step in steps if step.code]
    texts += [diagnosis.icd10 for diagnosis in case.diagnoses if diagnosis.icd10]
    return lexical_terms("\n".join([case.id, *texts]))
