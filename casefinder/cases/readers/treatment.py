"""Treatment paths and diagnoses written as text in one cell.

    D0 检查: 心电图; D0 用药: 阿司匹林 300mg 嚼服; D30 随访: 心内科门诊

Steps are separated by semicolons, arrows or line breaks, or are numbered. Each may begin with its day (``D0``,
``第3天``) and its kind. The dose of a medication becomes the detail of its step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from casefinder.cases.model import Diagnosis, StepKind, TreatmentStep
from casefinder.errors import InvalidCaseError

_STEP_BREAK: Final = re.compile(r"[;；\n]+|→|->")
DIAGNOSIS_BREAK: Final = re.compile(r"[;；\n|]+")
_CODE_BREAK: Final = re.compile(r"[;；,，|\s]+")
# ``2.5mg`` is no second point, but ``2.2型糖尿病`` is.
_POINT: Final = r"[(（]?{}(?:[)）、．]|\.(?!\d)|\.(?=[12]型))"
_NUMBERING: Final = re.compile(r"^\s*(?:" + _POINT.format(r"\d{1,2}") + r"|[①-⑳])\s*")
_DAY: Final = re.compile(
    r"^\s*(?:D(?:ay)?\s*(?P<offset>-?\d{1,4})(?![\w.])|第\s*(?P<ordinal>\d{1,4})\s*天)\s*[:：]?\s*", re.IGNORECASE
)
_KIND: Final = re.compile(r"^\s*(?P<kind>[A-Za-z_ -]{4,12}|[\u4e00-\u9fff]{2})\s*[:：]\s*(?=\S)")
_DOSE: Final = re.compile(
    r"(?:(?<=[^\s\d.,])|(?<=[A-Za-z]\d\s)|(?<=[A-Za-z]\d\d\s))[ \t　,，]*"
    r"(?P<dose>\d+(?:\.\d+)?\s*(?:mg|g|kg|ml|l|μg|µg|ug|mcg|iu|u|mmol|meq|万\s*u|万?单位|片|粒|"
    r"支|袋|丸|滴|喷|毫克|克|毫升|微克)(?![A-Za-z]).*)",
    re.IGNORECASE | re.DOTALL,
)
_CODE_IN_TEXT: Final = re.compile(
    r"(?P<text>.*\S)\s*[(（\[]\s*(?P<code>[A-Z]\d[0-9A-Z]\.[0-9A-Zx]{1,8}[+*]?)\s*[)）\]]"
)
_UNDOTTED: Final = re.compile(r"([A-Z]\d[0-9A-Z])([0-9A-Z]{1,4}[+*]?)")
_NATIONAL: Final = re.compile(r"(?<=\d{3})X(?=\d{3})")  # GB/T 14396 writes I21.900x002
_KINDS: Final = {
    "检查": StepKind.TEST, "检验": StepKind.TEST, "化验": StepKind.TEST, "用药": StepKind.MEDICATION,
    "药物": StepKind.MEDICATION, "操作": StepKind.PROCEDURE, "介入": StepKind.PROCEDURE, "手术": StepKind.SURGERY,
    "护理": StepKind.NURSING, "会诊": StepKind.CONSULT, "治疗": StepKind.THERAPY, "康复": StepKind.THERAPY,
    "建议": StepKind.ADVICE, "宣教": StepKind.ADVICE, "随访": StepKind.FOLLOW_UP, "转诊": StepKind.REFERRAL,
    "其他": StepKind.OTHER, **{kind.value: kind for kind in StepKind},
}  # fmt: skip


def parse_treatment(text: str) -> tuple[TreatmentStep, ...]:
    """Read the steps of a cell, in order; free text becomes steps of kind ``other``."""
    steps = (_step(point) for part in _STEP_BREAK.split(text) for point in _points(part))
    return tuple(step for step in steps if step is not None)


def parse_diagnoses(text: str, codes: str) -> tuple[Diagnosis, ...]:
    """Read the diagnoses of a cell and their ICD-10 codes, which stand in the same order in theirs.

    A single code belongs to the first of several diagnoses; a code without a diagnosis stands for itself. A
    diagnosis that is named twice (on admission and at discharge) is kept once.

    Raises:
        InvalidCaseError: A code is no ICD-10 code, or it is not clear which diagnosis it belongs to.
    """
    points = (point.strip(" \t　。") for part in DIAGNOSIS_BREAK.split(text) for point in _points(part))
    texts = [point for point in points if point]
    given = [code for code in map(_icd10, _CODE_BREAK.split(codes)) if code]
    if not texts:
        return tuple(Diagnosis(code, code) for code in given)
    if len(given) not in (0, 1, len(texts)):
        raise InvalidCaseError(
            "diagnoses.icd10", f"{len(given)} codes for {len(texts)} diagnoses; give one for each, in the same order"
        )
    given += [""] * (len(texts) - len(given))
    return _without_repeats(_diagnosis(text, code) for text, code in zip(texts, given, strict=True))


def _diagnosis(text: str, code: str) -> Diagnosis:
    if not code and (match := _CODE_IN_TEXT.fullmatch(text)):
        return Diagnosis(match["text"], match["code"])
    return Diagnosis(text, code or None)


def _without_repeats(diagnoses: Iterable[Diagnosis]) -> tuple[Diagnosis, ...]:
    kept: dict[str, Diagnosis] = {}
    for diagnosis in diagnoses:
        if diagnosis.text not in kept or kept[diagnosis.text].icd10 is None:
            kept[diagnosis.text] = diagnosis
    return tuple(kept.values())


def _icd10(text: str) -> str:
    """Return a code in capitals, with its dot."""
    code = text.strip().upper()
    if match := _UNDOTTED.fullmatch(code):
        code = f"{match[1]}.{match[2]}"
    return _NATIONAL.sub("x", code)


def _points(text: str) -> list[str]:
    """Cut ``1.高血压 2.糖尿病`` at its numbers, which must count up from 1; any other text is one point."""
    first = _NUMBERING.match(text)
    if first is None:
        return [text]
    points, start, number = [], first.end(), 2
    is_list = first[0].strip("（( )）.．、\t　") == "1"
    while is_list and (match := re.search(rf"(?<!\d){_POINT.format(number)}\s*", text[start:])):
        points.append(text[start : start + match.start()])
        start, number = start + match.end(), number + 1
    return [*points, text[start:]]


def _step(text: str) -> TreatmentStep | None:
    day, kind, detail = None, StepKind.OTHER, ""
    if match := _DAY.match(text):
        day = int(match["offset"]) if match["offset"] else max(0, int(match["ordinal"]) - 1)
        text = text[match.end() :]
    if match := _KIND.match(text):
        named = _KINDS.get(re.sub(r"[ -]", "_", match["kind"].strip().lower()))
        kind, text = (named, text[match.end() :]) if named else (kind, text)
    if kind is StepKind.MEDICATION and (match := _DOSE.search(text)):
        text, detail = text[: match.start()], match["dose"]
    name = text.strip()
    is_named = any(character.isalnum() for character in name)
    return TreatmentStep(kind=kind, name=name, detail=detail.strip(), day=day) if is_named else None
