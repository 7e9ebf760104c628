"""What was erased is in no byte of the directory, and of nothing that is made afterwards."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from casefinder import CaseFinder
from casefinder.casebase import back_up, erase, verify
from casefinder.casebase.encoding import encode_parts
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
    case_to_json,
)
from casefinder.cases.reading import Origin, Reject
from casefinder.errors import CaseNotFoundError
from casefinder.search.weights import RankingWeights, write_weights
from casefinder.text import WeightedText, compose_presentation
from tests.casebase.asking import answers, answers_of, bytes_of
from tests.material import HashEncoder, made_case, made_cases

FIELDS = (
    "id", "patientid", "department", "complaint", "illness", "history", "exam", "notes", "diagnosis", "diagnosistwo",
    "stepname", "stepdetail", "stepcode", "outcomenote", "attributename", "attributevalue",
)  # fmt: skip
PLANTED = {name: f"zqx{number:02d}{name}" for number, name in enumerate(FIELDS)} | {"icd": "Q99.7J2ZQ9XK"}
# Values of a few to choose from, which other cases have as well.
CHOSEN = {"years", "test", "female", "died", "2019-07-23", "zh"}


def planted_case() -> Case:
    p = PLANTED
    return Case(
        id=p["id"],
        sections=Sections(p["complaint"], p["illness"], p["history"], exam=p["exam"], notes=p["notes"]),
        patient=Patient(Age(61, AgeUnit.YEARS), Sex.FEMALE, id=p["patientid"]),
        department=p["department"],
        visit_date=date(2019, 7, 23),
        language=Language.ZH,
        diagnoses=(Diagnosis(p["diagnosis"], p["icd"]), Diagnosis(p["diagnosistwo"])),
        treatment_path=(TreatmentStep(StepKind.TEST, p["stepname"], p["stepdetail"], day=0, code=p["stepcode"]),),
        outcome=Outcome(OutcomeStatus.DIED, 3, False, note=p["outcomenote"]),
        attributes={p["attributename"]: p["attributevalue"]},
    )


def written_texts(body: object) -> set[str]:
    """Every text in what JSON holds, names of attributes included."""
    if isinstance(body, dict):
        return {name for name in body if name.startswith("zqx")}.union(*map(written_texts, body.values()))
    if isinstance(body, list):
        return set().union(*map(written_texts, body))
    return {body} if isinstance(body, str) else set()


def test_every_field_of_a_case_that_holds_text_is_planted() -> None:
    case = planted_case()
    unset = {field.name for part in (case, case.patient, case.sections, case.outcome) for field in fields(part)
             if not getattr(part, field.name) and getattr(part, field.name) is not False}  # fmt: skip
    assert unset == {"from_text"}  # names of fields
    assert written_texts(json.loads(case_to_json(case))) - CHOSEN == set(PLANTED.values())


@pytest.fixture
def finder(base: Path) -> Iterator[CaseFinder]:
    with CaseFinder.open(base, encoder=HashEncoder()) as opened:
        yield opened


def traces(*places: Path) -> list[str]:
    """Which planted strings stand in the bytes, as written or in lower case, in UTF-8 or UTF-16; and which vectors."""
    data = bytes_of(*places)
    forms = {form: name for name, text in PLANTED.items() for form in (text, text.lower())}
    found = {name for text, name in forms.items() if text.encode() in data or text.encode("utf-16-le") in data}
    parts = {b"presentation": compose_presentation(planted_case())}
    parts |= {name.encode(): (WeightedText(PLANTED[name], 1.0),) for name in ("diagnosis", "diagnosistwo")}
    for digest, vector in encode_parts(HashEncoder(), parts).items():
        if vector.astype("<f2").tobytes() in data:
            found.add(f"vector of the {digest.decode()}")
    return sorted(found)


EVERYTHING = sorted([*PLANTED, "vector of the presentation", "vector of the diagnosis", "vector of the diagnosistwo"])


@pytest.mark.parametrize("compacts", [False, True], ids=["in the tail", "in the snapshot"])
@pytest.mark.parametrize("removes", [False, True], ids=["still there", "removed before"])
def test_erased_case_is_in_no_byte(
    finder: CaseFinder,
    base: Path,
    tmp_path: Path,
    compacts: bool,
    removes: bool,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("SQLITE_TMPDIR", str(temporary))
    write_weights(base, RankingWeights())
    finder.add([planted_case(), *made_cases(70)[60:]])
    finder.update([planted_case()])
    assert finder.search(PLANTED["complaint"], k=1)[0].case.id == PLANTED["id"]
    if compacts:
        finder.compact()
    assert traces(base) == EVERYTHING  # the test sees what it looks for
    if removes:
        finder.remove([PLANTED["id"]])
    report = erase(base, [PLANTED["id"]])
    assert (report.n_erased, report.n_cases) == (0 if removes else 1, 70)
    back_up(base, tmp_path / "backup")
    names = {path.name for path in base.rglob("*")}
    assert {"ranking.json", "cases.sqlite", "cases.sqlite-wal", "cases.sqlite-shm", "terms.index"} <= names
    assert traces(base, tmp_path / "backup", temporary) == []
    output = capfd.readouterr()
    assert not any(text in output.out + output.err + caplog.text for text in PLANTED.values())
    assert (finder.n_cases, verify(base).problems) == (70, ())
    with pytest.raises(CaseNotFoundError):
        finder.case(PLANTED["id"])


def test_what_was_set_aside_and_left_over_is_erased(finder: CaseFinder, base: Path) -> None:
    finder.add([planted_case()])
    for name in (
        "damaged-snapshot-000009",
        "building",
        "interrupted",
        "snapshot-000077",
        "records-000055",
        "generation-000001",
    ):
        (base / name).mkdir()
        (base / name / "remains").write_text(PLANTED["complaint"], "utf-8")
    erase(base, [PLANTED["id"]])
    assert traces(base) == []


def test_lines_of_the_rejects_that_name_a_case_are_erased(finder: CaseFinder, base: Path) -> None:
    finder.add([planted_case()])
    other = Reject(Origin("f", 2), "patient.age", "'200岁' is odd")
    finder.add([made_case(0, note="changed"), other])
    finder.add([Case(id=PLANTED["id"], sections=Sections("胸痛")), made_case(0, note="changed"), other])
    assert len((base / "rejects.jsonl").read_text("utf-8").splitlines()) == 3
    erase(base, [PLANTED["id"]])
    lines = (base / "rejects.jsonl").read_text("utf-8").splitlines()
    assert (len(lines), [PLANTED["id"] in line for line in lines]) == (2, [False, False])


def test_others_are_found_as_before(finder: CaseFinder, base: Path) -> None:
    before = answers(finder)
    finder.add([planted_case()])
    erase(base, [PLANTED["id"]])
    assert answers(finder) == before == answers_of(base)


def test_vectors_that_others_use_stay(finder: CaseFinder, base: Path) -> None:
    twin = Case(id="twin", sections=made_case(6).sections, diagnoses=made_case(6).diagnoses)
    finder.add([twin])
    erase(base, ["twin"])
    assert verify(base).problems == ()
    hit = finder.search("胸痛伴冷汗6天", k=1)[0]
    assert hit.case.id == "C0006"
    assert np.isfinite(hit.presentation_cosine)
