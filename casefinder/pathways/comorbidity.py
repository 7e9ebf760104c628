"""Chronic illness that most often decides how a patient may be treated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from casefinder.cases import Case

# Chronic illness that most often decides how one may treat: ICD-10 beginnings and words of a past history.
# After the Charlson index (1987, doi:10.1016/0021-9681(87)90171-8), with hypertension and atrial fibrillation added.
_COMORBIDITIES: Final = (
    ("hypertension", ("I10", "I11", "I12", "I13"), r"高血压|hypertension|high blood pressure"),
    ("diabetes", ("E10", "E11", "E13", "E14"), r"糖尿病|diabet"),
    ("coronary disease", ("I20", "I21", "I22", "I25"), r"冠心病|心肌梗死|心绞痛|coronary|myocardial infarction|angina"),
    ("heart failure", ("I50",), r"心力衰竭|心衰|心功能不全|heart failure"),
    ("atrial fibrillation", ("I48",), r"心房颤动|房颤|atrial fibrillation"),
    ("stroke", ("I63", "I61", "I69"), r"脑梗|脑卒中|脑出血|中风|stroke"),
    ("chronic lung disease", ("J43", "J44", "J45"), r"慢阻肺|慢性阻塞性肺|哮喘|\bCOPD\b|asthma|emphysema"),
    ("chronic kidney disease", ("N18", "N19"), r"慢性肾|肾功能不全|肾衰|chronic kidney|renal failure"),
    ("liver disease", ("K70", "K73", "K74", "B18"), r"肝硬化|慢性乙肝|慢性肝炎|cirrhosis|chronic hepatitis"),
    ("cancer", ("C",), r"恶性肿瘤|癌|cancer|carcinoma|lymphoma|leuk"),
)
_WORDS: Final = re.compile("|".join(f"({words})" for _, _, words in _COMORBIDITIES), re.IGNORECASE)
_DENIED: Final = re.compile(
    r"(?:无|否认|未见|没有|\bno\b|\bdenies\b|\bdenied\b|\bwithout\b|\bnever\b)[^。；;.!\n]{0,40}$", re.IGNORECASE
)
_RELATIVES: Final = re.compile(
    r"(?:父|母|兄|弟|姐|妹|家族|father|mother|brother|sister|family)[^。；;.!\n]{0,24}$", re.IGNORECASE
)
COMORBIDITIES: Final = tuple(name for name, _, _ in _COMORBIDITIES)


def comorbidities(case: Case) -> frozenset[str]:
    """Return the chronic illnesses of a case: by code of a secondary diagnosis, or named in the past history."""
    codes = [d.icd10 for d in case.diagnoses[1:] if d.icd10]
    coded = (name for name, beginnings, _ in _COMORBIDITIES if any(code.startswith(beginnings) for code in codes))
    return frozenset(coded if codes else ()).union(_affirmed(case.sections.past_history))


def _affirmed(history: str) -> Iterator[str]:
    for match in _WORDS.finditer(history):
        before = (history, 0, match.start())
        if match.lastindex and not _DENIED.search(*before) and not _RELATIVES.search(*before):
            yield COMORBIDITIES[match.lastindex - 1]
