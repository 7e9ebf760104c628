"""One whole case from the frame of a visit: sections, diagnoses, treatment path and outcome in its language."""

from __future__ import annotations

from random import Random

from chinese import exam_zh, past_history_zh, present_illness_zh
from contents import Content, Stock, choose_content, english_share, words
from courses import in_chinese, outcome, treatment_path
from drawing import chance, pick
from english import exam_en, past_history_en, present_illness_en
from letters import letter
from meanings import side as side_of
from visits import Visit

from casefinder.cases import Case, Diagnosis, Language, Patient, Sections, Sex

_SHORT_NOTE_SHARE = {"emergency": 0.22, "inpatient": 0.05, "outpatient": 0.16}
_MIXED_STYLES = ("terms", "english complaint", "english illness")
_MIXED_SHARES = (0.45, 0.8, 1.0)  # cumulative


def compose(rng: Random, visit: Visit, stock: Stock) -> Case:
    """Write the case of a first visit or of a relapse."""
    style = _mixed_style(rng) if visit.language == Language.MIXED else ""
    in_zh = visit.language == Language.ZH or style in ("terms", "english illness")
    content = choose_content(rng, visit, stock, complaint_in_chinese=in_zh)
    path = treatment_path(rng, visit)
    sections = Sections(
        chief_complaint=_complaint(rng, visit, content),
        present_illness=_present_illness(rng, visit, content, style),
        past_history=_past_history(rng, visit, content),
        exam=_exam(rng, visit, content),
        notes=letter(rng, visit, path),
    )
    return case_of(
        visit,
        sections=sections,
        diagnoses=(main_diagnosis(rng, visit, content.side), *_comorbid(rng, visit, content)),
        treatment_path=path,
        outcome=outcome(rng, visit),
        path=visit.path.name,
    )


def case_of(visit: Visit, *, path: str, **fields: object) -> Case:
    """Put a case together; ``path`` is the name of the variant, kept for measuring."""
    condition = visit.condition
    return Case(
        id=f"S{visit.number + 1:06d}",
        patient=Patient(visit.age, Sex.MALE if visit.is_male else Sex.FEMALE, f"P{visit.patient_number + 1:06d}"),
        department=condition.department_en if visit.language == Language.EN else condition.department_zh,
        visit_date=visit.day,
        language=visit.language,
        attributes={"condition": condition.id, "path": path},
        **fields,  # type: ignore[arg-type]
    )


def main_diagnosis(rng: Random, visit: Visit, side: str = "") -> Diagnosis:
    """Write the main diagnosis with its code."""
    condition = visit.condition
    chinese = in_chinese(rng, visit.language, english_share=0.6)
    names = condition.diagnosis_zh if chinese else condition.diagnosis_en
    fitting = [name for name in names if not side or side_of(name) in ("", side)]
    return Diagnosis(pick(rng, fitting or names), condition.icd10)


def _mixed_style(rng: Random) -> str:
    point = rng.random()
    return next(style for style, share in zip(_MIXED_STYLES, _MIXED_SHARES, strict=True) if point < share)


def _complaint(rng: Random, visit: Visit, content: Content) -> str:
    if content.complaint_in_chinese:
        return content.complaint.replace("{duration}", visit.duration.zh(rng))
    text = content.complaint.replace("{duration}", visit.duration.en(rng)).replace("over just over", "over about")
    return text[:1].upper() + text[1:] if chance(rng, 0.5) else text


def _present_illness(rng: Random, visit: Visit, content: Content, style: str) -> str:
    short = chance(rng, _SHORT_NOTE_SHARE[visit.condition.setting])
    english = visit.language == Language.EN or style == "english illness"
    share = 1.0 if english else english_share(visit.language, 0.4 if style == "terms" else 0.2)
    findings = words(rng, content.findings[:4] if short else content.findings, visit, content, english_share=share)
    negatives = words(rng, content.negatives, visit, content, english_share=share)
    findings = findings or [content.findings[0].en[0].text if english else content.findings[0].zh[0].text]
    if english:
        onset = pick(rng, content.stock.onset_en)
        return present_illness_en(rng, visit, findings=findings, negatives=negatives, onset=onset, short=short)
    onset, told = pick(rng, content.stock.onset_zh), content.told()
    return present_illness_zh(rng, visit, findings=findings, negatives=negatives, onset=onset, short=short, told=told)


def _past_history(rng: Random, visit: Visit, content: Content) -> str:
    entries = words(rng, content.history, visit, content, english_share=english_share(visit.language, 0.25))
    write = past_history_en if visit.language == Language.EN else past_history_zh
    return write(rng, visit, entries)


def _exam(rng: Random, visit: Visit, content: Content) -> str:
    english = visit.language == Language.EN or (visit.language == Language.MIXED and chance(rng, 0.4))
    share = 1.0 if english else english_share(visit.language, 0.3)
    exam = words(rng, content.exam, visit, content, english_share=share)
    tests = words(rng, content.tests, visit, content, english_share=share)
    return (exam_en if english else exam_zh)(rng, exam, tests)


def _comorbid(rng: Random, visit: Visit, content: Content) -> tuple[Diagnosis, ...]:
    """Write the long-standing illnesses of the history as further diagnoses."""
    found = [
        Diagnosis(illness.zh if in_chinese(rng, visit.language, english_share=0.4) else illness.en, illness.icd10)
        for illness in content.comorbid
        if not visit.condition.icd10.startswith(illness.same) and chance(rng, 0.8)
    ]
    return tuple(found[:2])
