"""Read findings, measurements, durations, age and sex out of a text."""

from __future__ import annotations

from functools import cache
from typing import Final

from casefinder.cases import Age, Sex
from casefinder.clinical.findings.demographics import find_ages, find_sexes
from casefinder.clinical.findings.durations import find_durations
from casefinder.clinical.findings.folding import fold_text
from casefinder.clinical.findings.headings import find_headings
from casefinder.clinical.findings.judged import Judged
from casefinder.clinical.findings.matcher import PhraseMatcher
from casefinder.clinical.findings.measurements import DESCRIBED, describe_finding, find_measurements
from casefinder.clinical.findings.model import (
    AgeMention,
    Assertion,
    Duration,
    Extraction,
    Finding,
    Measurement,
    Span,
)
from casefinder.clinical.findings.overlaps import Match
from casefinder.clinical.findings.places import choose_side, find_agent, find_sides, find_site
from casefinder.clinical.findings.quantities import MEASURED_SIGNS
from casefinder.clinical.findings.ranges import Ranges
from casefinder.clinical.findings.scope import judge_findings
from casefinder.clinical.findings.sited import SitedFindings
from casefinder.clinical.lexicon import Lexicon, load_lexicon

_INFECTION: Final = "infection"


class FindingExtractor:
    """Extracts with one lexicon. Making it reads every form: keep it; it never changes."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._matcher = PhraseMatcher(lexicon)
        self._sited = SitedFindings(lexicon, self._matcher.phrases)

    def extract(
        self, text: str, *, section: str | None = None, age: Age | None = None, sex: Sex | None = None
    ) -> Extraction:
        """Read everything out of a text.

        Args:
            text: The text as written; any language mix, any length.
            section: Where the text comes from, as it sets what a plain mention means: ``past_history`` makes
                it historical, ``family_history`` family, ``allergies`` an allergen. Headings inside the text
                outweigh it.
            age: The patient's age, which sets the reference ranges of measurements; read from the text when
                left out.
            sex: The patient's sex, likewise.

        Returns:
            The parts in text order; every span is of the original text.
        """
        folded = fold_text(text)
        matches = self._matcher.match(folded, text)
        judged = judge_findings(folded, matches, find_headings(folded), section=section)
        ages, sexes = find_ages(folded, text), find_sexes(folded, text)
        durations = find_durations(folded, text)
        ranges = Ranges(age=age or (ages[0].age if ages else None), sex=sex or (sexes[0].sex if sexes else None))
        return Extraction(
            findings=tuple(_make_findings(folded, text, matches, judged, self._sited)),
            measurements=_add_described(find_measurements(folded, text, matches, ranges), judged, text),
            durations=_leave_out_ages(durations, ages) if ages and durations else durations,
            ages=ages,
            sexes=sexes,
        )


def extract(text: str, *, section: str | None = None, age: Age | None = None, sex: Sex | None = None) -> Extraction:
    """Read everything out of a text with the shipped lexicon; see ``FindingExtractor.extract``."""
    return default_extractor().extract(text, section=section, age=age, sex=sex)


@cache
def default_extractor() -> FindingExtractor:
    """Return the extractor for the shipped lexicon, made at the first call."""
    return FindingExtractor(load_lexicon())


def _add_described(measurements: tuple[Measurement, ...], judged: list[Judged], text: str) -> tuple[Measurement, ...]:
    """Add what a finding in words says of a value: 肌钙蛋白阳性 is a high troponin."""
    described = [
        describe_finding(concept.id, Span(item.match.start, item.match.end), text)
        for item in judged
        if item.assertion is Assertion.PRESENT
        for concept in item.match.concepts
        if concept.id in DESCRIBED
    ]
    if not described:
        return measurements
    return tuple(sorted((*measurements, *described), key=lambda measurement: measurement.span))


def _leave_out_ages(durations: tuple[Duration, ...], ages: tuple[AgeMention, ...]) -> tuple[Duration, ...]:
    spans = [age.span for age in ages]
    return tuple(
        duration
        for duration in durations
        if not any(duration.span.start < span.end and span.start < duration.span.end for span in spans)
    )


def _make_findings(
    folded: str, text: str, matches: list[Match], judged: list[Judged], sited: SitedFindings
) -> list[Finding]:
    findings = []
    sides = find_sides(folded)
    place = -1
    for item in judged:
        match, cue = item.match, item.cue
        place += 1
        while matches[place] is not match:
            place += 1
        if match.concepts[0].id in MEASURED_SIGNS:
            continue
        side = choose_side(folded, match, sides)
        site = find_site(folded, matches, place)
        surface = text[match.start : match.end]
        for general in match.concepts:
            place_or_agent = find_agent(folded, matches, place) if general.id == _INFECTION and not site else site
            concept = sited.named(general, place_or_agent, in_english=surface.isascii()) if place_or_agent else general
            findings.append(
                Finding(
                    concept_id=concept.id,
                    kind=concept.kind,
                    assertion=item.assertion,
                    span=Span(match.start, match.end),
                    surface=surface,
                    side=side,
                    site=site,
                    cue=Span(cue.start, cue.end) if cue else None,
                    is_allergen=item.is_allergen,
                )
            )
    return findings
