"""Everything the encoder is trained on: the sources, the lexicon, and pairs cut from prose."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

from casefinder.clinical.lexicon.reader import load_lexicon
from scripts.train_encoder.lexicon_pairs import pair_broader, pair_complaints, pair_forms
from scripts.train_encoder.sources import Pair, prose, read_sources

_COMPLAINTS, _CLAUSES = 30_000, 50_000
_HELD_OUT = 24  # one group in so many is kept from training, for decisions and for the calibration
_BY_MENTION = frozenset({"imcs", "procedures", "medquad-focus"})
NEVER_HELD_OUT = frozenset({"lex-forms", "lex-broader", "lex-complaints", "clauses", "halves", "icd9"})


def read_corpus(data: Path) -> dict[str, list[Pair]]:
    """Read and make all training pairs, by source."""
    concepts = list(load_lexicon())
    corpus = read_sources(data)
    corpus["lex-forms"] = pair_forms(concepts)
    corpus["lex-broader"] = pair_broader(concepts)
    corpus["lex-complaints"] = pair_complaints(concepts, n_pairs=_COMPLAINTS, seed=1)
    corpus["clauses"] = list(_pair_clauses(list(prose(data)), random.Random(9)))
    return corpus


def hold_out(corpus: dict[str, list[Pair]]) -> tuple[dict[str, list[Pair]], dict[str, list[Pair]]]:
    """Part the pairs into those to train on and those held out; a group is never on both sides."""
    train: dict[str, list[Pair]] = {}
    held: dict[str, list[Pair]] = {}
    for name, pairs in corpus.items():
        train[name] = [p for p in pairs if not _is_held(name, p)]
        held[name] = [p for p in pairs if _is_held(name, p)]
    return train, held


def _is_held(source: str, pair: Pair) -> bool:
    if source in NEVER_HELD_OUT:
        return False
    key = pair.left if source in _BY_MENTION else pair.group
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % _HELD_OUT == 0


def _pair_clauses(texts: list[str], choice: random.Random) -> Iterator[Pair]:
    """Pair a clause with the text it stands in; half the time it is cut out of that text.

    Teaches what a short query shares with a long text, and that exact words count.
    """
    choice.shuffle(texts)
    made = 0
    for text in texts * 3:
        pair = _pair_clause(text[:400], choice)
        if pair is not None:
            yield pair
            made += 1
        if made == _CLAUSES:
            return


def _pair_clause(text: str, choice: random.Random) -> Pair | None:
    english = sum(c < "\u0100" for c in text) > len(text) * 0.6
    if english:
        clauses = [c for c in re.split(r"(?<=[.!?;])\s", text) if 20 <= len(c) <= 160]
    else:
        clauses = [c for c in re.split(r"[。！？；，,.!?;：:\s]", text) if 6 <= len(c) <= 30]
    if len(text) < 30 or not clauses or (english and choice.random() < 0.6):
        return None
    query = choice.choice(clauses)
    rest = text.replace(query, "", 1) if choice.random() < 0.5 else text
    if choice.random() < 0.3:
        units = query.split() if english else list(query)
        query = (" " if english else "").join(u for u in units if choice.random() > 0.2)
    return Pair(query, rest, text[:60]) if len(query) >= 4 and len(rest) >= 20 else None
