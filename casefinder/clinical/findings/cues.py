"""What a cue is: words that change what a text says about the findings around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, IntEnum, auto
from itertools import product


class Role(IntEnum):
    """What a cue does to findings in its scope."""

    NEGATE = auto()
    DOUBT = auto()
    PLAN = auto()  # a treatment or test that is planned or advised; complaints named with it stay as they are
    PAST = auto()
    RELATIVE = auto()
    DROP = auto()  # not about this patient's condition at all: a department, a vaccine, a colleague
    END = auto()  # ends negation and doubt: but, with
    NOW = auto()  # ends negation, doubt and past: this time, presents with
    PATIENT = auto()  # ends what was said of relatives
    NOTHING = auto()  # looks like a cue or a finding and is none: 无明显诱因


class Reach(Enum):
    """Where the scope of a cue ends."""

    CLAUSE = auto()  # at a comma, unless it separates a bare list
    LIST = auto()  # runs over commas as long as only findings follow
    SENTENCE = auto()  # runs to the end of the sentence


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue phrase.

    Attributes:
        role: What it does.
        ahead: Characters between the cue and the first finding after it, at most; None if it never looks ahead.
        back: Characters between the last finding and the cue, at most; None if it never looks back.
        reach: Where its scope ends.
        prefers_back: Whether a finding right before it is meant rather than one after it.
        is_zh: Whether it is Chinese: commas and spaces then end a clause, in English they separate a list.
        is_firm: Whether verbs and pronouns before its first finding leave it open: 否认近期有, "if he develops".
        is_both: Whether it concerns what stands before it and what follows: "pneumonia versus atelectasis".
        passes_comma: Whether it looks back over a comma: 胃溃疡，吃药好了.
    """

    role: Role
    ahead: int | None = None
    back: int | None = None
    reach: Reach = Reach.CLAUSE
    prefers_back: bool = False
    is_zh: bool = True
    is_firm: bool = False
    is_both: bool = False
    passes_comma: bool = False


def index_cues(groups: Iterable[tuple[Cue, Iterable[str]]]) -> dict[str, Cue]:
    """Map each phrase to its cue; a phrase listed twice looks both ways.

    Raises:
        ValueError: A phrase is listed in two roles.
    """
    cues: dict[str, Cue] = {}
    for cue, phrases in groups:
        for phrase in phrases:
            known = cues.setdefault(phrase, cue)
            if known.role is not cue.role:
                raise ValueError(f"{phrase!r} is listed as {known.role.name} and as {cue.role.name}; keep one of them")
            if known is not cue:
                cues[phrase] = _join(known, cue)
    return cues


def combine(*parts: str, between: str = "") -> list[str]:
    """Write out every phrase that takes one alternative of each part, in order.

    Args:
        parts: Alternatives separated by ``|``; an empty one leaves the part out.
        between: What joins the parts.
    """
    return [between.join(filter(None, choice)) for choice in product(*(part.split("|") for part in parts))]


def _join(first: Cue, second: Cue) -> Cue:
    ahead = second.ahead if first.ahead is None else first.ahead
    back = second.back if first.back is None else first.back
    return replace(first, ahead=ahead, back=back, passes_comma=first.passes_comma or second.passes_comma)
