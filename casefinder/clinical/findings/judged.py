"""A finding with what was decided about it, and which of several cues counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from casefinder.clinical.findings.cues import Role
from casefinder.clinical.findings.model import Assertion
from casefinder.clinical.findings.overlaps import Match


@dataclass(slots=True)
class Judged:
    """A finding with what was decided about it; ``drop`` when it is not about the patient at all."""

    match: Match
    assertion: Assertion
    cue: Match | None = None
    drop: bool = False
    is_allergen: bool = False


_ASSERTIONS: Final = {
    Role.NEGATE: Assertion.ABSENT,
    Role.RELATIVE: Assertion.FAMILY,
    Role.DOUBT: Assertion.UNCERTAIN,
    Role.PLAN: Assertion.UNCERTAIN,
    Role.PAST: Assertion.HISTORICAL,
}
# When several cues hold at once: 父亲可能有糖尿病 is family, 否认高血压病史 is absent.
_PRECEDENCE: Final = {
    Assertion.PRESENT: 0,
    Assertion.HISTORICAL: 1,
    Assertion.UNCERTAIN: 2,
    Assertion.FAMILY: 3,
    Assertion.ABSENT: 4,
}


def strengthen(judged: Judged, role: Role, cue: Match) -> None:
    """Let a cue decide about a finding, unless a stronger one already has."""
    if role is Role.DROP:
        judged.drop = True
        return
    assertion = _ASSERTIONS[role]
    if _PRECEDENCE[assertion] > _PRECEDENCE[judged.assertion]:
        judged.assertion = assertion
        judged.cue = cue
