"""What the words around a treatment say of it: planned, given years ago, taken now."""

from __future__ import annotations

import re
from typing import Final

from casefinder.clinical.findings.overlaps import Match
from casefinder.clinical.lexicon import ConceptKind

DRUGS: Final = frozenset({ConceptKind.DRUG, ConceptKind.DRUG_CLASS})
PLANNED: Final = DRUGS | {ConceptKind.PROCEDURE, ConceptKind.TEST}

_AFTER_YEARS: Final = re.compile(
    r"(?:治疗)?(?:术?后|(?<=术后))(?:约|近)?(?:\d+|[一二两三四五六七八九十半数几]+)[余多+]?(?:年|个?月)(?!余?龄)"
)
_IN_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d年(?:于|在|行|曾)?$")  # 2017年剖宫产; a day is that of a visit
_CONTROLS: Final = re.compile(r"[^。;!?\n]{0,14}控制(?:可|尚可|良好|好|平稳|满意|在|血|欠佳|不佳|差)")
_GOES_ON: Final = re.compile(r"(?:continue|cont\.?|ongoing|stay on|remain on|继续\w{0,3}|续用) ?$")
_LOOK_BACK: Final = 16  # characters


def find_time_ago(folded: str, match: Match) -> Match | None:
    """Return the words that say that a treatment was years or months ago, or None."""
    if match.concepts[0].kind is not ConceptKind.PROCEDURE and "术后" not in folded[match.end - 2 : match.end + 2]:
        return None
    since = _AFTER_YEARS.match(folded, match.end)
    if since is None and match.concepts[0].kind is ConceptKind.PROCEDURE:
        since = _IN_YEAR.search(folded[: match.start], max(0, match.start - _LOOK_BACK))
    return Match(since.start(), since.end(), (), None) if since else None


def is_controlling(folded: str, match: Match) -> bool:
    """Tell whether it is said how well a drug works, which so is taken now: 既往高血压，口服氨氯地平控制可."""
    return match.concepts[0].kind in DRUGS and _CONTROLS.match(folded, match.end) is not None


def is_to_come(folded: str, match: Match) -> bool:
    """Tell whether a treatment of a plan is one to come, rather than one that goes on."""
    before = folded[max(0, match.start - _LOOK_BACK) : match.start]
    return match.concepts[0].kind in PLANNED and _GOES_ON.search(before) is None
