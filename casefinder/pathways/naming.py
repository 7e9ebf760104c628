"""One name per act of care: the same step written in other words, doses or languages gets one key.

A step is looked up, in this order, as a form of the lexicon, as a form of ``step_names.tsv`` beside this module
(acts of care that no lexicon of findings, diseases and drugs holds), by the specialty that was consulted, by the
lexicon forms that its name contains, and is otherwise known by its own normalised wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from casefinder.cases import StepKind, TreatmentStep
from casefinder.clinical.lexicon import Concept, ConceptKind, Lexicon, load_lexicon, normalise_form
from casefinder.errors import LexiconError

_ACTS: Final = frozenset({ConceptKind.DRUG, ConceptKind.DRUG_CLASS, ConceptKind.PROCEDURE, ConceptKind.TEST})
_DRUGS: Final = frozenset({ConceptKind.DRUG, ConceptKind.DRUG_CLASS})
_TALK: Final = frozenset({StepKind.CONSULT, StepKind.ADVICE, StepKind.FOLLOW_UP, StepKind.REFERRAL})
_COLUMNS: Final = ("id", "kind", "zh", "en")
_ACT: Final = "act"  # whatever is done: one hospital's procedure is another's surgery, therapy or test
_SPECIALTY: Final = "specialty"
_LEAST_COVER: Final = 0.5  # of a name; "groin ultrasound" is more than "ultrasound", "emergency PCI" is PCI
_LATIN: Final = re.compile(r"[a-z0-9]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_DOSE: Final = re.compile(
    r"(?<![a-z0-9.])\d+(?:\.\d+)?(?:\s*[-~–]\s*\d+(?:\.\d+)?)?\s*"
    r"(?:mg|g|µg|μg|mcg|ug|ml|l|iu|u|万u|mmol|毫克|克|微克|毫升|单位|片|粒|%)(?:/(?:kg|d|day|h|min|次|日))*(?![a-z])"
)
_MANNER: Final = re.compile(
    r"嚼服|口服|静脉注射|静脉滴注|静滴|静推|皮下注射|肌注|肌肉注射|舌下含服|即刻|负荷量?|每日[一二两三四1-4]次|每晚1?次|"
    r"\b(?:chewed|orally|oral|po|iv|im|sc|stat|once|twice|daily|nightly|bid|tid|qd|loading dose|tablets?)\b"
)
_STROKE: Final = re.compile(r"(?<=[a-z])/(?=[a-z])")
_EDGES: Final = " \t,;:.()（），；：、-–"


@dataclass(frozen=True, slots=True)
class DrugClass:
    """A class that a drug belongs to, as the lexicon has it: ``statin``, 他汀类."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class NamedStep:
    """What an act of care is, however it was written.

    Attributes:
        key: Equal for equal acts.
        zh: Name for Chinese readers.
        en: Name for English readers.
        concepts: Lexicon ids behind it; empty where the lexicon knows nothing of it.
        classes: Classes of the drugs among them, the narrowest ones.
    """

    key: str
    zh: str
    en: str
    concepts: tuple[str, ...] = ()
    classes: tuple[DrugClass, ...] = ()

    def name(self, *, zh: bool) -> str:
        """Return the name in the reader's language."""
        return self.zh if zh else self.en


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of ``step_names.tsv``: forms of an act that is no concept of the lexicon, or further forms of one."""

    id: str
    kind: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


class StepNamer:
    """Names treatment steps; one is made per process, see ``step_namer``."""

    def __init__(self, lexicon: Lexicon, entries: Iterable[_Entry]) -> None:
        """Index every form of both sources."""
        self.lexicon = lexicon
        acts = {concept.id for concept in lexicon if concept.kind in _ACTS}
        self._lexicon_forms: Mapping[str, tuple[str, ...]] = {
            form: found for form, ids in lexicon.form_index.items() if (found := tuple(i for i in ids if i in acts))
        }
        rows = tuple(entries)
        self._entries = {row.id: row for row in rows}
        self._forms = {(row.kind, normalise_form(form)): row.id for row in rows for form in (*row.zh, *row.en)}
        specialties = [
            (normalise_form(f), row.id) for row in rows if row.kind == _SPECIALTY for f in (*row.zh, *row.en)
        ]
        self._specialties = sorted(specialties, key=lambda item: -len(item[0]))
        self._longest = max((len(form) for form in self._lexicon_forms), default=0)
        self._named: dict[tuple[StepKind, str], NamedStep] = {}

    def name(self, step: TreatmentStep) -> NamedStep:
        """Name a step; the same wording is worked out once."""
        known = self._named.get((step.kind, step.name))
        if known is None:
            known = self._named[step.kind, step.name] = self._work_out(step)
        return known

    def _work_out(self, step: TreatmentStep) -> NamedStep:
        wording = bare_wording(step.name)
        whole = normalise_form(step.name)
        for form in dict.fromkeys((whole, wording)):
            if found := self._exact(step.kind, form):
                return found
        if step.kind in _TALK and (specialty := self._specialty(wording)):
            return self._visit(step.kind, specialty)
        if found := self._contained(step.kind, wording):
            return found
        return NamedStep(f"{step.kind}:{wording}", step.name.strip(), step.name.strip())

    def _exact(self, kind: StepKind, form: str) -> NamedStep | None:
        if row_id := next((i for group in _groups(kind) if (i := self._forms.get((group, form)))), None):
            row = self._entries[row_id]
            concepts = (row_id,) if row_id in self.lexicon else self._concepts_in(row.en[0])
            return NamedStep(row_id, row.zh[0], row.en[0], concepts, self._classes(concepts))
        if kind not in _TALK and (ids := self._lexicon_forms.get(form)):
            return self._of_concepts((min(ids, key=lambda i: _distance(kind, self.lexicon[i])),))
        return None

    def _specialty(self, wording: str) -> str | None:
        return next((row_id for form, row_id in self._specialties if _contains(wording, form)), None)

    def _visit(self, kind: StepKind, specialty: str) -> NamedStep:
        row = self._entries[specialty]
        zh_tail, en_tail = _VISITS[kind]
        return NamedStep(f"{kind}:{specialty}", row.zh[0] + zh_tail, f"{row.en[0]} {en_tail}")

    def _contained(self, kind: StepKind, wording: str) -> NamedStep | None:
        if kind in (StepKind.ADVICE, StepKind.CONSULT, StepKind.REFERRAL):
            return None  # "stop aspirin" is no aspirin
        spans = list(self._spans(wording))
        if kind == StepKind.MEDICATION:
            spans = [span for span in spans if self.lexicon[span[2]].kind in _DRUGS] or spans
        elif sum(end - start for start, end, _ in spans) < _LEAST_COVER * len(wording):
            return None
        if not spans:
            return None
        named = self._of_concepts(tuple(dict.fromkeys(span[2] for span in spans)))
        return _followed_up(named) if kind == StepKind.FOLLOW_UP else named

    def _concepts_in(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(span[2] for span in self._spans(normalise_form(name))))

    def mentions(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Find drugs, procedures and tests in a text: start, end and lexicon id, longest forms from left to right.

        Positions are those of the text with case and width folded, which has the length of most texts.
        """
        # Combinations are written with a stroke as often as with a hyphen: piperacillin/tazobactam.
        return self._spans(_STROKE.sub("-", normalise_form(text)))

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Find the longest forms from left to right, without overlap."""
        start = 0
        while start < len(text):
            for end in range(min(len(text), start + self._longest), start + 1, -1):
                ids = self._lexicon_forms.get(text[start:end])
                if ids and _is_whole(text, start, end):
                    yield start, end, ids[0]
                    start = end - 1
                    break
            start += 1

    def _of_concepts(self, ids: tuple[str, ...]) -> NamedStep:
        concepts = [self.lexicon[i] for i in sorted(ids)]
        return NamedStep(
            "+".join(c.id for c in concepts),
            "＋".join(c.zh for c in concepts),
            " + ".join(c.en for c in concepts),
            tuple(c.id for c in concepts),
            self._classes([c.id for c in concepts]),
        )

    def _classes(self, concepts: Iterable[str]) -> tuple[DrugClass, ...]:
        above = {b: None for i in concepts if self.lexicon[i].kind == ConceptKind.DRUG for b in self.lexicon[i].broader}
        classes = [i for i in above if self.lexicon[i].kind == ConceptKind.DRUG_CLASS]
        narrowest = [i for i in classes if not any(i in self.lexicon.ancestors(other) for other in classes)]
        return tuple(DrugClass(i, self.lexicon[i].zh, self.lexicon[i].en) for i in narrowest)


_VISITS: Final = {
    StepKind.CONSULT: ("会诊", "consultation"),
    StepKind.FOLLOW_UP: ("随访", "follow-up"),
    StepKind.REFERRAL: ("转诊", "referral"),
    StepKind.ADVICE: ("咨询", "counselling"),
}


@cache
def step_namer() -> StepNamer:
    """Return the namer of the shipped lexicon and table; the first call reads both (some 40 ms)."""
    return StepNamer(load_lexicon(), _read_entries())


def bare_wording(name: str) -> str:
    """Normalise a step name and take doses and ways of giving out of it: ``阿司匹林 300mg 嚼服`` is ``阿司匹林``."""
    text = normalise_form(name)
    bare = _MANNER.sub(" ", _DOSE.sub(" ", text))
    return " ".join(bare.split()).strip(_EDGES) or text


def _read_entries() -> Iterator[_Entry]:
    text = files("casefinder.pathways").joinpath("step_names.tsv").read_text(encoding="utf-8")
    header, *rows = text.removesuffix("\n").split("\n")
    if tuple(header.split("\t")) != _COLUMNS:
        raise LexiconError(f"step_names.tsv:1: wrong header {header[:60]!r}. Make it {'<tab>'.join(_COLUMNS)}.")
    for line, row in enumerate(rows, start=2):
        cells = row.split("\t")
        if len(cells) != len(_COLUMNS) or not all(cells):
            raise LexiconError(f"step_names.tsv:{line}: {row[:60]!r} has no four filled columns. Fill in all of them.")
        yield _Entry(cells[0], cells[1], tuple(cells[2].split("|")), tuple(cells[3].split("|")))


def _followed_up(named: NamedStep) -> NamedStep:
    return NamedStep(f"follow_up:{named.key}", f"复查{named.zh}", f"follow-up {named.en}", named.concepts)


def _groups(kind: StepKind) -> tuple[str, ...]:
    """List the kinds of ``step_names.tsv`` that a step of this kind may be one of."""
    if kind == StepKind.OTHER:
        return (_ACT, *_TALK)
    return (kind,) if kind in _TALK else (_ACT,)


def _distance(kind: StepKind, concept: Concept) -> int:
    """Tell how badly a concept fits a kind of step: 0 fits, 1 does not."""
    wanted = {StepKind.MEDICATION: _DRUGS, StepKind.TEST: {ConceptKind.TEST}}.get(kind, {ConceptKind.PROCEDURE})
    return 0 if concept.kind in wanted else 1


def _contains(text: str, form: str) -> bool:
    start = text.find(form)
    return start >= 0 and _is_whole(text, start, start + len(form))


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] is no part of a longer Latin word."""
    before = start > 0 and _LATIN.match(text[start]) and _LATIN.match(text[start - 1])
    after = end < len(text) and _LATIN.match(text[end - 1]) and _LATIN.match(text[end])
    return not before and not after
