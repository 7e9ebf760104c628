"""General findings at a body part are read as what they are called there."""

from __future__ import annotations

import pytest

from casefinder.clinical.findings import Assertion, extract


@pytest.mark.parametrize(
    ("text", "concept_id", "site"),
    [
        ("咽喉部位有些炎症", "pharyngitis", "throat"),
        ("inflammation of the lung", "pneumonia", "lung"),
        ("胰头部见一肿块", "pancreatic-mass", "pancreas"),
        ("swelling of both hands", "hand-swelling", "hand"),
        ("tenderness in the left upper quadrant", "abdominal-tenderness", "left-upper-quadrant"),
        # What a body part belongs to, where it has no name itself.
        ("左肺下叶炎症", "pneumonia", "lower-lobe-of-lung"),
        # How a pain is does not tell where: severe pain in the knee is knee pain.
        ("severe pain in the left knee", "knee-pain", "knee"),
        # Where the two languages part, each goes by its own forms.
        ("胃部持续疼痛", "epigastric-pain", "stomach"),
        ("pain in her stomach", "abdominal-pain", "stomach"),
        # What is no name of anything stays what it is, and so does what names a body part itself.
        ("拇指瘙痒", "itching", "thumb"),
        ("chest and shoulder pain", "shoulder-pain", "chest"),
        # 肢体瘫痪 is paralysis and 四肢瘫痪 quadriplegia: forms that part do not decide.
        ("左侧肢体瘫痪", "paralysis", "limb"),
    ],
)
def test_finding_at_a_body_part_is_read_as_what_it_is_called_there(text: str, concept_id: str, site: str) -> None:
    found = {finding.concept_id: finding.site for finding in extract(text).findings}
    assert found.get(concept_id, "not found") in (site, None)
    assert len(found) == 1


def test_absent_finding_at_a_body_part_is_absent_there_only() -> None:
    (finding,) = extract("淋巴结未触及肿大").findings
    assert (finding.concept_id, finding.assertion) == ("lymphadenopathy", Assertion.ABSENT)


def test_negation_before_redness_is_no_bloody_show() -> None:
    (finding,) = extract("膝关节未见红肿").findings
    assert (finding.concept_id, finding.assertion) == ("redness-and-swelling", Assertion.ABSENT)
