"""Questions that the text answers itself: 有发热吗？没有."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from casefinder.clinical.findings.judged import Judged
from casefinder.clinical.findings.model import Assertion
from casefinder.clinical.findings.overlaps import Match

_ANSWER: Final = re.compile(
    r"\s*(?:[^\s:,。?]{1,9}:\s*)?(?P<word>(?P<yes>有|是的?|对|嗯|会|yes|yeah|yep)|(?:没有|没|无|否|不是|不会|不|nope|no|"
    r"none|never|denies)(?P<echo>(?<=[没不])\w)?)(?:过|的|啊|呀|呢)?"
    r"(?: known| noted| reported| that (?:i|we|he|she) know of)?\s*(?=[,。;!.\n]|$)"
)


def hear_answer(folded: str, start: int, asked: Iterable[Judged]) -> None:
    """Settle what was asked by the word that answers it.

    Args:
        folded: The text.
        start: Where the question ends.
        asked: The findings of the question.
    """
    answer = _ANSWER.match(folded, start)
    if answer is None:
        return
    cue = None if answer["yes"] else Match(answer.start("word"), answer.end("word"), (), None)
    for judged in asked:
        echo = answer["echo"]  # 拉肚子吗？不拉
        if judged.assertion is not Assertion.UNCERTAIN:
            continue
        if echo and echo not in folded[judged.match.start : judged.match.end]:
            continue
        judged.assertion = Assertion.PRESENT if answer["yes"] else Assertion.ABSENT
        judged.cue = cue
