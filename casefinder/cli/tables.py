"""Answers for people, as tables on standard output."""

from __future__ import annotations

import sys
from typing import Final

from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table
from rich.text import Text

from casefinder.cases import Case
from casefinder.cli.reasons import complaint_section, marked_complaint, reason_line
from casefinder.cli.words import (
    complaint_words,
    diagnosis_words,
    is_chinese,
    outcome_words,
    path_words,
    patient_words,
)
from casefinder.search import Answer, Hit
from casefinder.settings import STANDING_SENTENCE

_WIDTH_UNKNOWN: Final = 120  # of a pipe or a file
_COMPLAINT_CELLS: Final = (
    240  # 120 Chinese characters; a case without a chief complaint is shown by the beginning of its history
)


def print_answer(answer: Answer, question: str, *, show_all: bool) -> None:
    """Print the hits as a table, in the language of the question; strangers only when all are to be shown."""
    zh = is_chinese(question)
    console = _console()
    if not answer.hits:
        console.print("没有符合筛选条件的病例。" if zh else "No case matches the filters.")
        return
    if not answer.is_known and not show_all:
        console.print(
            "病例库中没有相似病例。加 --all 可查看最接近的病例。"
            if zh
            else "The case base holds nothing similar. --all shows the nearest cases all the same."
        )
        return
    headings = ("#", "相似度", "患者", "主诉 / 诊断", "治疗路径", "转归") if zh else (
        "#", "similarity", "patient", "complaint / diagnosis", "treatment path", "outcome",
    )  # fmt: skip
    table = Table(box=HORIZONTALS, show_lines=True, expand=True, pad_edge=False)
    for heading, ratio in zip(headings, (None, None, None, 5, 7, 4), strict=True):
        table.add_column(heading, ratio=ratio, overflow="fold", justify="right" if heading == "#" else "left")
    for hit in answer.hits:
        table.add_row(*_cells(hit, question, zh=zh))
    console.print(table)
    console.print(
        f"以上为既往病例中的关联，并非治疗建议 ({STANDING_SENTENCE})" if zh else STANDING_SENTENCE, style="dim"
    )


def print_case(case: Case) -> None:
    """Print everything that is recorded of a case."""
    console = _console()
    zh = is_chinese(complaint_words(case))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, text in _case_rows(case, zh=zh):
        if text:
            table.add_row(name, Text(text))
    console.print(table)


def _case_rows(case: Case, *, zh: bool) -> list[tuple[str, str]]:
    rows = [
        ("id", case.id),
        ("patient", patient_words(case.patient, zh=zh)),
        ("department", case.department or ""),
        ("visit date", case.visit_date.isoformat() if case.visit_date else ""),
        ("read from text", ", ".join(case.from_text)),
    ]
    rows += [(name.replace("_", " "), getattr(case.sections, name)) for name in case.sections.__dataclass_fields__]
    rows += [
        ("diagnoses", diagnosis_words(case)),
        ("treatment path", path_words(case.treatment_path)),
        ("outcome", outcome_words(case.outcome, zh=zh)),
    ]
    return rows + list(case.attributes.items())


def _cells(hit: Hit, question: str, *, zh: bool) -> list[Text]:
    case = hit.case
    similarity = f"{hit.similarity:.2f}" if hit.percent is None else f"{hit.percent:.0f} %"
    what = marked_complaint(complaint_words(case), complaint_section(case), hit.explanation)
    what.truncate(_COMPLAINT_CELLS, overflow="ellipsis")
    if reason := reason_line(hit, question, zh=zh):
        what.append("\n").append_text(reason)
    if case.diagnoses:
        what.append(f"\n{diagnosis_words(case)}", style="bold")
    what.append(f"\n{case.id}", style="dim")
    cells = [str(hit.rank), similarity, patient_words(case.patient, zh=zh)]
    ending = [path_words(case.treatment_path), outcome_words(case.outcome, zh=zh)]
    return [*map(Text, cells), what, *map(Text, ending)]


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH_UNKNOWN)
