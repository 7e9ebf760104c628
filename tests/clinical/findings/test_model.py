"""What a whole text says about a concept."""

from __future__ import annotations

from casefinder.clinical.findings import Assertion, extract
from casefinder.clinical.findings.extractor import default_extractor


def test_present_outweighs_absent_and_keeps_only_its_own_mentions() -> None:
    stand = extract("无发热。昨日发热。").by_concept()["fever"]
    assert stand.assertion is Assertion.PRESENT
    assert [finding.span.start for finding in stand.findings] == [6]


def test_broader_concepts_follow_from_all_but_absent_findings() -> None:
    lexicon = default_extractor().lexicon
    present = extract("胸痛").by_concept(lexicon)
    assert (present["pain"].assertion, present["pain"].is_direct) == (Assertion.PRESENT, False)
    assert "pain" not in extract("无胸痛").by_concept(lexicon)


def test_what_is_said_of_a_broader_concept_itself_comes_first() -> None:
    stand = extract("胸痛，无疼痛").by_concept(default_extractor().lexicon)["pain"]
    assert (stand.assertion, stand.is_direct) == (Assertion.ABSENT, True)


def test_allergen_is_no_drug_that_was_given() -> None:
    assert "aspirin" not in extract("过敏史：阿司匹林").by_concept()
