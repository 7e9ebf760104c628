"""Everything the encoder is trained on: the sources, the lexicon, and pairs cut from prose."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

from casefinder.clinical.lexicon.reader import load_lexicon
from scripts.train_encoder.glosses import Glosser, make_dictionary, pair_glosses, pair_mixed
from scripts.train_encoder.lexicon_pairs import pair_broader, pair_complaints, pair_forms
from scripts.train_encoder.material import read_material
from scripts.train_encoder.questions import pair_questions
from scripts.train_encoder.sources import Pair, prose, read_sources

_COMPLAINTS, _QUESTIONS, _CLAUSES, _GLOSSES = 30_000, 20_000, 50_000, 40_000
_HELD_OUT = 24  # one group in so many is kept from training, for decisions and for the calibration
_BY_MENTION = frozenset({"imcs", "procedures", "medquad-focus"})
_NEVER_HELD_OUT = ("lex-", "own-", "clauses", "halves", "icd9")
_GLOSSED = ("cmedqq", "cmedir", "toyhom-title-ask", "tico-sentences", "huatuo", "rqe", "medquad", "clauses")
_MIXED = ("toyhom-title-ask", "cmedqq", "huatuo", "cmtmedqa")
_MIXED_SHARE = 0.6
_KINDS = {
    "own-sentences": "tico-sentences",
    "own-questions": "rqe",
    "own-answers": "huatuo",
    "own-consultations-title-description": "toyhom-title-ask",
    "own-consultations-title-answer": "toyhom-title-answer",
    "own-consultations-description-answer": "huatuo",
    "own-paraphrases-query-same": "cmedqq",
    "own-paraphrases-query-title": "cmedqq",
    "own-paraphrases-same-title": "cmedqq",
    "own-phenotypes": "hpo",
    "own-phrases": "own-words",
}
_WORD_LISTS = frozenset({"own-words", "own-phrases", "own-phenotypes"})  # English, Chinese


def read_corpus(data: Path) -> dict[str, list[Pair]]:
    """Read and make all training pairs, by source."""
    concepts = list(load_lexicon())
    corpus = read_sources(data)
    corpus |= read_material()
    corpus["lex-forms"] = pair_forms(concepts)
    corpus["lex-broader"] = pair_broader(concepts)
    corpus["lex-complaints"] = pair_complaints(concepts, n_pairs=_COMPLAINTS, seed=1)
    corpus["lex-questions"] = pair_questions(concepts, n_pairs=_QUESTIONS, seed=3)
    corpus["clauses"] = list(_pair_clauses(list(prose(data)), random.Random(9)))
    return corpus


def write_glosses(corpus: dict[str, list[Pair]]) -> dict[str, list[Pair]]:
    """Pair texts with their word-for-word translations; made from the pairs that are trained on.

    Returns:
        Two more sources: `glosses`, wholly in the other language, and `mixed`, partly in other words.
    """
    choice = random.Random(13)
    words = [pair for name, pairs in sorted(corpus.items()) if name in _WORD_LISTS for pair in pairs]
    glosser = Glosser(make_dictionary(load_lexicon(), words), seed=17)
    texts = sorted({t for name in _GLOSSED for p in corpus[name] for t in (p.left, p.right)})
    choice.shuffle(texts)
    chinese_last = [Pair(p.right, p.left, p.group) for p in corpus["tico-sentences"]]
    mixed = [p for name in _MIXED for p in corpus[name]]
    return {
        "glosses": pair_glosses(texts, glosser, n_pairs=_GLOSSES),
        "mixed": pair_mixed(mixed + chinese_last, glosser, share=_MIXED_SHARE),
    }


def join_material(corpus: dict[str, list[Pair]]) -> dict[str, list[Pair]]:
    """Put small files of the material among the pairs of their kind, so that they are told apart from more texts."""
    joined = {name: list(pairs) for name, pairs in corpus.items()}
    for name, kind in _KINDS.items():
        joined[kind] += joined.pop(name, [])
    return joined


def hold_out(corpus: dict[str, list[Pair]]) -> tuple[dict[str, list[Pair]], dict[str, list[Pair]]]:
    """Part the pairs into those to train on and those held out; a group is never on both sides."""
    train: dict[str, list[Pair]] = {}
    held: dict[str, list[Pair]] = {}
    for name, pairs in corpus.items():
        train[name] = [p for p in pairs if not _is_held(name, p)]
        held[name] = [p for p in pairs if _is_held(name, p)]
    return train, held


def _is_held(source: str, pair: Pair) -> bool:
    if source.startswith(_NEVER_HELD_OUT):
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
