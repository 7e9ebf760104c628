"""Tests by their grade: 尿蛋白3+, 尿蛋白(+++) and 尿蛋白三个加 are 尿蛋白阳性; 尿蛋白(-) and 尿蛋白转阴 deny it."""

from __future__ import annotations

import re
from typing import Final

from casefinder.clinical.findings.overlaps import Spot
from casefinder.clinical.findings.phrases import LATIN, PhraseBook
from casefinder.clinical.lexicon import ConceptKind

_POSITIVE: Final = "阳性"
_GRADE: Final = re.compile(
    r"(?:定性)?[:\s]{0,2}(?:(?P<plus>[(]?(?:[1-4]\+|\+{1,4}(?!\d)|[1-4一二三四两]个?加号?|弱?阳性)[)]?)|"
    r"(?=[(]-[)]|阴性|转阴|-))"
)
_LONGEST_TEST: Final = 6  # characters: 24小时尿蛋白 is none, 大便隐血 is one
_FOUND: Final = frozenset({ConceptKind.SYMPTOM, ConceptKind.SIGN, ConceptKind.DISEASE})


def find_graded(folded: str, phrases: PhraseBook) -> list[Spot]:
    """Find the findings that the grade of a test amounts to.

    Of a positive one the test and its grade are the finding; of a negative one the name of the test is, and what
    makes it negative is its cue.
    """
    if not any(mark in folded for mark in "阴阳+加-"):
        return []
    spots: list[Spot] = []
    for grade in _GRADE.finditer(folded):
        for first in range(max(0, grade.start() - _LONGEST_TEST), grade.start() - 1):
            if first and folded[first] in LATIN and folded[first - 1] in LATIN:
                continue
            phrase = phrases.get(folded[first : grade.start()] + _POSITIVE)
            if phrase is not None and phrase.concepts and phrase.concepts[0].kind in _FOUND:
                spots.append((first, grade.end("plus") if grade["plus"] else grade.start(), phrase))
                break
    return spots
