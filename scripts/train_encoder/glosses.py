"""Write texts of one language word for word in the other, with the lexicon and the word list of the material."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ahocorasick_rs

from casefinder.clinical.lexicon.model import Concept
from scripts.train_encoder.sources import Pair

_LEAST_KNOWN = 3  # words that must be known for a gloss to say something
_LEAST_SHARE = 0.5  # of the characters or words of a text that must be known
_SYNONYM_SHARE = 0.5  # of the words with synonyms that are to be swapped; the others become English
_LONGEST = 160  # characters of a text that is glossed
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_MOST_WORDS = 5  # of an English phrase
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Words and phrases with their translations, both ways.

    Attributes:
        english: By Chinese form.
        chinese: By English form in small letters.
        synonyms: Other Chinese forms of the same, by Chinese form; none for most.
    """

    english: Mapping[str, Sequence[str]]
    chinese: Mapping[str, Sequence[str]]
    synonyms: Mapping[str, Sequence[str]]


def make_dictionary(concepts: Iterable[Concept], words: Iterable[Pair]) -> Dictionary:
    """Put the lexicon's forms and pairs of an English and a Chinese word into one dictionary."""
    english: dict[str, list[str]] = defaultdict(list)
    chinese: dict[str, list[str]] = defaultdict(list)
    synonyms: dict[str, list[str]] = defaultdict(list)
    for word in words:
        english[word.right].append(word.left)
        chinese[word.left.lower()].append(word.right)
    for concept in concepts:
        for form in concept.zh_forms:
            english[form] += concept.en_forms[:2]
            synonyms[form] += [other for other in concept.zh_forms if other != form]
        for form in concept.en_forms:
            chinese[form.lower()] += concept.zh_forms[:2]
    return Dictionary(english, chinese, synonyms)


class Glosser:
    """Translates texts word for word; what is not in the dictionary is left out or left as it is."""

    def __init__(self, dictionary: Dictionary, *, seed: int) -> None:
        """Prepare the dictionary for lookup; the same seed and the same calls give the same glosses."""
        self._dictionary = dictionary
        self._forms = sorted(dictionary.english)
        self._finder = ahocorasick_rs.AhoCorasick(self._forms, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
        self._choice = random.Random(seed)

    def gloss(self, text: str) -> str:
        """Translate the known words of a text; empty when too few are known."""
        return self._gloss_chinese(text) if _is_chinese(text) else self._gloss_english(text)

    def mix(self, text: str, *, share: float) -> str:
        """Swap about a share of a Chinese text's known words for English ones or synonyms; empty when none is known."""
        parts: list[str] = []
        last = 0
        for form, start, stop in self._find(text):
            if self._choice.random() < share:
                parts += [text[last:start], self._swap(form)]
                last = stop
        return "".join([*parts, text[last:]]) if parts else ""

    def _swap(self, form: str) -> str:
        synonyms = self._dictionary.synonyms.get(form)
        if synonyms and self._choice.random() < _SYNONYM_SHARE:
            return self._choice.choice(synonyms)
        return f" {self._choice.choice(self._dictionary.english[form])} "

    def _find(self, text: str) -> list[tuple[str, int, int]]:
        return [(self._forms[n], start, stop) for n, start, stop in self._finder.find_matches_as_indexes(text)]

    def _gloss_chinese(self, text: str) -> str:
        found = self._find(text)
        known = sum(stop - start for _, start, stop in found)
        if len(found) < _LEAST_KNOWN or known < _LEAST_SHARE * len(_CJK.findall(text)):
            return ""
        return " ".join(self._choice.choice(self._dictionary.english[form]) for form, _, _ in found)

    def _gloss_english(self, text: str) -> str:
        words = _WORD.findall(text.lower())
        glossed: list[str] = []
        place = known = 0
        while place < len(words):
            length, form = self._longest(words, place)
            if form:
                glossed.append(self._choice.choice(self._dictionary.chinese[form]))
                known += length
            place += length
        if len(glossed) < _LEAST_KNOWN or known < _LEAST_SHARE * len(words):
            return ""
        return "".join(glossed)

    def _longest(self, words: list[str], place: int) -> tuple[int, str]:
        """Find the longest known phrase from a place on: how many words, and its form in the dictionary."""
        for length in range(min(_MOST_WORDS, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            for form in _base_forms(phrase):
                if form in self._dictionary.chinese:
                    return length, form
        return 1, ""


def pair_glosses(texts: Iterable[str], glosser: Glosser, *, n_pairs: int) -> list[Pair]:
    """Pair short texts with their glosses in the other language."""
    pairs: list[Pair] = []
    for text in texts:
        gloss = glosser.gloss(text) if len(text) <= _LONGEST else ""
        if gloss:
            pairs.append(Pair(text, gloss, text))
        if len(pairs) == n_pairs:
            break
    return pairs


def pair_mixed(pairs: Iterable[Pair], glosser: Glosser, *, share: float) -> list[Pair]:
    """Write the right text of each pair partly in other words; pairs whose right text is not Chinese are left out."""
    mixed = [Pair(p.left, glosser.mix(p.right, share=share), p.group) for p in pairs if _is_chinese(p.right)]
    return [pair for pair in mixed if pair.right]


def _is_chinese(text: str) -> bool:
    return len(_CJK.findall(text)) > len(text) // 4


def _base_forms(phrase: str) -> Iterable[str]:
    yield phrase
    for ending, base in _ENDINGS:
        if phrase.endswith(ending) and len(phrase) > len(ending) + 2:
            yield phrase[: -len(ending)] + base
