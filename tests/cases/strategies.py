"""Cases of every shape, for property tests."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from casefinder.cases import (
    Age,
    AgeUnit,
    Case,
    Diagnosis,
    Language,
    Outcome,
    OutcomeStatus,
    Patient,
    Sections,
    Sex,
    StepKind,
    TreatmentStep,
)

ids = st.text("AZaz09-_.病例", min_size=1, max_size=12).map(lambda text: f"id{text}")
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
filled_text = any_text.filter(lambda text: text.strip() != "")
icd10_codes = st.sampled_from(["I21.3", "A00", "X60.0", "T40.1X1A", "I21.900x002", "G01*", "A17.0+", "U07.1"])
_UNIT_LIMITS = {AgeUnit.DAYS: 47_482, AgeUnit.MONTHS: 1_560, AgeUnit.YEARS: 130}
ages = st.one_of(
    [st.builds(Age, st.integers(0, most), st.just(unit)) for unit, most in _UNIT_LIMITS.items()],
)
patients = st.builds(Patient, age=st.none() | ages, sex=st.none() | st.sampled_from(Sex), id=st.none() | ids)
sections = st.builds(
    Sections,
    chief_complaint=filled_text,
    present_illness=any_text,
    past_history=any_text,
    exam=any_text,
    notes=any_text,
)
steps = st.builds(
    TreatmentStep,
    kind=st.sampled_from(StepKind),
    name=filled_text,
    detail=any_text,
    day=st.none() | st.integers(-36_525, 36_525),
    code=st.none() | ids,
)
outcomes = st.builds(
    Outcome,
    status=st.none() | st.sampled_from(OutcomeStatus),
    stay_days=st.none() | st.integers(0, 36_525),
    readmitted_30d=st.none() | st.booleans(),
    note=any_text,
)
cases = st.builds(
    Case,
    id=ids,
    sections=sections,
    patient=patients,
    department=st.none() | filled_text,
    visit_date=st.none() | st.dates(),
    language=st.none() | st.sampled_from(Language),
    diagnoses=st.lists(st.builds(Diagnosis, filled_text, st.none() | icd10_codes), max_size=3).map(tuple),
    treatment_path=st.lists(steps, max_size=3).map(tuple),
    outcome=outcomes,
    attributes=st.dictionaries(filled_text, any_text, max_size=3),
)

# What a table with one row a case can say: no line breaks where they separate, no details, no further codes.
cell_words = st.text("胸痛发热咳嗽abcXYZ ，。%()", min_size=1, max_size=20).map(lambda text: f"词{text}词")
cell_texts = st.one_of(cell_words, st.tuples(cell_words, cell_words).map("\n".join), st.just('含"引号",逗号'))
step_names = st.text("心电图冠脉造影abc ", max_size=8).map(lambda text: f"做{text}完")
flat_cases = st.builds(
    Case,
    id=ids,
    sections=st.builds(
        Sections,
        chief_complaint=cell_texts,
        present_illness=st.just("") | cell_texts,
        past_history=st.just("") | cell_texts,
        exam=st.just("") | cell_texts,
        notes=st.just("") | cell_texts,
    ),
    patient=patients,
    department=st.none() | cell_words,
    visit_date=st.none() | st.dates(min_value=date(1950, 1, 1)),
    language=st.sampled_from(Language),
    diagnoses=st.lists(cell_words, max_size=3, unique=True).flatmap(
        lambda names: st.tuples(*(st.builds(Diagnosis, st.just(name), icd10_codes) for name in names))
    ),
    treatment_path=st.lists(
        st.builds(TreatmentStep, st.sampled_from(StepKind), step_names, day=st.none() | st.integers(-9, 999)),
        max_size=3,
    ).map(tuple),
    outcome=st.builds(
        Outcome,
        status=st.none() | st.sampled_from(OutcomeStatus),
        stay_days=st.none() | st.integers(0, 999),
        readmitted_30d=st.none() | st.booleans(),
        note=st.just("") | cell_words,
    ),
    attributes=st.dictionaries(st.sampled_from(["病房", "doi", "bed no"]), cell_words, max_size=2),
)


def as_flat(case: Case) -> dict[str, str]:
    """The cells of a case in a table whose columns are named for the fields."""
    patient, outcome = case.patient, case.outcome
    cells = {
        "id": case.id,
        "patient_id": patient.id or "",
        "age": str(patient.age or ""),
        "sex": patient.sex or "",
        "department": case.department or "",
        "visit_date": str(case.visit_date or ""),
        "language": case.language or "",
        "diagnosis": "; ".join(diagnosis.text for diagnosis in case.diagnoses),
        "icd10": "; ".join(diagnosis.icd10 or "" for diagnosis in case.diagnoses),
        "treatment": "; ".join(map(_step_text, case.treatment_path)),
        "outcome": outcome.status or "",
        "stay_days": "" if outcome.stay_days is None else str(outcome.stay_days),
        "readmitted_30d": {None: "", True: "yes", False: "no"}[outcome.readmitted_30d],
        "outcome_note": outcome.note,
    }
    texts = {name: getattr(case.sections, name) for name in Sections.__dataclass_fields__}
    return cells | texts | dict(case.attributes)


def _step_text(step: TreatmentStep) -> str:
    day = "" if step.day is None else f"D{step.day} "
    return f"{day}{step.kind}: {step.name}"
