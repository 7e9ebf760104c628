"""Check that a lexicon is sound: the rules that a reader of single lines cannot see."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from casefinder.clinical.lexicon.model import Concept, Lexicon, normalise_form

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_FORBIDDEN = re.compile(r'[|;()\[\]{}"<>,，。、；：｜（）［］【】《》“”\x00-\x1f\x7f]')
_SHARED = re.compile(r"shared (?P<form>[^:;]+): [^;]+")
_MIN_FORM_LENGTH = 2  # one character, Chinese or Latin, is found by chance in almost every note


def check_lexicon(lexicon: Lexicon) -> list[str]:
    """List every problem of a lexicon as one line of text; an empty list means it is sound.

    Finds duplicate or malformed ids, forms claimed twice without a note on each side, notes without a
    shared form, unknown or circular broader ids, missing languages, forbidden characters, forms that are
    too short to match safely, and files that are not sorted by id.
    """
    problems = [
        *_check_ids(lexicon),
        *_check_order(lexicon),
        *(problem for concept in lexicon for problem in _check_forms(concept)),
        *_check_hierarchy(lexicon),
        *_check_sharing(lexicon),
    ]
    return problems


def _check_ids(lexicon: Lexicon) -> Iterator[str]:
    for concept in lexicon:
        if not _ID.fullmatch(concept.id):
            yield f"{_name(concept)}: id is not kebab-case ASCII"
    for concept_id, count in Counter(concept.id for concept in lexicon).items():
        if count > 1:
            areas = ", ".join(concept.area for concept in lexicon if concept.id == concept_id)
            yield f"{concept_id}: id stands {count} times ({areas})"


def _check_order(lexicon: Lexicon) -> Iterator[str]:
    for before, after in pairwise(lexicon):
        if before.area == after.area and before.id > after.id:
            yield f"{_name(after)}: not sorted by id, stands after {before.id}"


def _check_forms(concept: Concept) -> Iterator[str]:
    for form in concept.zh_forms:
        if not _HAN.search(form):
            yield f"{_name(concept)}: Chinese form {form!r} has no Chinese character"
    for form in concept.en_forms:
        if _HAN.search(form) or not _LATIN.search(form):
            yield f"{_name(concept)}: English form {form!r} is not English"
        if len(form) == _MIN_FORM_LENGTH and form.islower():
            yield f"{_name(concept)}: English form {form!r} is too short for lower case"
    for form in concept.forms:
        yield from _check_characters(concept, form)
    for form, count in Counter(map(normalise_form, concept.forms)).items():
        if count > 1:
            yield f"{_name(concept)}: form {form!r} is listed {count} times"


def _check_characters(concept: Concept, form: str) -> Iterator[str]:
    if len(form) < _MIN_FORM_LENGTH:
        yield f"{_name(concept)}: form {form!r} is too short"
    if found := _FORBIDDEN.search(form):
        yield f"{_name(concept)}: form {form!r} holds the forbidden character {found.group()!r}"
    if form != " ".join(form.split()):
        yield f"{_name(concept)}: form {form!r} has spaces at an edge or in a row"
    elif form != unicodedata.normalize("NFKC", form):
        yield f"{_name(concept)}: form {form!r} is not in Unicode form NFKC"


def _check_hierarchy(lexicon: Lexicon) -> Iterator[str]:
    for concept in lexicon:
        for broader_id in concept.broader:
            if broader_id not in lexicon:
                yield f"{_name(concept)}: unknown broader id {broader_id!r}"
        if concept.id in concept.broader or any(
            concept.id in lexicon.by_id[above].broader for above in lexicon.ancestors(concept.id) if above in lexicon
        ):
            yield f"{_name(concept)}: is broader than itself"


def _check_sharing(lexicon: Lexicon) -> Iterator[str]:
    for form, owners in lexicon.form_index.items():
        silent = [owner for owner in owners if form not in _noted_forms(lexicon[owner])]
        if len(owners) > 1 and silent:
            names = ", ".join(_name(lexicon[owner]) for owner in owners)
            yield f"form {form!r} is claimed by {names} without a note at {', '.join(silent)}"
    for concept in lexicon:
        if concept.note and not all(map(_SHARED.fullmatch, concept.note.split("; "))):
            yield f"{_name(concept)}: note {concept.note!r} is not 'shared FORM: reason'"
        for form in _noted_forms(concept):
            owners = lexicon.form_index.get(form, ())
            if concept.id not in owners or len(owners) == 1:
                yield f"{_name(concept)}: note names {form!r}, which is not a form it shares"


def _noted_forms(concept: Concept) -> frozenset[str]:
    return frozenset(normalise_form(match["form"]) for match in _SHARED.finditer(concept.note))


def _name(concept: Concept) -> str:
    return f"{concept.area}:{concept.id}"
