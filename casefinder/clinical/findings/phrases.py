"""What can be found in a text: the forms of the lexicon and the cue phrases, and what each stands for."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from casefinder.clinical.findings.cues import Cue, Role
from casefinder.clinical.findings.cues_en import EN_CUES, EN_NOTHING
from casefinder.clinical.findings.cues_zh import ZH_CUES, ZH_NOTHING
from casefinder.clinical.lexicon import Concept, ConceptKind, Lexicon, normalise_form

TERM, BODY, CUE = 0, 1, 2
LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_TAKES_IES: Final = re.compile(r"[a-z]{2}[^aeiou\W]y$")
_MAX_ABBREVIATION: Final = 4
_MAX_ACRONYM: Final = 5  # NSTEMI and longer are nobody's plural
# What makes another word of the last character of a form: 抽动症状 are no 抽动症, 颈椎病变 no 颈椎病,
# 晚上感到 no 上感, 青霉素过敏性休克 a shock.
_REREAD: Final = {
    "症": "状",
    "敏": "性",
    "干": "净预脆部细",
    "病": "变理毒灶因情程房种菌",
    "肿": "瘤块物",
    "感": "到觉受染冒",
    "泡": "沫",
}
_REREAD_FORMS: Final = {"见红": "肿斑疹热润色点", "膀胱充盈": "好可佳良欠差不", "实变": "化"}  # 未见红肿, 膀胱充盈好
# What an abbreviation stands for in a text that holds one of these words.
_RIVALS: Final = {
    "dm": ("皮肌炎", "dermatomyositis", "右美沙芬", "dextromethorphan"),
    "ha": ("玻璃酸", "透明质酸", "hyaluron"),
    "rhf": ("y/o", "yo rhf", "handed"),
    "no complaints": ("complaints of",),
    "gbs": ("positive", "strep", "labour", "labor", "swab", "vagin", "antenatal", "intrapartum", "b链"),
}
# What must stand in the text beside a word that means something else in most texts.
_PARTNERS: Final = {
    **dict.fromkeys(("frequency", "hesitancy"), ("urgency", "dysuria", "urin", "nocturia", "hematuria", "burning")),
    "晨轻暮重": ("无力", "乏力", "下垂", "疲劳", "复视"),  # not of 双下肢水肿
}
_MAX_CASED: Final = 2  # MI, AF, PE: lower-case letter pairs are mostly something else
# Abbreviations that are English words in lower case.
_WORDS: Final = frozenset(
    (
        "all aids cat cut fit gas had has map mas met mad pat pop red sad ten top tee her his him pal par "
        "pip pus rip sap sip tap tip toe via was who aim arm bad bag bed big can car cap cop cup dip dim "
        "did egg end era fat far fed gap hip ham hot ice ion lad led let lid lie low may mom not now off "
        "old one our out own pad pan per pig pin pot put ram ran rat raw ray sit six son tan tin too try "
        "two use van vet war way wet why win yes you age ago and any are bar be the for stem star spot "
        "side she sob ors sac doe rest race peep mast lies ache ames slip clip damp fast dare care salt"
    ).split()
)

_CUES: Final = ZH_CUES | EN_CUES
_NOTHINGS: Final = (ZH_NOTHING | EN_NOTHING) - _CUES.keys()
_NOTHING: Final = Cue(Role.NOTHING)


class Phrase(NamedTuple):
    """What a phrase stands for.

    Attributes:
        group: Which of two that overlap gives way: terms and what blocks them go first, then body parts, then cues.
        concepts: What it means; empty for a cue.
        cue: What it does to the findings around it, or None.
        spellings: The spellings that count; None where every one does.
        begins_word: Whether it counts only where a word begins.
        ends_word: Whether it counts only where a word ends, plural included.
        is_acronym: Whether its plural is a small s: MIs are infarctions, but RAS is not RA.
        not_before: Characters that must not follow, because the last one belongs to them.
        rivals: Words that it does not count beside.
        partners: Words of which it needs one beside it; empty where it needs none.
        is_plain: Whether it counts wherever its text stands.
    """

    group: int
    concepts: tuple[Concept, ...]
    cue: Cue | None
    spellings: frozenset[str] | None
    begins_word: bool
    ends_word: bool
    is_acronym: bool
    not_before: str
    rivals: tuple[str, ...]
    partners: tuple[str, ...]
    is_plain: bool


class PhraseBook:
    """Every phrase that is looked for in a text. Each is made when it is first asked for, and kept."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take over the lexicon's forms; where a form is a cue phrase as well, it counts as the form."""
        self._by_id = lexicon.by_id
        self._forms = lexicon.form_index
        self._made: dict[str, Phrase] = {}
        self.longest = max(map(len, self._forms), default=0)
        """Characters of the longest form; no cue is longer than the longest of the shipped ones."""

    def texts(self) -> list[str]:
        """List the folded text of every phrase."""
        plurals = [form[:-1] + "ies" for form in self._forms if form[-1] == "y" and _TAKES_IES.search(form)]
        return list(dict.fromkeys((*self._forms, *plurals, *_CUES, *_NOTHINGS)))

    def get(self, text: str) -> Phrase | None:
        """Return what a folded text stands for, or None."""
        phrase = self._made.get(text)
        if phrase is None:
            phrase = self._make(text)
            if phrase is not None:
                self._made[text] = phrase
        return phrase

    def _make(self, text: str) -> Phrase | None:
        owners = self._forms.get(text)
        if owners is not None:
            return _make_form(text, tuple(map(self._by_id.__getitem__, owners)))
        cue = _CUES.get(text)
        if cue is not None:
            return _make_phrase(text, CUE, cue=cue)
        if text in _NOTHINGS:
            return _make_phrase(text, TERM, cue=_NOTHING)
        singular = text[:-3] + "y"
        if text.endswith("ies") and singular in self._forms and _TAKES_IES.search(singular):
            return self.get(singular)
        return None


def make_cue_phrase(cue: Cue) -> Phrase:
    """Make the phrase of a cue that is found by a rule of its own: it counts wherever it stands."""
    return Phrase(
        CUE,
        (),
        cue,
        None,
        begins_word=False,
        ends_word=False,
        is_acronym=False,
        not_before="",
        rivals=(),
        partners=(),
        is_plain=True,
    )


def _make_phrase(
    text: str,
    group: int,
    concepts: tuple[Concept, ...] = (),
    *,
    cue: Cue | None = None,
    spellings: frozenset[str] | None = None,
    is_acronym: bool = False,
) -> Phrase:
    begins_word, ends_word = text[0] in LATIN, text[-1] in LATIN
    not_before = _REREAD_FORMS.get(text) or _REREAD.get(text[-1], "") if concepts else ""
    return Phrase(
        group,
        concepts,
        cue,
        spellings,
        begins_word=begins_word,
        ends_word=ends_word,
        is_acronym=is_acronym,
        not_before=not_before,
        rivals=_RIVALS.get(text, ()),
        partners=_PARTNERS.get(text, ()),
        is_plain=not (begins_word or ends_word or not_before or text in _PARTNERS or text in _RIVALS),
    )


def _make_form(form: str, concepts: tuple[Concept, ...]) -> Phrase:
    is_body = concepts[0].kind is ConceptKind.BODY
    written = _written_as(form, concepts) if len(form) <= _MAX_ACRONYM and form.isascii() else frozenset()
    is_cased = len(form) <= _MAX_CASED or (len(form) <= _MAX_ABBREVIATION and form in _WORDS)
    return _make_phrase(
        form,
        BODY if is_body else TERM,
        concepts,
        spellings=(written - {form} or None) if is_cased else None,
        is_acronym=any(map(str.isupper, written)),
    )


def _written_as(form: str, concepts: tuple[Concept, ...]) -> frozenset[str]:
    """Return how the lexicon writes a folded form: MI, mmHg."""
    return frozenset(
        written
        for concept in concepts
        for written in concept.en_forms
        if len(written) == len(form) and normalise_form(written) == form
    )
