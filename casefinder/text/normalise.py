"""One spelling for one text: width, compatibility characters and spaces."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPACES: Final = re.compile(r"\s+")


def normalise_text(text: str) -> str:
    """Return text with full-width letters, ligatures and unit signs unfolded (NFKC) and single spaces.

    ``ＢＰ　１８０／１１０ｍｍＨｇ`` and ``BP 180/110mmHg`` become the same text. Letter case is kept: an
    encoder that does not distinguish case folds it itself.
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
