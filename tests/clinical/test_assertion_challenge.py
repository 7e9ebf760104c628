"""The assertion challenge set: every sentence names its phenomenon and holds all its findings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from casefinder.clinical.findings import Assertion, Finding, extract
from casefinder.clinical.lexicon import ConceptKind

_ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "assertion_challenge.jsonl").read_text(encoding="utf-8").splitlines()
]
# Tests and body parts carry no assertion worth comparing: 血常规 is neither present nor absent.
_SCORED = frozenset(ConceptKind) - {ConceptKind.TEST, ConceptKind.BODY}


@dataclass
class _Score:
    right: Counter[Assertion] = field(default_factory=Counter)
    wrong: Counter[Assertion] = field(default_factory=Counter)
    missed: Counter[Assertion] = field(default_factory=Counter)

    def f1(self, *assertions: Assertion) -> float:
        right = sum(self.right[assertion] for assertion in assertions)
        errors = sum(self.wrong[assertion] + self.missed[assertion] for assertion in assertions)
        return 2 * right / (2 * right + errors)


def _score(rows: Iterable[dict[str, object]]) -> _Score:
    """Match each expected finding with the one that overlaps it most; any further finding is a wrong one."""
    score = _Score()
    for row in rows:
        found = _one_per_span(extract(str(row["text"])).findings)
        matched: set[Finding] = set()
        expected = row["findings"]
        assert isinstance(expected, list)
        for gold in expected:
            start, end = gold["start"], gold["start"] + len(gold["surface"])
            overlapping = [finding for finding in found if finding.span.start < end and start < finding.span.end]
            matched.update(overlapping)
            assertion = Assertion(gold["assertion"])
            if not overlapping:
                score.missed[assertion] += 1
                continue
            best = max(overlapping, key=lambda item: min(end, item.span.end) - max(start, item.span.start))
            if best.assertion is assertion:
                score.right[assertion] += 1
            else:
                score.missed[assertion] += 1
                score.wrong[best.assertion] += 1
        for finding in found:
            if finding not in matched and finding.kind in _SCORED:
                score.wrong[finding.assertion] += 1
    return score


def _one_per_span(findings: Iterable[Finding]) -> list[Finding]:
    return list({finding.span: finding for finding in findings}.values())


def test_set_is_large_bilingual_and_names_its_phenomena() -> None:
    languages = Counter(row["language"] for row in _ROWS)
    assert len(_ROWS) >= 620
    assert min(languages["zh"], languages["en"]) >= 300
    assert all(row["phenomenon"] for row in _ROWS)
    assert len({row["text"] for row in _ROWS}) == len(_ROWS)


def test_gold_surfaces_stand_where_they_are_said_to_stand() -> None:
    for row in _ROWS:
        for gold in row["findings"]:
            start = gold["start"]
            assert row["text"][start : start + len(gold["surface"])] == gold["surface"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("held_out", [False, True])
def test_present_and_absent_are_told_apart(language: str, held_out: bool) -> None:
    score = _score(row for row in _ROWS if row["language"] == language and row["held_out"] is held_out)
    assert score.f1(Assertion.PRESENT, Assertion.ABSENT) >= 0.95


@pytest.mark.parametrize("held_out", [False, True])
def test_all_five_assertions_are_told_apart(held_out: bool) -> None:
    score = _score(row for row in _ROWS if row["held_out"] is held_out)
    assert sum(map(score.f1, Assertion)) / len(Assertion) >= 0.90
