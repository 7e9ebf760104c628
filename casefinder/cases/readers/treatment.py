"""Treatment paths and diagnoses written as text in one cell.

    D0 检查: 心电图; D0 用药: 阿司匹林 300mg 嚼服; D30 随访: 心内科门诊

Steps are separated by semicolons, arrows or line breaks. Each may begin with its day (``D0``, ``第3天``) and its kind.
"""

from __future__ import annotations

import re
from typing import Final

from casefinder.cases.model import Diagnosis, StepKind, TreatmentStep

_STEP_BREAK: Final = re.compile(r"[;；\n]+|→|->")
_DIAGNOSIS_BREAK: Final = re.compile(r"[;；\n|]+")
_NUMBERING: Final = re.compile(r"^\s*(?:\(?\d{1,2}[).、]|[（(]\d{1,2}[）)]|[①-⑳])\s*")
_DAY: Final = re.compile(
    r"^\s*(?:D(?:ay)?\s*(?P<offset>-?\d{1,4})\b|第\s*(?P<ordinal>\d{1,4})\s*天)\s*[:：]?\s*", re.IGNORECASE
)
_KIND: Final = re.compile(r"^\s*(?P<kind>[A-Za-z_ -]{4,12}|[\u4e00-\u9fff]{2})\s*[:：]\s*(?=\S)")
_KINDS: Final = {
    "检查": StepKind.TEST, "检验": StepKind.TEST, "化验": StepKind.TEST, "用药": StepKind.MEDICATION,
    "药物": StepKind.MEDICATION, "操作": StepKind.PROCEDURE, "介入": StepKind.PROCEDURE, "手术": StepKind.SURGERY,
    "护理": StepKind.NURSING, "会诊": StepKind.CONSULT, "治疗": StepKind.THERAPY, "康复": StepKind.THERAPY,
    "建议": StepKind.ADVICE, "宣教": StepKind.ADVICE, "随访": StepKind.FOLLOW_UP, "转诊": StepKind.REFERRAL,
    **{kind.value: kind for kind in StepKind},
}  # fmt: skip


def parse_treatment(text: str) -> tuple[TreatmentStep, ...]:
    """Read the steps of a cell, in order; free text becomes steps of kind ``other``."""
    return tuple(_step(part) for part in _STEP_BREAK.split(text) if part.strip())


def parse_diagnoses(text: str, codes: str) -> tuple[Diagnosis, ...]:
    """Read the diagnoses of a cell and their ICD-10 codes, which stand in the same order in theirs.

    Where the numbers differ, a single code belongs to the first diagnosis.

    Raises:
        InvalidCaseError: A code is no ICD-10 code.
    """
    texts = [_NUMBERING.sub("", part).strip() for part in _DIAGNOSIS_BREAK.split(text)]
    texts = [part for part in texts if part]
    given = [code.strip().upper().replace("X", "x") for code in re.split(r"[;；,，|\s]+", codes) if code.strip()]
    padded = given if len(given) == len(texts) else given[:1]
    padded += [""] * (len(texts) - len(padded))
    return tuple(Diagnosis(part, code or None) for part, code in zip(texts, padded, strict=False))


def _step(text: str) -> TreatmentStep:
    text = _NUMBERING.sub("", text)
    day, kind = None, StepKind.OTHER
    if match := _DAY.match(text):
        day = int(match["offset"]) if match["offset"] else int(match["ordinal"]) - 1
        text = text[match.end() :]
    if (match := _KIND.match(text)) and (named := _KINDS.get(match["kind"].strip().lower().replace(" ", "_"))):
        kind = named
        text = text[match.end() :]
    return TreatmentStep(kind=kind, name=text.strip(), day=day)
