"""Clinical knowledge that the sample cases are composed from: reading and checking it.

The files in ``knowledge/`` hold, for every condition, how patients and doctors word it in Chinese and English,
what is found, what was done and how it ended. README.md beside this file explains the format.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KNOWLEDGE_DIRECTORY = Path(__file__).parent / "knowledge"
SETTINGS = ("emergency", "inpatient", "outpatient")
AGE_UNITS = ("years", "months", "days")
DURATION_UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
STEP_KINDS = (
    "test", "medication", "procedure", "surgery", "nursing", "consult", "therapy", "advice", "follow_up", "referral",
)  # fmt: skip
OUTCOMES = (
    "recovered", "improved", "unchanged", "worsened", "died", "transferred", "left_against_advice", "ongoing",
)  # fmt: skip
PLACEHOLDER = re.compile(r"\{n:(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)\}")
_SHARE_TOLERANCE = 0.011  # shares are written with two decimals
_LATIN_NAMES = ("PET-CT",)  # written in Latin letters in Chinese notes too
_HAN = re.compile(r"[\u4e00-\u9fff]")


class KnowledgeError(Exception):
    """A knowledge file breaks the format; the message lists every problem with its file and condition."""


@dataclass(frozen=True, slots=True)
class Range:
    """A triangular distribution: lowest, most likely and highest value, with the unit where it has one."""

    low: float
    mode: float
    high: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Wordings of one thing in both languages, and the share of patients (0-1) in whom it is written down."""

    share: float
    zh: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a treatment path; ``first_day`` and ``last_day`` bound the day on which it is done."""

    first_day: int
    last_day: int
    kind: str
    zh: str
    en: str
    detail_zh: str
    detail_en: str
    share: float


@dataclass(frozen=True, slots=True)
class PathVariant:
    """One clinically distinct way of treating a condition, with its share (0-1) and what came of it."""

    name: str
    share: float
    steps: tuple[PathStep, ...]
    outcomes: dict[str, float]
    stay_days: Range | None
    readmission_share: float | None
    notes_zh: tuple[str, ...]
    notes_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """All that the generator knows of one condition."""

    id: str
    department_id: str
    department_zh: str
    department_en: str
    diagnosis_zh: tuple[str, ...]
    diagnosis_en: tuple[str, ...]
    icd10: str
    source: str
    setting: str
    weight: float
    male_share: float
    age: Range
    duration: Range
    complaint_zh: tuple[str, ...]
    complaint_en: tuple[str, ...]
    onset_zh: tuple[str, ...]
    onset_en: tuple[str, ...]
    findings: tuple[Phrase, ...]
    negatives: tuple[Phrase, ...]
    history: tuple[Phrase, ...]
    exam: tuple[Phrase, ...]
    tests: tuple[Phrase, ...]
    paths: tuple[PathVariant, ...]


def load_knowledge(directory: Path = KNOWLEDGE_DIRECTORY) -> tuple[Condition, ...]:
    """Read every ``*.toml`` of a directory, in file-name order.

    Raises:
        KnowledgeError: A file cannot be parsed or breaks the format; every problem is named.
    """
    problems: list[str] = []
    conditions: list[Condition] = []
    for path in sorted(directory.glob("*.toml")):
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as exc:
            problems.append(f"{path.name}: {exc}")
            continue
        department = document["department"]
        for raw in document["condition"]:
            where = f"{path.name}: {raw.get('id', '?')}"
            try:
                condition = _condition(raw, department)
            except (KeyError, TypeError, ValueError) as exc:
                problems.append(f"{where}: {type(exc).__name__}: {exc}")
                continue
            problems += [f"{where}: {problem}" for problem in check_condition(condition)]
            conditions.append(condition)
    ids = [condition.id for condition in conditions]
    problems += [f"condition id {name!r} is used twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
    problems += check_names(conditions)
    if problems:
        raise KnowledgeError("\n".join(problems))
    return tuple(conditions)


def check_condition(condition: Condition) -> list[str]:
    """Return what breaks the format in one condition; an empty list when nothing does."""
    return [*_check_header(condition), *_check_texts(condition), *_check_paths(condition)]


def check_names(conditions: Sequence[Condition]) -> list[str]:
    """Return where one thing done has two names or kinds; every step is named alike in all conditions."""
    english: dict[str, set[str]] = {}
    chinese: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for step in (step for condition in conditions for path in condition.paths for step in path.steps):
        english.setdefault(step.zh, set()).add(step.en)
        chinese.setdefault(step.en, set()).add(step.zh)
        kinds.setdefault(step.zh, set()).add(step.kind)
    return [
        f"step {name!r} has more than one {what}: {', '.join(sorted(found))}"
        for what, names in (("English name", english), ("Chinese name", chinese), ("kind", kinds))
        for name, found in sorted(names.items())
        if len(found) > 1
    ]


def _check_header(condition: Condition) -> list[str]:
    problems = []
    if condition.setting not in SETTINGS:
        problems.append(f"setting {condition.setting!r} is none of {SETTINGS}")
    if not re.fullmatch(r"[A-Z]\d\d(\.\d{1,2})?", condition.icd10):
        problems.append(f"icd10 {condition.icd10!r} is not an ICD-10 code")
    if not 0 <= condition.male_share <= 1:
        problems.append(f"male_share {condition.male_share} is not within 0-1")
    if condition.age.unit not in AGE_UNITS:
        problems.append(f"age unit {condition.age.unit!r} is none of {AGE_UNITS}")
    if condition.duration.unit not in DURATION_UNITS:
        problems.append(f"duration unit {condition.duration.unit!r} is none of {DURATION_UNITS}")
    for name, span in (("age", condition.age), ("duration", condition.duration)):
        if not 0 <= span.low <= span.mode <= span.high:
            problems.append(f"{name}: low <= mode <= high does not hold in {span}")
    least = {"complaint_zh": 6, "complaint_en": 5, "onset_zh": 3, "onset_en": 3, "diagnosis_zh": 2, "diagnosis_en": 2,
             "findings": 6, "negatives": 4, "history": 4, "exam": 3, "tests": 3, "paths": 2}  # fmt: skip
    problems += [
        f"{name} has {len(getattr(condition, name))} entries, at least {n} are needed"
        for name, n in least.items()
        if len(getattr(condition, name)) < n
    ]
    return problems


def _check_texts(condition: Condition) -> list[str]:
    problems = []
    for name in ("complaint_en", "onset_en", "diagnosis_en"):
        problems += [f"{name}: Chinese in {text!r}" for text in getattr(condition, name) if _HAN.search(text)]
    for name in ("complaint_zh", "onset_zh", "diagnosis_zh"):
        problems += [f"{name}: no Chinese in {text!r}" for text in getattr(condition, name) if not _HAN.search(text)]
    phrases = [("findings", condition.findings), ("negatives", condition.negatives), ("history", condition.history),
               ("exam", condition.exam), ("tests", condition.tests)]  # fmt: skip
    for name, entries in phrases:
        for phrase in entries:
            if not phrase.zh or not phrase.en:
                problems.append(f"{name}: an entry lacks a language: {phrase}")
            if not 0 < phrase.share <= 1:
                problems.append(f"{name}: p = {phrase.share} is not within 0-1")
            problems += [f"{name}: Chinese in {text!r}" for text in phrase.en if _HAN.search(text)]
            problems += [
                f"{name}: braces that are no {{n:low-high}} in {text!r}"
                for text in (*phrase.zh, *phrase.en)
                if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text)
            ]
    return problems


def _check_paths(condition: Condition) -> list[str]:
    problems = []
    if abs(sum(path.share for path in condition.paths) - 1) > _SHARE_TOLERANCE:
        problems.append("the shares of the paths do not add up to 1")
    for path in condition.paths:
        if abs(sum(path.outcomes.values()) - 1) > _SHARE_TOLERANCE:
            problems.append(f"path {path.name}: the outcomes do not add up to 1")
        problems += [f"path {path.name}: outcome {o!r} is unknown" for o in path.outcomes if o not in OUTCOMES]
        if not 4 <= len(path.steps) <= 12:
            problems.append(f"path {path.name}: {len(path.steps)} steps, 4 to 12 are wanted")
        days = [step.first_day for step in path.steps]
        if days != sorted(days):
            problems.append(f"path {path.name}: steps are not in the order of their days")
        problems += [f"path {path.name}: {problem}" for step in path.steps for problem in _check_step(step)]
        if path.notes_zh and not path.notes_en:
            problems.append(f"path {path.name}: note_en is missing")
    return problems


def _check_step(step: PathStep) -> list[str]:
    problems = []
    if step.kind not in STEP_KINDS:
        problems.append(f"step kind {step.kind!r} is unknown")
    if _HAN.search(step.en + step.detail_en):
        problems.append(f"Chinese in the English of step {step.en!r}")
    if not _HAN.search(step.zh) and step.zh not in _LATIN_NAMES:
        problems.append(f"no Chinese in the name of step {step.zh!r}")
    return problems


def _condition(raw: dict[str, Any], department: dict[str, str]) -> Condition:
    known = {"id", "diagnosis_zh", "diagnosis_en", "icd10", "source", "setting", "weight", "male_share", "age",
             "duration", "complaint_zh", "complaint_en", "onset_zh", "onset_en", "findings", "negatives", "history",
             "exam", "tests", "path"}  # fmt: skip
    if unknown := set(raw) - known:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    return Condition(
        id=raw["id"],
        department_id=department["id"],
        department_zh=department["zh"],
        department_en=department["en"],
        diagnosis_zh=tuple(raw["diagnosis_zh"]),
        diagnosis_en=tuple(raw["diagnosis_en"]),
        icd10=raw["icd10"],
        source=raw["source"],
        setting=raw["setting"],
        weight=float(raw["weight"]),
        male_share=float(raw["male_share"]),
        age=_range(raw["age"]),
        duration=_range(raw["duration"]),
        complaint_zh=tuple(raw["complaint_zh"]),
        complaint_en=tuple(raw["complaint_en"]),
        onset_zh=tuple(raw["onset_zh"]),
        onset_en=tuple(raw["onset_en"]),
        findings=_phrases(raw["findings"]),
        negatives=_phrases(raw["negatives"]),
        history=_phrases(raw["history"]),
        exam=_phrases(raw["exam"]),
        tests=_phrases(raw["tests"]),
        paths=tuple(_path(path) for path in raw["path"]),
    )


def _range(raw: dict[str, Any]) -> Range:
    low, high = float(raw["low"]), float(raw["high"])
    return Range(low, float(raw.get("mode", (low * high) ** 0.5)), high, raw.get("unit", ""))


def _phrases(raw: list[dict[str, Any]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(float(item.get("p", 1)), tuple(item["zh"]), tuple(item["en"])) for item in raw)


def _path(raw: dict[str, Any]) -> PathVariant:
    return PathVariant(
        name=raw["name"],
        share=float(raw["share"]),
        steps=tuple(_step(step) for step in raw["steps"]),
        outcomes={name: float(share) for name, share in raw["outcomes"].items()},
        stay_days=_range(raw["stay_days"]) if "stay_days" in raw else None,
        readmission_share=float(raw["readmission_30d"]) if "readmission_30d" in raw else None,
        notes_zh=tuple(raw.get("note_zh", ())),
        notes_en=tuple(raw.get("note_en", ())),
    )


def _step(raw: dict[str, Any]) -> PathStep:
    days = raw["day"] if isinstance(raw["day"], list) else [raw["day"], raw["day"]]
    return PathStep(
        first_day=int(days[0]),
        last_day=int(days[1]),
        kind=raw["kind"],
        zh=raw["zh"],
        en=raw["en"],
        detail_zh=raw.get("detail_zh", ""),
        detail_en=raw.get("detail_en", ""),
        share=float(raw.get("p", 1)),
    )
