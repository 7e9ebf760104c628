"""General findings that have a name together with their body part or cause: inflammation of the lung is pneumonia.

The lexicon says which do: 肺部炎症 is a form of pneumonia, and begins with one of lung and ends with one of
inflammation. So 肺部有炎症 and "inflammation of the lung", which are no forms, are read as what these forms mean.
An infection is joined with what causes it in the same way: 支原体的感染 is 支原体感染.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Final

from casefinder.clinical.findings.phrases import PhraseBook
from casefinder.clinical.lexicon import Concept, ConceptKind, Lexicon, normalise_form

_KINDS: Final = frozenset({ConceptKind.SYMPTOM, ConceptKind.SIGN, ConceptKind.DISEASE})
_PAIN: Final = "pain"
# How a pain is, not where: severe pain in the knee is knee pain.
_PAINS: Final = frozenset(
    "severe-pain dull-pain distending-pain stabbing-pain colicky-pain cold-pain burning-pain dragging-pain".split()
)

# What can be anywhere, and so is called at a part what it is called at the whole: pain in a fingertip is finger pain,
# but blindness of an eye is nothing of the face.
_ANYWHERE: Final = _PAINS | frozenset(
    "pain tenderness lump swelling edema redness redness-and-swelling rash itching numbness general-weakness "
    "inflammation bleeding nodule ulcer effusion space-occupying-lesion fracture injury perforation".split()
)


class SitedFindings:
    """Knows what findings are called at a body part. What was looked up is kept."""

    def __init__(self, lexicon: Lexicon, phrases: PhraseBook) -> None:
        """Take over a lexicon, and the phrases that are made of it."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._known: dict[tuple[str, str, bool], Concept] = {}

    def named(self, finding: Concept, site_id: str, *, in_english: bool) -> Concept:
        """Return what a finding is called at a body part, or else at what that is a part of; itself without a name.

        Args:
            finding: The finding.
            site_id: Id of the body part, or of the organism.
            in_english: Whether the text names the finding in English. Where the languages part (stomach pain is
                abdominal pain, 胃痛 epigastric pain), forms of that language come first.
        """
        key = finding.id, site_id, in_english
        if key not in self._known:
            self._known[key] = next(self._names(finding, site_id, in_english=in_english), finding)
        return self._known[key]

    def _names(self, finding: Concept, site_id: str, *, in_english: bool) -> Iterator[Concept]:
        """Go through what a finding is called there, the nearest first."""
        if finding.kind not in _KINDS:
            return
        findings = [finding, self._lexicon[_PAIN]] if finding.id in _PAINS and _PAIN in self._lexicon else [finding]
        wholes = self._lexicon[site_id].broader if finding.id in _ANYWHERE else ()
        sites = map(self._lexicon.__getitem__, (site_id, *wholes))
        for site, general in product(sites, findings):
            chinese = [part + felt for part, felt in product(site.zh_forms, general.zh_forms)]
            english = [f"{part} {felt}" for part, felt in product(site.en_forms, general.en_forms)]
            for forms in (english, chinese) if in_english else (chinese, english):
                yield from self._meant(forms)

    def _meant(self, forms: list[str]) -> Iterator[Concept]:
        """Return what most of some forms mean, if most of those that mean anything mean one thing."""
        phrases = filter(None, map(self._phrases.get, map(normalise_form, forms)))
        concepts = (phrase.concepts[0] for phrase in phrases if phrase.concepts)
        most = Counter(concept for concept in concepts if concept.kind in _KINDS).most_common(2)
        if len(most) == 1 or (most and most[0][1] > most[1][1]):
            yield most[0][0]
