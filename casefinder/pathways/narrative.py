"""Treatments and outcome read out of free text, for cases without a recorded path.

A sentence tells of care in this visit when one of its verbs or nouns says that something was given, done or started,
and nothing says that it was denied, stopped, advised against, taken before or suggested in general. Drugs and
procedures are then the lexicon's forms in that sentence; tests need no such word. The order is that of the text.
No days are guessed. This is evidence of a lower grade: steps are marked as read from the narrative wherever shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from casefinder.cases import Case, Outcome, OutcomeStatus, StepKind, TreatmentStep
from casefinder.clinical.lexicon import ConceptKind
from casefinder.pathways.naming import StepNamer

_SENTENCE: Final = re.compile(r"[^.。!！?？;；\n]+(?:\.(?=\d)[^.。!！?？;；\n]+)*")
_KINDS: Final = {
    ConceptKind.DRUG: StepKind.MEDICATION,
    ConceptKind.DRUG_CLASS: StepKind.MEDICATION,
    ConceptKind.PROCEDURE: StepKind.PROCEDURE,
    ConceptKind.TEST: StepKind.TEST,
}
_BY_HAND: Final = frozenset({StepKind.SURGERY, StepKind.PROCEDURE})
_DONE: Final = re.compile(
    r"\b(?:treat(?:ed|ment)|receiv(?:ed|ing)|given|gave|administ(?:ered|ration)|start(?:ed|ing)|initiat(?:ed|ion)|"
    r"commenced|prescribed|underwent|undergone|perform(?:ed|ing)|placed|inserted|implanted|infus(?:ed|ion)|"
    r"inject(?:ed|ion)|transfus(?:ed|ion)|managed|management|therapy|carried out|operated|operation|surgery|resected|"
    r"excised|removed|repaired|replaced|switched|added|continued|put on|resuscitated|intubated|drained|ligated|"
    r"reconstructed|(?:was|were) (?:\w+ )?(?:done|made|used|required)|opted for|achieved (?:with|by)|responded to|"
    r"combination of|association of|after|following|with|needed|delivered|had an?)\b"
    r"|给予|予以|予|行|接受|应用|使用|静滴|静脉滴注|静注|口服|治疗|植入|置入|切除|输注|加用|改用|联合",
    re.IGNORECASE,
)
_NOT_NOW: Final = re.compile(
    r"\b(?:history of|past (?:medical |surgical )?history|previous(?:ly)?|prior to (?:admission|presentation)|"
    r"(?:years?|months?) (?:ago|earlier|before)|had been (?:taking|on|treated)|home medications?|"
    r"medications? on admission|allerg(?:y|ic)|refused|declined|should|can be|may be|is recommended|"
    r"in the literature|literature review|rare complication of|known (?:complication|side effect)|"
    r"(?:was|were) not (?:given|performed|done|started)|could not be (?:given|performed|done)|instead of)\b"
    r"|既往|病史|过敏|拒绝|未予|未行|曾|年前|月前",
    re.IGNORECASE,
)
_NEGATED_BEFORE: Final = re.compile(
    r"(?:\b(?:no|not|without|never|denied|stopped|discontinued|withdrawn|withheld|"
    r"allergic to|contraindicat\w+|instead of|rather than)\b[^,]{0,24}|未|无|停用|拒绝)$",
    re.IGNORECASE,
)
_NEGATED_AFTER: Final = re.compile(
    r"[^,;]{0,24}\b(?:was|were) (?:not|never|refused|declined|avoided|deferred|rejected)\b", re.IGNORECASE
)
# A drug that made the patient ill, or was taken away, is no treatment wherever else the text names it.
_BLAMED_BEFORE: Final = re.compile(
    r"\b(?:discontinu\w+|withdraw\w+|cessation|stopping|overdos\w+|intoxication|poisoning|toxicity|ingest\w+|"
    r"(?:side|adverse) (?:effects?|reactions?|events?)|due to|caused by|induced by|secondary to|exposure to|"
    r"attributed to|abuse|hypersensitivity)(?: (?:of|to|from|with|by|the|his|her|a|an))*\s+$",
    re.IGNORECASE,
)
_BLAMED_AFTER: Final = re.compile(
    r"[- ](?:induced|related|associated|toxicity|overdose|intoxication|poisoning|abuse)\b|"
    r" (?:was|were) (?:\w+ )?(?:discontinued|stopped|withdrawn|ceased|suspended)\b",
    re.IGNORECASE,
)
# Operations by other words, and treatments named by what they do.
_THERAPY: Final = re.compile(
    r"\b(?:(?:skin|bone|fat|nerve|autologous|vein) graft(?:ing|s)?|(?:[a-z]+ ){0,2}flap(?! of)|"
    r"(?:intramedullary |cephalomedullary )?nail(?:ing| fixation)|(?:radio)?iodine ablation|"
    r"(?:radiofrequency|laser|microwave|catheter) ablation|amputation|enucleation|plication|debridement|"
    r"ventilatory support|corticoids|radiosurg(?:ery|ically)|clipping(?: surgery)?|"
    r"anti-?tubercul\w+ (?:drugs?|therapy|treatment|medications?)|"
    r"(?:high dose )?(?:intravenous )?immun(?:e |o)globulins?|immunosuppressi(?:ve|on)(?: therapy| treatment)?|"
    r"broad[- ]spectrum antibiotics?|steroid (?:therapy|treatment|pulse)|anti-?inflammatory (?:drugs?|therapy)|"
    r"conservative(?:ly)? (?:treat(?:ment|ed)|manage(?:ment|d)|therapy)|supportive (?:care|treatment|therapy)|"
    r"symptomatic treatment|physiotherapy|compression therapy|coil(?:ing| embolization)|cyberknife|"
    r"gamma knife|stereotactic (?:radiosurgery|radiotherapy))\b",
    re.IGNORECASE,
)
_SOME_SURGERY: Final = re.compile(
    r"\b(?:underwent|undergo|required|performed|urgent|emergency|emergent|elective|operated)\b(?: \w+){0,3}? "
    r"?(?:surgery|surgical (?:treatment|intervention|procedure|exploration)|operation|on\b)|"
    r"\b(?:surgically treated|treated surgically|surgical treatment|surgical intervention)\b|"
    r"\bafter (?:the |his |her )?(?:surgery|operation)\b",
    re.IGNORECASE,
)
# Words that stand before the name of an operation and are no part of it.
_NO_PART: Final = (
    r"(?:such|as|and|or|an?|the|of|for|with|by|after|to|his|her|which|that|was|were|when|had|then|in|on|via|"
    r"underwent|following|before|including|performed|required|through|resected|successful|unsuccessful)[- ]"
)
# Operations have more names than any list; their endings give them away where no form of the lexicon does.
_OPERATION: Final = re.compile(
    rf"\b(?:(?:(?!{_NO_PART})[a-z]+[- ]){{0,2}}"
    r"(?:[a-z]{3,}ectom(?:y|ies)|[a-z]{3,}plast(?:y|ies)|[a-z]{3,}ostomy|[a-z]{3,}otomy|"
    r"[a-z]{3,}rrhaphy|[a-z]*transplantation|[a-z]{3,}desis)|"
    r"(?:surgical|complete|wide|local|en bloc|endoscopic|radical|partial|laparoscopic) (?:[a-z]+ ){0,2}"
    r"(?:resection|excision|extirpation|clipping|repair|removal|drainage|decompression|fixation|reconstruction|debridement|intervention)|"
    r"(?:surgically|completely|laparoscopically) (?:removed|resected|excised|repaired)|"
    r"(?<=was )(?:\w+ )?(?:resected|excised|irradiated)|(?<=were )(?:\w+ )?(?:resected|excised|irradiated)|"
    r"internal fixation|screw fixation|radiotherapy|radiation therapy|chemoradiation|embolization)\b",
    re.IGNORECASE,
)
# Names of classes and acts too wide to be a step of their own: "surgery", "treatment", "blood".
_TOO_WIDE: Final = frozenset({"surgery", "operation", "physical-examination", "biopsy-site", "blood-product"})

_OUTCOMES: Final = (
    (
        OutcomeStatus.DIED,
        r"\b(?:(?:patient|he|she|infant|baby|child|boy|girl|man|woman|who|subsequently|later|eventually|finally|and) "
        r"(?:\w+ ){0,2}(?:died|expired)|passed away|succumbed|leading to death|"
        r"(?:patient's|his|her|maternal) death|exitus|"
        r"(?:developed|had a|with a) fatal|fatal outcome|was pronounced dead|"
        r"died (?:on|of|from|due|in|after|within|shortly|\d+))\b|死亡|去世|抢救无效",
    ),
    (
        OutcomeStatus.WORSENED,
        r"\b(?:progressive (?:deterioration|disease)|disease progress(?:ed|ion)|continued to deteriorate|"
        r"recurred|relapsed|tumou?r progression)\b|病情恶化|复发",
    ),
    (
        OutcomeStatus.RECOVERED,
        r"\b(?:full(?:y)? recover\w*|complete(?:ly)? (?:recover\w*|resol\w*|remission|healing|regress\w*)|recovered|"
        r"made (?:a|an) (?:\w+ ){0,2}recovery|uneventful(?:ly)? (?:recover\w*|postoperative)|recovery was uneventful|"
        r"uneventful (?:post-?operative )?(?:course|recovery)|"
        r"post-?operative (?:course|period|recovery) was uneventful|"
        r"symptom[- ]free|asymptomatic (?:at|after|for|during)|(?:remain(?:s|ed)|became|been) (?:\w+ )?asymptomatic|"
        r"disease[- ]free|no (?:evidence|sign|signs) of (?:\w+ ){0,3}(?:recurrence|disease|relapse)|"
        r"without (?:\w+ ){0,2}(?:recurrence|sequelae)|"
        r"no (?:\w+ ){0,2}recurrences?|free of (?:\w+ )?(?:symptoms|disease)|"
        r"(?:completely )?(?:ceased|disappeared)|completely reversed|resolved|cured|returned to normal|normali[sz]ed|"
        r"in (?:complete )?remission|pain[- ]free|doing well|remains? well|"
        r"excellent (?:result|outcome|recovery)|well at)\b|治愈|痊愈|完全缓解|恢复良好|无复发",
    ),
    (
        OutcomeStatus.IMPROVED,
        r"\b(?:improv(?:ed|ement|ing)|discharged|decreased|reduced|stabili[sz]ed|respon(?:ded|se) (?:\w+ )?to|"
        r"responded (?:well|favou?rably)|good response|relie(?:ved|f)|"
        r"subsided|regress(?:ed|ion)|partial (?:response|remission|recovery)|successful(?:ly)?|"
        r"favou?rable (?:outcome|evolution|course)|satisfactory|"
        r"good (?:outcome|evolution|result))\b|好转|改善|缓解|出院",
    ),
    (
        OutcomeStatus.UNCHANGED,
        r"\b(?:no (?:significant )?(?:improvement|change|response)|unchanged|"
        r"did not (?:improve|respond))\b|无效|无改善",
    ),
)
_ENDINGS: Final = tuple((status, re.compile(pattern, re.IGNORECASE)) for status, pattern in _OUTCOMES)
_TAIL_SENTENCES: Final = 4  # a narrative ends with its ending; earlier words speak of single symptoms
_OTHERS_DIED: Final = re.compile(
    r"\b(?:father|mother|brother|sister|husband|wife|twin|sibling|cousin|cells?)\b", re.IGNORECASE
)


def narrated_steps(case: Case, namer: StepNamer) -> tuple[TreatmentStep, ...]:
    """Return the acts that a case tells of in its own words, each once, in the order of the text."""
    found: dict[str, TreatmentStep] = {}
    sentences = list(_sentences(case))
    blamed = frozenset(concept_id for sentence in sentences for concept_id in _blamed_in(sentence, namer))
    told = [sentence for sentence in sentences if not _NOT_NOW.search(sentence)]
    for sentence in told:
        for start, key, step in sorted(_acts_in(sentence, namer), key=lambda act: act[0]):
            if key not in blamed and not _is_denied(sentence, start):
                found.setdefault(key, step)
    if not any(step.kind in _BY_HAND for step in found.values()) and any(map(_SOME_SURGERY.search, told)):
        found["surgery"] = TreatmentStep(StepKind.SURGERY, "surgery")
    return tuple(found.values())


def _is_denied(sentence: str, start: int) -> bool:
    return bool(_NEGATED_BEFORE.search(sentence[:start]) or _NEGATED_AFTER.match(sentence[start:]))


def _blamed_in(sentence: str, namer: StepNamer) -> Iterator[str]:
    for start, end, concept_id in namer.mentions(sentence):
        if _KINDS[namer.lexicon[concept_id].kind] != StepKind.MEDICATION:
            continue
        if _BLAMED_BEFORE.search(sentence[:start]) or _BLAMED_AFTER.match(sentence[end:]):
            yield concept_id


def _acts_in(sentence: str, namer: StepNamer) -> Iterator[tuple[int, str, TreatmentStep]]:
    """Find acts with their place: forms of the lexicon, and names of operations beside them."""
    done = _DONE.search(sentence) is not None
    taken: list[tuple[int, int]] = []
    for start, end, concept_id in namer.mentions(sentence):
        concept = namer.lexicon[concept_id]
        taken.append((start, end))
        if concept.kind == ConceptKind.TEST or (done and concept_id not in _TOO_WIDE):
            yield start, concept_id, TreatmentStep(_KINDS[concept.kind], concept.en)
    for pattern, kind in ((_OPERATION, StepKind.SURGERY), (_THERAPY, StepKind.THERAPY)):
        for match in pattern.finditer(sentence):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                name = match.group().strip().lower()
                taken.append(match.span())
                yield match.start(), name, TreatmentStep(kind, name)


def narrated_outcome(case: Case) -> Outcome:
    """Return how a case says that it ended: the last sentences decide, death wherever it is told of the patient."""
    sentences = list(_sentences(case))
    died = _ENDINGS[0][1]
    if any(died.search(s) and not _OTHERS_DIED.search(s) for s in sentences):
        return Outcome(OutcomeStatus.DIED)
    for sentence in reversed(sentences[-_TAIL_SENTENCES:]):
        for status, pattern in _ENDINGS[1:]:
            if pattern.search(sentence):
                return Outcome(status)
    return Outcome()


def _sentences(case: Case) -> Iterator[str]:
    sections = case.sections
    for text in (sections.present_illness, sections.notes) if sections.notes else (sections.present_illness,):
        # Single spaces: positions are then those of the namer, which folds them.
        yield from (" ".join(match.group().split()) for match in _SENTENCE.finditer(text))
