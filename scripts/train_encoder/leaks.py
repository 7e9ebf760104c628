"""Find training texts that an evaluation set holds too, exactly or nearly."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

_NOT_TEXT = frozenset({"id", "pid", "hp_id", "label", "standard"})
"""Columns without evaluation texts; `standard` holds the labels, which training must know to be able to answer."""

_SHINGLE = 5  # characters
_NEAR = 0.6  # Jaccard similarity of shingles; two answers that share a stock phrase stay below 0.4
_LEAST_SHARED = _NEAR / (1 + _NEAR)  # of the shingles of both texts together: what that similarity amounts to
_LEAST_SHINGLES = 8  # shorter texts are compared exactly only: any two short terms look alike
_COMMONEST = 8  # a shingle in more evaluation texts than this proposes no text to compare with


def read_evaluation_texts(folder: Path) -> list[str]:
    """Read every text of every .jsonl and .tsv file of a folder, each once, sorted."""
    texts: set[str] = set()
    for path in sorted(folder.iterdir()):
        lines = path.read_text(encoding="utf-8").splitlines() if path.suffix in {".jsonl", ".tsv"} else []
        if path.suffix == ".jsonl":
            for line in lines:
                texts.update(_strings(json.loads(line)))
        elif lines:
            header = lines[0].split("\t")
            for line in lines[1:]:
                texts.update(_strings(dict(zip(header, line.split("\t"), strict=False))))
    return sorted(texts)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in _NOT_TEXT:
                yield from _strings(part)


def squeeze(text: str) -> str:
    """Keep letters and digits only, folded in width and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


class LeakFinder:
    """Holds the evaluation texts and tells which other texts repeat one of them."""

    def __init__(self, evaluation: Iterable[str]) -> None:
        """Index the evaluation texts by their shingles."""
        self._texts = sorted({squeeze(text) for text in evaluation} - {""})
        self._exact = frozenset(self._texts)
        self._shingles = [_shingles(text) for text in self._texts]
        holders: dict[str, list[int]] = defaultdict(list)
        for number, shingles in enumerate(self._shingles):
            for shingle in shingles if len(shingles) >= _LEAST_SHINGLES else ():
                holders[shingle].append(number)
        self._known = frozenset(holders)
        self._holders = {s: numbers for s, numbers in holders.items() if len(numbers) <= _COMMONEST}

    def judge(self, text: str) -> str:
        """Tell how a text repeats an evaluation text: 'exact', 'near' or '' for not at all."""
        squeezed = squeeze(text)
        if squeezed in self._exact:
            return "exact"
        shingles = _shingles(squeezed)
        if len(shingles) < _LEAST_SHINGLES or not self._is_near(shingles):
            return ""
        return "near"

    def _is_near(self, shingles: set[str]) -> bool:
        """Compare with the texts that share a rare shingle, if common ones could make up the rest."""
        rare = shingles & self._holders.keys()
        common = len(shingles & self._known) - len(rare)
        shared = Counter(number for shingle in rare for number in self._holders[shingle])
        return any(
            count + common >= _LEAST_SHARED * (len(shingles) + len(self._shingles[number]))
            and _jaccard(shingles, self._shingles[number]) >= _NEAR
            for number, count in shared.items()
        )


def _jaccard(left: set[str], right: set[str]) -> float:
    if min(len(left), len(right)) < _NEAR * max(len(left), len(right)):
        return 0.0
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def _shingles(text: str) -> set[str]:
    return {text[i : i + _SHINGLE] for i in range(len(text) - _SHINGLE + 1)}
