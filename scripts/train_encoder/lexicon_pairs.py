"""Make training pairs from the concept lexicon: forms of one concept, and complaints joined from several."""

from __future__ import annotations

import random
from collections.abc import Sequence

from casefinder.clinical.lexicon.model import Concept
from scripts.train_encoder.sources import Pair

_ZH_OPENINGS = ("", "", "", "患者", "患者诉", "主诉：", "最近", "我", "孩子", "老人", "因", "反复", "突发")
_ZH_ENDINGS = ("", "", "", "{n}天", "{n}小时", "{n}个月", "，请问怎么办", "入院", "伴加重", "{n}年")
_EN_OPENINGS = ("", "", "", "patient with ", "presented with ", "complains of ", "I have ", "a history of ", "sudden ")
_EN_ENDINGS = ("", "", "", " for {n} days", " for {n} hours", " for {n} months", " on admission", ", what should I do")
_COMPLAINED = frozenset({"symptom", "sign"})


def pair_forms(concepts: Sequence[Concept]) -> list[Pair]:
    """Pair every form of a concept with every other form of it, across languages and within."""
    return [
        Pair(left, right, concept.id)
        for concept in concepts
        for i, left in enumerate(concept.forms)
        for right in concept.forms[i + 1 :]
    ]


def pair_broader(concepts: Sequence[Concept]) -> list[Pair]:
    """Pair a form of each concept with a form of each broader one."""
    by_id = {concept.id: concept for concept in concepts}
    choice = random.Random(11)
    return [
        Pair(choice.choice(concept.forms), choice.choice(by_id[above].forms), above)
        for concept in concepts
        for above in concept.broader
        if above in by_id
    ]


def pair_complaints(concepts: Sequence[Concept], *, n_pairs: int, seed: int) -> list[Pair]:
    """Write complaints of 1-5 concepts twice: other forms, another order, often another language.

    Args:
        concepts: The lexicon; symptoms and signs are drawn most, with an occasional disease, drug or test.
        n_pairs: Pairs to write.
        seed: Same seed, same pairs.
    """
    choice = random.Random(seed)
    complained = [c for c in concepts if c.kind in _COMPLAINED]
    others = [c for c in concepts if c.kind not in _COMPLAINED]
    pairs = []
    for number in range(n_pairs):
        chosen = choice.sample(complained, k=min(choice.randint(1, 4), len(complained)))
        if choice.random() < 0.4 or len(chosen) == 1:
            chosen += choice.sample(others, k=min(choice.choice((1, 1, 2)), len(others)))
        days = choice.randint(1, 12)
        left, right = choice.choice((("zh", "en"), ("zh", "en"), ("zh", "zh"), ("en", "en")))
        pairs.append(Pair(_write(chosen, left, days, choice), _write(chosen, right, days, choice), str(number)))
    return pairs


def _write(concepts: Sequence[Concept], language: str, days: int, choice: random.Random) -> str:
    """Write one complaint from concepts; sometimes one of several is left out."""
    kept = list(concepts)
    choice.shuffle(kept)
    if len(kept) > 2 and choice.random() < 0.3:
        kept.pop()
    if language == "zh":
        forms = [choice.choice(c.zh_forms) for c in kept]
        text = choice.choice(("、", "，", "伴", "，有", "")).join(forms)
        return choice.choice(_ZH_OPENINGS) + text + choice.choice(_ZH_ENDINGS).format(n=days)
    forms = [choice.choice(c.en_forms) for c in kept]
    text = choice.choice((", ", " and ", " with ", ", ")).join(forms)
    return choice.choice(_EN_OPENINGS) + text + choice.choice(_EN_ENDINGS).format(n=days)
