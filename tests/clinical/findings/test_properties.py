"""What holds for every text whatever."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from casefinder.clinical.findings import Assertion, Extraction, extract
from casefinder.clinical.findings.folding import fold_text

_PIECES = st.sampled_from(
    (
        "无 否认 未见 有 伴 但 可能 考虑 既往 病史 父亲 家族史： 既往史： 过敏史： 发热 咳嗽 胸痛 高血压 青霉素 "
        "过敏 左 双侧 右下腹痛 阴性 (-) ？ 、 ， 。 ； 3天 3天前 体温39.2℃ BP180/110mmHg 63岁 男 \n "
        "no not without fever cough history of mother , . ; ? possible right knee pain denies troponin 2.3 ng/mL "
        "％ ＋ Ⅱ İ ß 😀 2 years ago"
    ).split(" ")
)
_CLINICAL = st.lists(_PIECES, max_size=25).map(" ".join) | st.lists(_PIECES, max_size=25).map("".join)


def _spans(text: str, found: Extraction) -> list[tuple[str, str]]:
    parts = (found.findings, found.measurements, found.durations, found.ages, found.sexes)
    return [(item.surface, text[item.span.start : item.span.end]) for part in parts for item in part]


@given(text=st.text() | _CLINICAL)
def test_every_span_is_the_surface_it_claims(text: str) -> None:
    for surface, written in _spans(text, extract(text)):
        assert surface == written != ""


@given(text=_CLINICAL)
def test_extraction_is_deterministic_and_in_text_order(text: str) -> None:
    found = extract(text)
    assert found == extract(text)
    assert list(found.findings) == sorted(found.findings, key=lambda finding: finding.span)


@given(text=_CLINICAL)
def test_findings_overlap_only_where_one_form_names_two_concepts(text: str) -> None:
    spans = sorted({finding.span for finding in extract(text).findings})
    assert all(before.end <= after.start for before, after in pairwise(spans))


@given(text=_CLINICAL, section=st.sampled_from([None, "past_history", "family_history", "allergies", "exam", "other"]))
def test_anything_but_the_default_has_a_cue_or_a_section(text: str, section: str | None) -> None:
    for finding in extract(text, section=section).findings:
        if finding.assertion in (Assertion.ABSENT, Assertion.UNCERTAIN):
            assert finding.cue is not None


@given(text=st.text() | _CLINICAL)
def test_folding_moves_no_character(text: str) -> None:
    assert len(fold_text(text)) == len(text)
