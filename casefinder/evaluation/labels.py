"""Relevance labels: questions with the cases that answer them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from casefinder.casebase import CaseBase
from casefinder.cases import Case
from casefinder.errors import SourceNotFoundError, UnreadableSourceError

_SEED: Final = 20_240_301
_ICD10_CATEGORY: Final = 3  # I21.3 and I21.9 are both I21: the same disease


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with what is relevant to it.

    Attributes:
        text: The question.
        relevant: Ids of relevant cases with their grades above 0; never empty.
        asked_by: Id of the case that the question is from, which is no answer to it; empty where there is none.
    """

    text: str
    relevant: Mapping[str, float]
    asked_by: str = ""


def read_labels(path: Path) -> list[LabelledQuestion]:
    """Read a JSONL file of ``{"query": "…", "relevant": ["id", …]}``; ``relevant`` may map ids to grades.

    Raises:
        SourceNotFoundError: There is no such file.
        UnreadableSourceError: A line is not of that form, or holds no relevant id; the message names it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as exc:
        raise SourceNotFoundError(f"no file {path}; name a JSONL file of relevance labels") from exc
    except UnicodeDecodeError as exc:
        raise UnreadableSourceError(f"{path} is not UTF-8; save it as UTF-8") from exc
    return [_labelled(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]


def leave_one_out(casebase: CaseBase, *, n_questions: int) -> list[LabelledQuestion]:
    """Make a question of every chosen case: its presentation asks, the cases of its main diagnosis answer.

    A diagnosis is the category of its ICD-10 code, or its wording where it has none. Diagnoses of a single case
    ask nothing. Cases are drawn with a fixed seed.
    """
    cases = [case for _, case, _ in casebase.view().store.every_case() if case.diagnoses]
    groups = defaultdict(list)
    for case in cases:
        groups[diagnosis_group(case)].append(case.id)
    askable = [case for case in cases if len(groups[diagnosis_group(case)]) > 1]
    order = np.random.default_rng(_SEED).permutation(len(askable))[:n_questions]
    return [_question(askable[place], groups[diagnosis_group(askable[place])]) for place in order]


def _question(case: Case, group: list[str]) -> LabelledQuestion:
    sections = case.sections
    text = "\n".join(part for part in (sections.chief_complaint, sections.present_illness) if part)
    relevant = {case_id: 1.0 for case_id in group if case_id != case.id}
    return LabelledQuestion(text or sections.exam or sections.past_history, relevant, asked_by=case.id)


def diagnosis_group(case: Case) -> str:
    """Return the category of the ICD-10 code of a case's first diagnosis, or its wording where it has none."""
    first = case.diagnoses[0]
    return first.icd10[:_ICD10_CATEGORY] if first.icd10 else first.text


def _labelled(line: str, where: str) -> LabelledQuestion:
    form = '{"query": "…", "relevant": ["id", …]}'
    try:
        entry = json.loads(line)
        relevant = entry["relevant"]
        graded = relevant if isinstance(relevant, dict) else dict.fromkeys(relevant, 1.0)
        labelled = LabelledQuestion(str(entry["query"]), {str(i): float(g) for i, g in graded.items() if float(g) > 0})
    except (ValueError, KeyError, TypeError) as exc:
        raise UnreadableSourceError(f"{where}: no label; write {form}") from exc
    if not labelled.relevant:
        raise UnreadableSourceError(f"{where}: no relevant case is named; write {form}, or leave the line out")
    return labelled
