"""Whole records in one text: told apart by the headings of their parts.

主诉：右下腹痛3小时。
体格检查
体温37.8℃，……

王某，男，38岁。主诉及病史：……诊查：……
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from casefinder.cases.readers.ages import parse_age
from casefinder.cases.readers.headings import PARTED_FIELDS, Field, label_of, part_of
from casefinder.cases.readers.values import parse_date, parse_days, parse_sex
from casefinder.errors import InvalidCaseError

# A heading stands at the start of a line, perhaps numbered or in brackets, and is followed by a colon, a
# closing 】 or a line break.
_HEADING: Final = re.compile(
    r"^[ \t　]*(?:[（(]?[ \t]*\d{1,2}[ \t]*[)）.、]|[一二三四五六七八九十]{1,2}、|[【\[#*]+)?[ \t　]*"
    r"(?P<heading>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z、() （）/]{1,40}?)[ \t　]*"
    r"(?:[】\]#*]*[ \t　]*(?:[:：]|$)|】)",
    re.MULTILINE,
)
# Inside running text only these count, at the start of a sentence and with a colon: a narrative that says
# ``实验室检查：…`` goes on telling the illness behind it.
_INLINE: Final = re.compile(
    r"(?:(?<=[。；;！!？?.：:])|^)[ \t　]*(?P<heading>(?:主诉|现病史|病史|既往史|过敏史|个人史|家族史|体格检查|"
    r"查体|诊查|辅助检查|西医诊断|中医诊断|初步诊断|出院诊断|诊断|辨证|治法|治疗|方药|处方|医嘱)"
    r"(?:[（(][^（）()\n]{1,12}[）)])?(?:及(?:现)?病史)?(?:[（(][^（）()\n]{1,12}[）)])?)[ \t　]*[:：]",
    re.MULTILINE,
)
_TEXT_FIELDS: Final = PARTED_FIELDS - {Field.ICD10} | {Field.OUTCOME}
# The other fields that a part may name, with one value on the line of its heading.
_READERS: Final[Mapping[Field, Callable[[str], object]]] = {
    Field.AGE: lambda text: parse_age(text, None),
    Field.SEX: parse_sex,
    Field.VISIT_DATE: parse_date,
    Field.STAY_DAYS: lambda text: parse_days("outcome.stay_days", text),
}
# The answer in the middle of a narrative: the rest of its sentence goes with it.
_TOLD_DIAGNOSIS: Final = re.compile(r"(?P<heading>[\u4e00-\u9fff]{0,2}诊断)[ \t　]*[:：](?P<told>[^。\n]*)[。\n]?")
_ELSEWHERE: Final = re.compile(r"院|曾|检查|当地|诊所|卫生|既往")
_TREATED: Final = re.compile(r"[，,；;]\s*(?=予|给|行|经|于|建议|收|入院|拟|转|住|治)")
_NARRATIVES: Final = frozenset({Field.CHIEF_COMPLAINT, Field.PRESENT_ILLNESS})
_NUMBERED: Final = re.compile(r"\s*(?:[（(]?\d{1,2}[)）.、]|[①-⑳])")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text: the field it belongs to, the heading it stood under (empty for none), and its words."""

    field: Field
    heading: str
    text: str

    @property
    def labelled(self) -> str:
        """The words, behind the heading where they would not say what they are about without it."""
        return label_of(self.field, self.heading) + self.text if self.heading else self.text


def split_document(text: str) -> list[Part]:
    """Split a record at its known headings.

    Returns:
        The parts in order. Text before the first heading, and all of a text without known headings, is the
        present illness. Unknown headings stay in the text of the part that they stand in.
    """
    return [part for part in _parts(text) if part.text]


def _parts(text: str) -> Iterator[Part]:
    field, heading, start = Field.PRESENT_ILLNESS, "", 0
    values: set[Field] = set()
    for match in sorted([*_HEADING.finditer(text), *_INLINE.finditer(text)], key=lambda match: match.start()):
        named = part_of(match["heading"])
        if named is None or match.start() < start:
            continue
        if named in _TEXT_FIELDS:
            yield from _closed(Part(field, heading, text[start : match.start()].strip()))
            field, heading, start = named, match["heading"].strip(), match.end()
        elif named not in values and (value := _value_in_line(named, text, match.end())):
            values.add(named)
            yield Part(named, match["heading"].strip(), value)
            yield from _closed(Part(field, heading, text[start : match.start()].strip()))
            start = min(len(text), text.index(value, match.end()) + len(value))
    yield from _closed(Part(field, heading, text[start:].strip()))


def _value_in_line(field: Field, text: str, start: int) -> str:
    """Return the value behind a heading such as 性别; empty where it cannot be read, and so stays in the text."""
    value = text[start:].split("\n", 1)[0].strip()
    try:
        is_value = _READERS[field](value) is not None if field in _READERS else False
    except InvalidCaseError:
        is_value = False
    return value if is_value else ""


def _closed(part: Part) -> Iterator[Part]:
    """End a diagnosis with its sentence or line, unless it goes on as a numbered list; the rest is a note.

    What is said behind a diagnosis is often the treatment, and is never compared with a new complaint.
    """
    if part.field in _NARRATIVES:
        yield from _without_answer(part)
        return
    if part.field is not Field.DIAGNOSIS:
        yield part
        return
    lines = part.text.split("\n")
    n_kept = 1
    while n_kept < len(lines) and _NUMBERED.match(lines[n_kept]):
        n_kept += 1
    names, _, rest = "\n".join(lines[:n_kept]).partition("。")
    yield Part(part.field, part.heading, names.strip())
    yield Part(Field.NOTES, part.heading, "\n".join([rest, *lines[n_kept:]]).strip())


def _without_answer(part: Part) -> Iterator[Part]:
    """Take diagnoses out of a narrative: ``女，37岁，诊断：右手压砸伤。3小时前…``.

    What another hospital found, and what was done about it, is kept as a note.
    """
    told, kept, start = [], [], 0
    for found in _TOLD_DIAGNOSIS.finditer(part.text):
        before = part.text[start : found.start()].rstrip("，,、 　")
        kept.append(before + ("。" if before and before[-1] not in "。；;\n" else ""))
        start = found.end()
        names, *rest = _TREATED.split(found["told"], maxsplit=1)
        is_own = not _ELSEWHERE.search(before.rpartition("。")[2] + found["heading"][:-2])
        told.append(Part(Field.DIAGNOSIS if is_own else Field.NOTES, found["heading"], names.strip("，, 　")))
        told += [Part(Field.NOTES, found["heading"], text.strip()) for text in rest]
    yield Part(part.field, part.heading, "".join([*kept, part.text[start:]]).strip()) if told else part
    yield from told
