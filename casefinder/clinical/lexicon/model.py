"""Concepts, and the lexicon that finds them by id, by written form and by hierarchy."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import chain, islice
from types import MappingProxyType
from typing import Final, NamedTuple

_ODD_SPACES: Final = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
# All that it finds, looked for several times as fast: hardly any lexicon has any of it.
_ODD: Final = (
    "  ",
    *"\t\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a",
    *"\u2028\u2029\u202f\u205f\u3000",
)


class ConceptKind(StrEnum):
    """What sort of clinical thing a concept is."""

    SYMPTOM = "symptom"
    SIGN = "sign"
    DISEASE = "disease"
    DRUG = "drug"
    DRUG_CLASS = "drug_class"
    PROCEDURE = "procedure"
    TEST = "test"
    BODY = "body"
    ORGANISM = "organism"


class Concept(NamedTuple):
    """One clinical concept and every form it is written in; a tuple, as eleven thousand are made for every command.

    Attributes:
        id: Kebab-case ASCII name, unique in the lexicon.
        kind: What sort of thing it is.
        zh_forms: Chinese forms, the preferred one first; never empty.
        en_forms: English forms, the preferred one first; never empty.
        broader: Ids of the directly broader concepts.
        note: Why a form is also claimed by another concept, or empty.
        area: Name of the data file it stands in, without ``.tsv``.
    """

    id: str
    kind: ConceptKind
    zh_forms: tuple[str, ...]
    en_forms: tuple[str, ...]
    broader: tuple[str, ...] = ()
    note: str = ""
    area: str = ""

    @property
    def zh(self) -> str:
        """The preferred Chinese form."""
        return self.zh_forms[0]

    @property
    def en(self) -> str:
        """The preferred English form."""
        return self.en_forms[0]

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form, Chinese before English, as written in the data file."""
        return self.zh_forms + self.en_forms


class Lexicon:
    """All concepts, found by id, by written form or by hierarchy. Never changes once made."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        """Hold the concepts in the order given; of two with one id, the first is found by it."""
        self.concepts: tuple[Concept, ...] = tuple(concepts)
        self.by_id: Mapping[str, Concept] = MappingProxyType(
            {concept.id: concept for concept in reversed(self.concepts)}
        )

    def __len__(self) -> int:
        """Count the concepts."""
        return len(self.concepts)

    def __iter__(self) -> Iterator[Concept]:
        """Go through the concepts in file order."""
        return iter(self.concepts)

    def __contains__(self, concept_id: object) -> bool:
        """Tell whether a concept has this id."""
        return concept_id in self.by_id

    def __getitem__(self, concept_id: str) -> Concept:
        """Return the concept with this id.

        Raises:
            KeyError: no concept has this id.
        """
        return self.by_id[concept_id]

    @cached_property
    def form_index(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of the concepts that claim each normalised form, in file order."""
        owners: dict[str, tuple[str, ...]] = {}
        forms = [concept.forms for concept in self.concepts]
        normalised = iter(_normalise_lines(list(chain.from_iterable(forms))))
        for concept, own_forms in zip(self.concepts, forms, strict=True):
            own = (concept.id,)
            for form in islice(normalised, len(own_forms)):
                claimed = owners.setdefault(form, own)
                if claimed is not own and concept.id not in claimed:
                    owners[form] = claimed + own
        return MappingProxyType(owners)

    def ancestors(self, concept_id: str) -> tuple[str, ...]:
        """List the ids of all broader concepts, nearest first, each once, without the concept itself.

        Raises:
            KeyError: no concept has this id.
        """
        return _reach(self[concept_id].id, self._broader_ids)

    def descendants(self, concept_id: str) -> tuple[str, ...]:
        """List the ids of all narrower concepts, nearest first, each once, without the concept itself.

        Raises:
            KeyError: no concept has this id.
        """
        return _reach(self[concept_id].id, self._narrower_ids)

    def is_a(self, concept_id: str, other_id: str) -> bool:
        """Tell whether a concept is the other one or narrower than it.

        Raises:
            KeyError: no concept has one of these ids.
        """
        return self[other_id].id in (concept_id, *self.ancestors(concept_id))

    @cached_property
    def _broader_ids(self) -> Mapping[str, Sequence[str]]:
        return {concept.id: concept.broader for concept in self.by_id.values()}

    @cached_property
    def _narrower_ids(self) -> Mapping[str, Sequence[str]]:
        narrower: dict[str, list[str]] = {}
        for concept in self.concepts:
            for broader_id in concept.broader:
                narrower.setdefault(broader_id, []).append(concept.id)
        return narrower


def normalise_form(form: str) -> str:
    """Fold width, case and runs of spaces, so that two spellings of one form compare equal.

    Args:
        form: A form as written; line breaks count as spaces.
    """
    return _normalise_lines([form.replace("\n", " ")])[0]


def _normalise_lines(forms: Sequence[str]) -> list[str]:
    """Normalise many forms in one pass, as one text: five times faster than form by form."""
    folded = _compose(_compose("\n".join(forms)).casefold())
    is_odd = any(space in folded for space in _ODD)
    lines = (_ODD_SPACES.sub(" ", folded) if is_odd else folded).split("\n")
    return [line.strip(" ") for line in lines]


def _compose(text: str) -> str:
    """Return a text in Unicode form NFKC; that it is in it already is seen much faster."""
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def _reach(start_id: str, neighbours: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    reached = {start_id: None}  # a dict keeps the order; cycles end because each id enters once
    queue = [start_id]
    for concept_id in queue:
        fresh = [near for near in neighbours.get(concept_id, ()) if near not in reached]
        reached.update(dict.fromkeys(fresh))
        queue.extend(dict.fromkeys(fresh))
    return tuple(queue[1:])
