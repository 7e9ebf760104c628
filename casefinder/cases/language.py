"""Which language a case is written in, told from its letters."""

from __future__ import annotations

import re
from typing import Final

from casefinder.cases.model import Language, Sections

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD: Final = re.compile(r"[A-Za-z]{2,}")
# A Latin word says about as much as two Chinese characters. Chinese notes quote abbreviations and units (CT, BP,
# mmHg), English notes quote at most a name: hence the wide band that still counts as Chinese.
_HAN_PER_WORD: Final = 2
_ZH_SHARE: Final = 0.7
_EN_SHARE: Final = 0.05


def detect_language(sections: Sections) -> Language | None:
    """Tell Chinese, English and mixed apart by the share of Han characters; None where there are no letters."""
    texts = (getattr(sections, name) for name in Sections.__dataclass_fields__)
    text = "\n".join(texts)
    n_han = len(_HAN.findall(text))
    n_latin = len(_LATIN_WORD.findall(text)) * _HAN_PER_WORD
    if n_han + n_latin == 0:
        return None
    share = n_han / (n_han + n_latin)
    if share >= _ZH_SHARE:
        return Language.ZH
    return Language.EN if share <= _EN_SHARE else Language.MIXED
