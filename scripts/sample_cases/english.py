"""English notes: how a clerking, a triage card and a letter word a present illness and a history."""

from __future__ import annotations

import re
from random import Random

from drawing import chance, pick, shuffled
from spans import age_en
from visits import Visit

# {who} a 63-year-old man, {tag} 63M, {dur} duration, {onset} circumstances, {core} leading findings
_NOUN_OPENINGS = (
    "{Who} presenting with {core}, which began {dur} ago {onset}",
    "{Who} who developed {core} {dur} ago {onset}",
    "About {dur} ago, {onset}, {who} developed {core}",
    "{Who} with a history of {dur} of {core}; it started {onset}",
    "{Who}. Onset {dur} ago {onset}, with {core}",
    "{Who}. {Core} for {dur}, first noticed {onset}",
    "{Who}. {Dur} ago, {onset}, {pronoun} noticed {core}",
    "Presented with {core} of {dur} duration, starting {onset}, in {who}",
    "{Who}, {reported} {core} for {dur}; onset {onset}",
)
_ANY_OPENINGS = (
    "{Who}. Symptoms began {dur} ago {onset}: {core}",
    "{tag}. Onset {dur} ago {onset}. {Core}",
    "{Who}, unwell for {dur}. It began {onset}: {core}",
    "Problem of {dur}, beginning {onset}, in {who}: {core}",
    "{tag}, {dur} of symptoms ({onset}): {core}",
)
_SHORT = ("{tag}: {core}, {dur}", "{tag}, {dur}, {core}", "Triage: {who}, {core}, {dur}", "{Who}, {dur}: {core}")
# First words after which a wording is a statement rather than the name of a symptom.
_STATEMENT = re.compile(
    r"^(a bit|able|about|agitated|alert|all|arm cannot|avoiding|aware|barely|base of|breathes|breathless|can"
    r"|cannot|claims|clammy|confused|constantly|coughed|could|cries|dizzy|drained|drank|drenched|swallowed|took|ate|drowsy|eased|easily"
    r"|eats|elated|everything|exhausted|eyes|faint|fainted|fed|feels|feverish|fingers|flushed and|found|gained"
    r"|getting|gradually|grey|has|hot|hungry|increasingly|irritable|is|jaundiced|keeps|lasting|lately|left hand"
    r"|less|light-headed at|limp|lips|listless|lost|more|nauseated|nearly|needs|nitroglycerin under|no|not"
    r"|noticed|occasionally|off|often|once|only|others|pain (constant|continuous|better|worse|eased|not)|pale"
    r"|passed|persistently|puffed|puffy|quiet|relieved|restless|right hand|says|set off|shivery|short of|sick"
    r"|sleeps|slept|slightly confused|slightly short|smells|started|steadily weaker|stiff for|stopped|sweaty"
    r"|swollen and|talks|thirsty|tired|triggered|unable|unresponsive|unsteady|unsure|unwell|unwilling|up|very|vomited"
    r"|wakes|was|weak and|weak in|wheezy|woke|worn|worse|worst)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r" (in|of|on|at|to|with|from|the|her|his|over) ")
_FURTHER_NOUN = ("Associated with {a}", "Accompanied by {a}", "Also {a}", "Further symptoms: {a}", "Together with {a}")
_FURTHER_ANY = ("Also: {a}", "Other features: {a}", "In addition: {a}", "Noted as well: {a}")
_DENIALS = ("No {a}", "Denies {a}", "Negative for {a}", "No {a} so far", "No {a} reported")
_CHILD_DENIALS = ("No {a}", "Parents deny {a}", "No {a} so far", "No {a} seen")
_LONG_COURSE = (
    "Had tried over-the-counter tablets with little effect", "Was seen at a local clinic; details not available",
    "Did not seek help at first", "Symptoms have fluctuated since", "Managed at home until now",
    "No investigation so far", "Some rest at home made no clear difference",
)  # fmt: skip
_SHORT_COURSE = ("Brought in by the family", "No treatment before arrival", "Came straight to hospital",
                 "Little change on the way to hospital", "Waited at home for a while, then came in")  # fmt: skip
_ENDINGS = {
    "emergency": ("Seen in the emergency department", "Seen on arrival by the duty doctor", "Assessed on arrival"),
    "inpatient": ("Admitted for further work-up", "Referred for admission to {department}", "Admitted to the ward"),
    "outpatient": ("Seen in the {department} clinic", "Came to clinic for advice", "Referred by the family doctor"),
}
_HEALTHY = ("Previously well.", "No past medical history of note.", "Otherwise fit and well.", "No regular medication.")
_OPENINGS_HISTORY = ("PMH: ", "Past history: ", "Background: ", "", "")
_CHILD_YEARS = 14


def present_illness_en(
    rng: Random, visit: Visit, *, findings: list[str], negatives: list[str], onset: str, short: bool
) -> str:
    """Write the present illness.

    Args:
        rng: The stream of the case.
        visit: Whose illness it is.
        findings: Wordings of the positive findings, the leading ones first.
        negatives: Wordings of what is denied, as positive terms.
        onset: Circumstances of the onset.
        short: A triage note of one or two sentences.
    """
    core, rest = findings[0], findings[1:]
    is_name = not _STATEMENT.match(core)
    if rest and chance(rng, 0.45) and is_name and not _STATEMENT.match(rest[0]) and " and " not in core:
        core, rest = f"{core} and {rest[0]}", rest[1:]
    openings = _SHORT if short else (_NOUN_OPENINGS if is_name and chance(rng, 0.75) else _ANY_OPENINGS)
    gaps = {**_person(rng, visit), "core": core, "dur": visit.duration.en(rng), "onset": onset}
    gaps |= {name.capitalize(): _capital(text) for name, text in gaps.items()}
    sentences = [pick(rng, openings).format(**gaps)]
    middle = _further(rng, rest)
    if negatives and (not short or chance(rng, 0.6)):
        middle.append(_denial(rng, visit, negatives[: 2 if short else None]))
    if not short and not visit.began_in_hospital and chance(rng, 0.5):
        middle.append(pick(rng, _SHORT_COURSE if visit.duration.is_acute else _LONG_COURSE))
    if not short and not visit.began_in_hospital and chance(rng, 0.4):
        middle.append(pick(rng, _ENDINGS[visit.condition.setting]).format(department=_department(visit)))
    return " ".join(f"{sentence}." for sentence in [*sentences, *middle])


def past_history_en(rng: Random, visit: Visit, entries: list[str]) -> str:
    """Write the past history."""
    extra = []
    if not any("allerg" in entry for entry in entries) and chance(rng, 0.4):
        extra.append(pick(rng, ("no known drug allergies", "NKDA", "no known allergies")))
    if not entries:
        return pick(rng, _HEALTHY) + (f" {_capital(extra[0])}." if extra else "")
    if chance(rng, 0.5):
        return pick(rng, _OPENINGS_HISTORY) + _capital("; ".join([*entries, *extra])) + "."
    return " ".join(f"{_capital(entry)}." for entry in [*entries, *extra])


def exam_en(rng: Random, exam: list[str], tests: list[str]) -> str:
    """Write examination and test results."""
    blocks = []
    if exam:
        blocks.append(pick(rng, ("On examination: ", "O/E: ", "Exam: ", "", "Findings: ")) + "; ".join(exam) + ".")
    if tests:
        label = pick(rng, ("Investigations: ", "Results: ", "Work-up: ", "Tests: ", "Ix: "))
        blocks.append(label + pick(rng, ("; ", ". ", "; ")).join(tests) + ".")
    return " ".join(blocks)


def _person(rng: Random, visit: Visit) -> dict[str, str]:
    male, child = visit.is_male, visit.age_years < _CHILD_YEARS
    if visit.age_years < 18:
        noun = "boy" if male else "girl"
    else:
        noun = "man" if male else "woman"
    article = "an" if str(visit.age.value).startswith("8") or visit.age.value in (11, 18) else "a"
    return {
        "who": f"{article} {age_en(visit.age)} {noun}",
        "tag": f"{visit.age.value}{'M' if male else 'F'}" if visit.age_years >= 18 else f"{age_en(visit.age)} {noun}",
        "pronoun": "the parents" if child else ("he" if male else "she"),
        "reported": "whose parents report" if child else pick(rng, ("reporting", "describing", "complaining of")),
    }


def _further(rng: Random, findings: list[str]) -> list[str]:
    names = [text for text in findings if not _STATEMENT.match(text)]
    statements = [text for text in findings if _STATEMENT.match(text)]
    sentences = []
    while names:
        n = 1 + int(rng.random() * 3)
        sentences.append(pick(rng, _FURTHER_NOUN).format(a=_enumerate(names[:n], "and")))
        names = names[n:]
    if statements:
        sentences.append(pick(rng, _FURTHER_ANY).format(a="; ".join(statements)))
    return shuffled(rng, sentences)


def _denial(rng: Random, visit: Visit, negatives: list[str]) -> str:
    forms = _CHILD_DENIALS if visit.age_years < _CHILD_YEARS else _DENIALS
    form = pick(rng, forms)
    negatives = [part for text in negatives for part in _flat(text)]
    bare = [re.sub(r"^(a|an|any|no) ", "", text) if form.startswith("No") else text for text in negatives]
    return form.format(a=_enumerate(bare, "or"))


def _flat(text: str) -> list[str]:
    """Split "nausea or vomiting", but not "blood or pus in the stool"."""
    return [text] if _PREPOSITION.search(text) else re.split(r", | or ", text)


def _enumerate(items: list[str], word: str) -> str:
    if len(items) == 1:
        return items[0]
    if any(" and " in item or " or " in item or "," in item for item in items[:-1]) and word == "and":
        return "; ".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def _department(visit: Visit) -> str:
    name = visit.condition.department_en
    return name if name.isupper() else name.lower()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
