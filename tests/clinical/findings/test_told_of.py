"""What patients tell of a part or function of the body in words of their own."""

from __future__ import annotations

import pytest

from casefinder.clinical.findings import extract


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大便比较稀", [("diarrhea", "present", "大便比较稀")]),
        ("精神不太好", [("listlessness", "present", "精神不太好")]),
        ("肚子总是鼓鼓的", [("bloating", "present", "肚子总是鼓")]),
        ("喉咙有点红", [("pharyngeal-congestion", "present", "喉咙有点红")]),
        # Several of one thing, each where it stands.
        ("粑粑绿色带泡沫", [("green-stool", "present", "粑粑绿"), ("frothy-stool", "present", "泡沫")]),
        # What is denied is the property.
        ("大便也不是很硬", [("constipation", "absent", "硬")]),
        ("皮肤没有变黄", [("jaundice", "absent", "黄")]),
        # Not over the end of a clause, and not what only asks.
        ("大便正常，稀饭可以吃", []),
        ("便便绿不绿", []),
        ("大便干净", []),
        # Days without a stool; 一天拉一次 is usual.
        ("5天没拉", [("constipation", "present", "5天没拉")]),
        ("一周排便一次", [("constipation", "present", "一周排便一次")]),
        ("一天拉一次", []),
    ],
)
def test_thing_and_what_is_told_of_it(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(finding.concept_id, str(finding.assertion), finding.surface) for finding in extract(text).findings]
    assert found == expected
