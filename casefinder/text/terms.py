"""The terms that texts are searched by, word for word: character bigrams, words, numbers and codes."""

from __future__ import annotations

import re
from operator import add
from typing import Final

from casefinder.text.normalise import normalise_text

_TOKEN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\W\d_]+|\d+(?:\.\d+)*")
# I21.3, COVID-19, S000001, 5-FU: letters and digits that are one name. Also found by their parts.
_CODE: Final = re.compile(r"[a-z0-9]+(?:[.\-/_][a-z0-9]+)+|(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]+")
_FIRST_HAN: Final = "\u3400"
_LAST_HAN: Final = "\u9fff"
_SHORTEST_PLURAL: Final = 4  # "gas" and "abs" are no plurals


def lexical_terms(text: str) -> list[str]:
    """Return the terms of a text, in order and with repetitions.

    A run of Chinese characters gives its characters and its pairs of neighbours, so that a word of two
    characters is found; anything else gives words in lower case without plural s, numbers, and codes.
    """
    folded = normalise_text(text).lower()
    terms: list[str] = []
    for run in _TOKEN.findall(folded):
        if _FIRST_HAN <= run[0] <= _LAST_HAN:
            terms += run
            terms += map(add, run, run[1:])
        else:
            terms += _with_stem(_singular(run))
    for code in _CODE.findall(folded):
        terms += _with_stem(code)
    return terms


def _with_stem(term: str) -> list[str]:
    """Return a term, and what stands before its dot: I21 finds I21.3."""
    return [term, term.partition(".")[0]] if "." in term else [term]


def _singular(word: str) -> str:
    if len(word) >= _SHORTEST_PLURAL and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
