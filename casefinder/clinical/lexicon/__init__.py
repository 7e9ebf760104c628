"""The bilingual concept lexicon: what clinical things are called in Chinese and English.

The concepts stand in one tab-separated file per area beside this module (see docs/lexicon.md).
"""

from casefinder.clinical.lexicon.model import Concept, ConceptKind, Lexicon, normalise_form
from casefinder.clinical.lexicon.reader import load_lexicon

__all__ = ["Concept", "ConceptKind", "Lexicon", "load_lexicon", "normalise_form"]
