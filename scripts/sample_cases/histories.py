"""Past histories: which entries exclude each other, and which are diagnoses of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge import Phrase


@dataclass(frozen=True, slots=True)
class Comorbid:
    """A long-standing illness that is a diagnosis of its own. ``same`` are codes that would say it twice."""

    zh: str
    en: str
    icd10: str
    same: tuple[str, ...]


_COMORBID = {
    r"^(有|患)?高血压(?!性)": Comorbid("高血压病", "hypertension", "I10", ("I1", "O", "N18", "I60", "I61")),
    r"^(有|患)?2型糖尿病|^(有|患)?糖尿病(?!家族)": Comorbid(
        "2型糖尿病", "type 2 diabetes mellitus", "E11.9", ("E1", "O", "N08", "E16")
    ),
    r"^(有|患)?(阵发性|持续性)?(心房颤动|房颤)": Comorbid("心房颤动", "atrial fibrillation", "I48.9", ("I4",)),
    r"^(有|患)?(慢阻肺|慢性阻塞性肺)": Comorbid("慢性阻塞性肺疾病", "COPD", "J44.9", ("J",)),
    r"^(有|患)?(冠心病)": Comorbid("冠心病", "coronary heart disease", "I25.1", ("I2",)),
}
_HEALTHY = re.compile(r"体健|健康|无特殊|previously (well|healthy)|fit and well|physically healthy|otherwise well")
_SMOKES = re.compile(r"^(有)?吸烟|^smoker", re.MULTILINE)
_NEVER_SMOKED = re.compile(r"从不吸烟|不吸烟|无烟酒|never smoked|non-smoker")
_HARMLESS = re.compile(r"^(无|否认|父|母|家|从不|不吸烟|未婚|已婚|孕|产|足月)|过敏")


@dataclass(frozen=True, slots=True)
class Past:
    """What matters of one entry of a history beside its words."""

    is_healthy: bool
    is_harmless: bool  # says nothing against being healthy: an allergy, the family, a pregnancy
    smokes: bool
    never_smoked: bool
    comorbid: Comorbid | None


def past_of(phrase: Phrase) -> Past:
    """Read an entry of a history."""
    text, first = "\n".join((*phrase.zh, *phrase.en)), phrase.zh[0]
    return Past(
        is_healthy=_HEALTHY.search(text) is not None,
        is_harmless=_HARMLESS.search(first) is not None,
        smokes=_SMOKES.search(text) is not None,
        never_smoked=_NEVER_SMOKED.search(text) is not None,
        comorbid=next((illness for pattern, illness in _COMORBID.items() if re.search(pattern, first)), None),
    )


def agreeing(pasts: Sequence[Past], chosen: list[int]) -> list[int]:
    """Leave out of a choice what contradicts the rest: healthy beside an illness, never smoked beside smoking."""
    ill = any(not pasts[n].is_harmless and not pasts[n].is_healthy for n in chosen)
    smokes = any(pasts[n].smokes for n in chosen)
    return [n for n in chosen if not (ill and pasts[n].is_healthy) and not (smokes and pasts[n].never_smoked)]
