"""What was erased is in no byte of the directory, and of nothing that is made afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from casefinder import CaseFinder
from casefinder.casebase import back_up, erase, verify
from casefinder.cases import Case, Diagnosis, Outcome, Patient, Sections, StepKind, TreatmentStep
from casefinder.cases.reading import Origin, Reject
from casefinder.errors import CaseNotFoundError
from tests.casebase.asking import answers, answers_of, bytes_of
from tests.material import HashEncoder, made_case, made_cases

FIELDS = (
    "id", "patientid", "department", "complaint", "illness", "history", "exam", "notes", "diagnosis", "icd",
    "stepname", "stepdetail", "stepcode", "outcomenote", "attributename", "attributevalue",
)  # fmt: skip
PLANTED = {name: f"zqx{number:02d}{name}" for number, name in enumerate(FIELDS)}


def planted_case() -> Case:
    p = PLANTED
    return Case(
        id=p["id"],
        sections=Sections(p["complaint"], p["illness"], p["history"], exam=p["exam"], notes=p["notes"]),
        patient=Patient(id=p["patientid"]),
        department=p["department"],
        diagnoses=(Diagnosis(p["diagnosis"], "Z99.8"),),
        treatment_path=(TreatmentStep(StepKind.TEST, p["stepname"], p["stepdetail"], day=0, code=p["stepcode"]),),
        outcome=Outcome(note=p["outcomenote"]),
        attributes={p["attributename"]: p["attributevalue"]},
    )


@pytest.fixture
def finder(base: Path) -> Iterator[CaseFinder]:
    with CaseFinder.open(base, encoder=HashEncoder()) as opened:
        yield opened


def traces(*places: Path) -> list[str]:
    """Which planted strings stand in the bytes, in UTF-8 or UTF-16, and the vector."""
    data = bytes_of(*places)
    found = [text for text in PLANTED.values() if text.encode() in data or text.encode("utf-16-le") in data]
    (vector,) = HashEncoder().encode([PLANTED["diagnosis"]])
    return found + ["vector"] * (vector.astype("<f2").tobytes() in data)


@pytest.mark.parametrize("compacts", [False, True], ids=["in the tail", "in the snapshot"])
@pytest.mark.parametrize("removes", [False, True], ids=["still there", "removed before"])
def test_erased_case_is_in_no_byte(
    finder: CaseFinder, base: Path, tmp_path: Path, compacts: bool, removes: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    finder.add([planted_case(), *made_cases(70)[60:]])
    finder.update([planted_case()])
    if compacts:
        finder.compact()
    if removes:
        finder.remove([PLANTED["id"]])
    assert len(traces(base)) >= len(PLANTED) - 1  # the test sees what it looks for
    report = erase(base, [PLANTED["id"]])
    assert (report.n_erased, report.n_cases) == (0 if removes else 1, 70)
    back_up(base, tmp_path / "backup")
    assert traces(base, tmp_path / "backup") == []
    output = capfd.readouterr()
    assert not any(text in output.out + output.err for text in PLANTED.values())
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
