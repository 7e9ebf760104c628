"""Decide what a text says about each finding: the scope of cues.

One pass over the matches in text order. A cue opens a scope that later findings fall into; commas, sentence
ends and other cues close it. A cue that stands after its findings is applied backwards to the list before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from casefinder.clinical.findings.answers import hear_answer
from casefinder.clinical.findings.clauses import continues_english, continues_list
from casefinder.clinical.findings.contexts import loses_meaning
from casefinder.clinical.findings.cues import Cue, Reach, Role
from casefinder.clinical.findings.headings import ALLERGIES, PLANS, default_assertion
from casefinder.clinical.findings.judged import Judged, strengthen
from casefinder.clinical.findings.looking_back import CONNECTOR, FELT, SENTENCE_END, apply_back, points_back
from casefinder.clinical.findings.model import Assertion
from casefinder.clinical.findings.overlaps import Match
from casefinder.clinical.findings.treatments import DRUGS, PLANNED, find_time_ago, is_controlling, is_to_come
from casefinder.clinical.lexicon import ConceptKind

_QUESTION: Final = re.compile(r"\?(?![a-z])")
_HAN_SPACE: Final = re.compile(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")
# The statement that an English negation begins is over: "no adhesions were seen and oophorectomy was done".
_HAS_PASSED: Final = re.compile(r"\b(?:was|were) [a-z]+ and\b|\s--?\s")
_LIST_GAP: Final = 45  # characters between two findings of one list, in English with its adjectives
_LIST_GAP_ZH: Final = 12
_ALLERGIC_TO: Final = re.compile(r"allerg(?:y|ies|ic) to (?:[a-z]+(?:,| and| or) ?){0,2}$|对$")
_GOES_ON: Final = re.compile(r"\b(?:or|nor|any)(?: a| any)? $")
_RESULT: Final = re.compile(r",\s*(?:提示|示|显示|诊断|诊为|病理|结果)")
_ALLERGY: Final = "allergy"
_CONTACT: Final = "contact-history"
_CLOSES: Final = {
    Role.END: (Role.NEGATE, Role.DOUBT, Role.PLAN),
    Role.NOW: (Role.NEGATE, Role.DOUBT, Role.PLAN, Role.PAST),
    Role.PATIENT: (Role.NEGATE, Role.DOUBT, Role.PLAN, Role.RELATIVE),
}
# What these say, if they only look at what they touch, goes for nothing more: 抗感染、氨溴索化痰; ex-smoker with COPD.
_TOUCHING: Final = frozenset({Role.DROP, Role.PAST})
_HAVING: Final = frozenset(("有", "出现", "见", "发现"))  # 没有出现, 未见有: one verb with the negation before
_TOUCH: Final = 1  # character
_VERB_GAP: Final = 2  # characters: 没有再出现


def judge_findings(
    folded: str, matches: Sequence[Match], headings: Sequence[tuple[int, int, str]], *, section: str | None
) -> list[Judged]:
    """Decide the assertion of every match that is a concept other than a body part, in text order.

    Args:
        folded: The text as ``fold_text`` returns it.
        matches: All matches in it, in order, not overlapping.
        headings: Start, end and section of the headings in it.
        section: The section that the text begins in.
    """
    reader = _ScopeReader(folded, matches, headings, section)
    for index, match in enumerate(matches):
        reader.read(index, match)
    return [judged for judged in reader.judged if not judged.drop]


class _ScopeReader:
    """The state of one pass: open cues, what holds by default, and the findings of the sentence so far."""

    def __init__(
        self, folded: str, matches: Sequence[Match], headings: Sequence[tuple[int, int, str]], section: str | None
    ) -> None:
        self.judged: list[Judged] = []
        self._folded = folded
        self._matches = matches
        self._headings = list(reversed(headings))
        self._position = 0
        self._open: dict[Role, Match] = {}
        self._anchor: dict[Role, int] = {}  # where the distance to the next finding is counted from
        self._sentence: list[Judged] = []
        self._n_negations = 0  # opened in this sentence
        self._enter_section(section)

    def read(self, index: int, match: Match) -> None:
        if self._headings and self._pass_headings(match):
            return
        if self._position != match.start:
            self._pass_gap(index, match)
        if match.cue is None:
            self._read_concept(match)
            self._position = match.end
            return
        self._read_cue(index, match, match.cue)
        self._position = match.end
        if self._folded[match.end - 1] == "?" and _QUESTION.match(self._folded, match.end - 1):
            hear_answer(self._folded, match.end, self._sentence)
            self._end_sentence()

    def _enter_section(self, section: str | None) -> None:
        self._section = section
        self._section_default = self._default = default_assertion(section)

    def _pass_headings(self, match: Match) -> bool:
        """Enter the sections that begin before the match; tell whether the match is part of a heading itself."""
        while self._headings and self._headings[-1][1] <= match.start:
            _, end, section = self._headings.pop()
            self._end_sentence()
            self._enter_section(section)
            self._position = end
        return bool(self._headings) and self._headings[-1][0] <= match.start

    def _end_sentence(self) -> None:
        self._open.clear()
        self._n_negations = 0
        self._sentence = []
        self._default = self._section_default

    def _pass_gap(self, index: int, match: Match) -> None:
        ended = SENTENCE_END.search(self._folded, self._position, match.start)
        if ended:
            past = self._open.get(Role.PAST) if ended.group() == ";" else None
            anchor = self._anchor.get(Role.PAST, 0)
            self._end_sentence()
            if past and _cue_of(past).is_zh and _cue_of(past).reach is Reach.SENTENCE:
                self._open[Role.PAST], self._anchor[Role.PAST] = past, anchor  # 既往高血压10年；糖尿病5年
        elif self._open:
            comma = self._folded.find(",", self._position, match.start)
            if comma >= 0:
                self._pass_comma(index, comma)
            elif self._folded.find(" ", self._position, match.start) >= 0:
                space = _HAN_SPACE.search(self._folded, self._position, match.start + 1)
                if space:
                    self._pass_comma(index, space.start())

    def _pass_comma(self, index: int, comma: int) -> None:
        for role, opened in list(self._open.items()):
            if not self._survives(index, comma, role, opened):
                del self._open[role]

    def _survives(self, index: int, comma: int, role: Role, opened: Match) -> bool:
        cue = _cue_of(opened)
        if cue.reach is Reach.SENTENCE:
            return True
        has_item = self._anchor[role] > opened.end
        if not cue.is_zh:
            if not has_item and cue.ahead is not None and cue.ahead <= _TOUCH:
                return False  # 松动(-)，冷刺激痛: what the sign is of has no form
            return continues_english(
                self._folded,
                comma,
                needs_conjunction=cue.reach is Reach.CLAUSE,
                is_parallel=has_item and role is Role.NEGATE and self._n_negations > 1,
            )
        if not has_item:
            return self._folded[comma] == " "
        if role is Role.PAST and _RESULT.match(self._folded, comma):
            return True
        needs_close = role is not Role.RELATIVE and cue.reach is Reach.CLAUSE
        return continues_list(self._folded, comma, self._matches, following=index, needs_close=needs_close)

    def _read_concept(self, match: Match) -> None:
        if self._open:
            self._close_distant(match)
            self._close_attribute(match)
            for role in self._open:
                self._anchor[role] = match.end
        kind = match.concepts[0].kind
        if kind is ConceptKind.BODY:
            return
        judged = self._judge(match)
        if match.concepts[0].id == _CONTACT and self._sentence and self._sentence[-1].match.end == match.start:
            self._sentence[-1].drop = True  # 肺结核接触史: the tuberculosis is another person's
        is_allergic = match.concepts[0].id == _ALLERGY or self._folded.startswith("过敏", match.start)
        if judged.is_allergen or is_allergic:
            self._mark_allergens(match)
        self._sentence.append(judged)
        self.judged.append(judged)

    def _close_distant(self, match: Match) -> None:
        for role, opened in list(self._open.items()):
            cue, anchor = _cue_of(opened), self._anchor[role]
            if anchor == opened.end:
                limit = cue.ahead or 0
            elif cue.reach is Reach.SENTENCE:
                continue
            else:
                limit = _LIST_GAP_ZH if cue.is_zh else _LIST_GAP
            if cue.role in _TOUCHING and anchor > opened.end and not cue.ahead:
                limit = 0
            if match.start - anchor > limit or (not cue.is_zh and self._has_passed(role, opened, match)):
                del self._open[role]

    def _has_passed(self, role: Role, opened: Match, match: Match) -> bool:
        """Tell whether an English cue is done with: "r/o appendicitis RLQ pain" asks for the appendicitis alone."""
        anchor = self._anchor[role]
        gap = self._folded[anchor : match.start]
        if role is Role.PAST and gap == " to " and anchor > opened.end:
            return True  # switched from heparin to rivaroxaban
        if role is Role.NEGATE:
            return _HAS_PASSED.search(gap) is not None or (anchor > opened.end and self._turns_to_drug(match))
        if gap != " " or anchor == opened.end or match.concepts[0].kind not in FELT:
            return False
        return bool(self._sentence) and self._sentence[-1].match.concepts[0].kind is ConceptKind.DISEASE

    def _turns_to_drug(self, match: Match) -> bool:
        """Tell whether a list of complaints is over: "no evidence of rejection, tacrolimus level 8"."""
        if match.concepts[0].kind not in DRUGS or not self._sentence:
            return False
        before = self._sentence[-1].match
        return before.concepts[0].kind not in PLANNED and "or" not in self._folded[before.end : match.start].split()

    def _close_attribute(self, match: Match) -> None:
        """End a negation that only describes what follows: 没有发热的咳嗽 is a cough."""
        negation = self._open.get(Role.NEGATE)
        if negation is None or self._anchor[Role.NEGATE] == negation.end or match.concepts[0].kind not in FELT:
            return
        if self._folded[self._anchor[Role.NEGATE] : match.start].rstrip() == "的":
            del self._open[Role.NEGATE]

    def _judge(self, match: Match) -> Judged:
        judged = Judged(match, self._default, drop=Role.DROP in self._open)
        for role, opened in self._open.items():
            if self._is_meant(role, opened, match):
                strengthen(judged, role, opened)
        if self._section == PLANS and judged.assertion is Assertion.PRESENT and is_to_come(self._folded, match):
            judged.assertion = Assertion.UNCERTAIN
        ago = find_time_ago(self._folded, match)
        if ago is not None:
            strengthen(judged, Role.PAST, ago)
        if match.concepts[0].kind in DRUGS:
            judged.is_allergen = (
                self._section == ALLERGIES
                or _ALLERGIC_TO.search(self._folded, max(0, match.start - 30), match.start) is not None
            )
        return judged

    def _is_meant(self, role: Role, opened: Match, match: Match) -> bool:
        """Tell whether an open cue says something about a finding.

        1年前因头痛就诊 tells when a complaint began, not that it is over; 拟行手术治疗胃癌 plans the operation.
        """
        kind = match.concepts[0].kind
        if role is Role.PLAN:
            return kind in PLANNED
        if role is not Role.PAST:
            return True
        if _cue_of(opened).reach is Reach.SENTENCE and is_controlling(self._folded, match):
            return False
        return self._folded[opened.start] != "年" or kind not in FELT

    def _mark_allergens(self, match: Match) -> None:
        """Mark the drugs named right before 过敏 or "allergy"."""
        following = match.start
        for judged in reversed(self._sentence):
            between = self._folded[judged.match.end : following]
            if judged.match.concepts[0].kind not in DRUGS or not CONNECTOR.fullmatch(between):
                return
            judged.is_allergen = True
            following = judged.match.start

    def _read_cue(self, index: int, match: Match, cue: Cue) -> None:
        if cue.role is Role.NOTHING:
            return
        if cue.role in _CLOSES:
            if not self._has_relative(match, cue):
                self._close_by(match, cue)
        elif loses_meaning(self._folded, match, cue):
            return
        elif points_back(self._folded, self._matches, index, self._sentence, has_relative=Role.RELATIVE in self._open):
            apply_back(self._folded, match, cue, self._sentence)
            if cue.is_both:
                self._open_cue(match, cue)
        elif cue.ahead is not None:
            self._open_cue(match, cue)

    def _close_by(self, match: Match, cue: Cue) -> None:
        for role in _CLOSES[cue.role]:
            opened = self._open.get(role)
            if opened is not None and not self._goes_through(role, opened, match):
                del self._open[role]
        past = self._open.get(Role.PAST)
        if past and self._folded.startswith("because", match.start) and self._anchor[Role.PAST] > past.end:
            del self._open[Role.PAST]  # "stopped metoprolol because of dizziness"
        if cue.role is Role.NOW:
            relative = self._open.get(Role.RELATIVE)
            if cue.is_zh and relative and self._anchor[Role.RELATIVE] > relative.end:
                del self._open[Role.RELATIVE]
            if self._default is Assertion.HISTORICAL:
                self._default = Assertion.PRESENT

    def _goes_through(self, role: Role, opened: Match, closing: Match) -> bool:
        """Tell whether a verb or pronoun belongs to the cue before it: 没有出现, 否认近期有, "if she develops"."""
        between = self._folded[opened.end : closing.start]
        if "," in between:
            return False
        cue = _cue_of(opened)
        if self._anchor[role] > opened.end:
            # 拟明日全麻下行胆囊切除: the anaesthesia is part of what is planned.
            return role is Role.PLAN and cue.is_zh and self._folded.startswith("下行", closing.start - 1)
        if cue.is_firm:
            return True
        return cue.is_zh and len(between) <= _VERB_GAP and self._folded[closing.start : closing.end] in _HAVING

    def _has_relative(self, match: Match, cue: Cue) -> bool:
        """Tell whether a verb only joins a relative and a disease: 否认父母有糖尿病."""
        relative, negation = self._open.get(Role.RELATIVE), self._open.get(Role.NEGATE)
        if cue.role is not Role.END or relative is None or negation is None:
            return False
        return self._anchor[Role.NEGATE] == negation.end and not self._folded[relative.end : match.start].strip()

    def _open_cue(self, match: Match, cue: Cue) -> None:
        if cue.role is Role.NEGATE and self._cancels_negation(match):
            del self._open[Role.NEGATE]
            return
        goes_on = _GOES_ON.search(self._folded, max(0, match.start - 8), match.start) is not None
        for role in () if goes_on else (Role.NEGATE, Role.DOUBT):
            opened = self._open.get(role)
            if opened and role is not cue.role and not _cue_of(opened).is_zh and self._anchor[role] > opened.end:
                del self._open[role]
        self._n_negations += cue.role is Role.NEGATE
        self._open[cue.role] = match
        self._anchor[cue.role] = match.end

    def _cancels_negation(self, match: Match) -> bool:
        """Tell whether the negation before has nothing but this one to negate: 并非没有."""
        opened = self._open.get(Role.NEGATE)
        if opened is None or self._anchor[Role.NEGATE] != opened.end:
            return False
        return match.start - opened.end <= 1 and not self._folded[opened.end : match.start].strip()


def _cue_of(match: Match) -> Cue:
    if match.cue is None:
        raise TypeError("only cues are opened")
    return match.cue
