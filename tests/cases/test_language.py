from __future__ import annotations

import pytest

from casefinder.cases import Language, Sections
from casefinder.cases.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("胸痛伴冷汗3小时", Language.ZH),
        ("查体：BP 120/80mmHg，HR 78次/分，心电图示V1-V4导联ST段抬高，双肺呼吸音清，无啰音。", Language.ZH),
        ("Crushing chest pain for three hours.", Language.EN),
        ("A patient of Dr. 王 presented with crushing chest pain and cold sweat for three hours at night", Language.EN),
        ("胸痛 chest pain, 冷汗 cold sweat", Language.MIXED),
        ("120/80, 37.8", None),
        ("", None),
        ("X", None),
    ],
)
def test_language_is_told_from_the_letters(text: str, language: Language | None) -> None:
    assert detect_language(Sections(present_illness=text)) == language


def test_every_section_counts() -> None:
    assert detect_language(Sections(chief_complaint="chest pain", notes="胸痛三小时")) == Language.MIXED
