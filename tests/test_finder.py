"""`CaseFinder`, as a library user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefinder import CaseFinder, DepartmentIs, Hit, OnDuplicate
from casefinder.cases import case_to_json
from casefinder.errors import CaseBaseNotFoundError, CaseNotFoundError, ColumnMapError, EncoderMismatchError
from tests.material import HashEncoder, made_case, made_cases


@pytest.fixture
def finder(built_directory: Path) -> CaseFinder:
    return CaseFinder.open(built_directory, encoder=HashEncoder())


def test_search_returns_hits_best_first(finder: CaseFinder) -> None:
    with finder:
        hits = finder.search("胸痛伴冷汗6天", k=4)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert all(isinstance(hit, Hit) for hit in hits)
    assert hits[0].case == made_case(6)


def test_filter_is_given_as_where(finder: CaseFinder) -> None:
    with finder:
        hits = finder.search("胸痛", k=60, where=DepartmentIs("心内科"))
        assert {hit.case.department for hit in hits} == {"心内科"}
        assert len(hits) == finder.departments()["心内科"]


def test_treatment_paths_are_those_of_the_hits(finder: CaseFinder) -> None:
    with finder:
        hits = finder.search("胸痛伴冷汗6天", k=2)
        evidence = finder.treatment_paths(hits, question="胸痛伴冷汗6天，黑便")
    assert {patient.case.id for patient in evidence.patients} == {hit.case.id for hit in hits}
    assert [step.key for step in evidence.variants[0].steps] == ["electrocardiogram", "aspirin"]
    assert [(found.rule, found.text) for found in evidence.discordances] == [("active-bleeding", "黑便")]


def test_case_is_found_by_its_id(finder: CaseFinder) -> None:
    with finder:
        assert finder.case("C0007") == made_case(7)
        with pytest.raises(CaseNotFoundError, match="no case 'C9999'"):
            finder.case("C9999")


def test_base_is_built_from_cases_and_from_a_file(tmp_path: Path) -> None:
    cases = made_cases(12)
    (tmp_path / "cases.jsonl").write_text("\n".join(map(case_to_json, cases)), encoding="utf-8")
    from_cases = CaseFinder.build(cases, tmp_path / "a", encoder=HashEncoder())
    from_file = CaseFinder.build(str(tmp_path / "cases.jsonl"), str(tmp_path / "b"), encoder=HashEncoder())
    assert from_cases.n_cases == from_file.n_cases == 12
    with (
        CaseFinder.open(tmp_path / "a", encoder=HashEncoder()) as a,
        CaseFinder.open(tmp_path / "b", encoder=HashEncoder()) as b,
    ):
        assert a.search("发热") == b.search("发热")


def test_options_of_a_build_are_passed_on(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("nr,what\n1,胸痛\n1,咳嗽\n", encoding="utf-8")
    report = CaseFinder.build(
        tmp_path / "cases.csv",
        tmp_path / "base",
        encoder=HashEncoder(),
        column_map={"nr": "id", "what": "chief_complaint"},
        on_duplicate=OnDuplicate.REPLACE,
    )
    assert (report.n_cases, report.n_replaced) == (1, 1)
    with pytest.raises(ColumnMapError):
        CaseFinder.build(tmp_path / "cases.csv", tmp_path / "base", encoder=HashEncoder(), column_map={"nr": "number"})


def test_base_that_cannot_be_opened_leaves_nothing_open(tmp_path: Path, built_directory: Path) -> None:
    with pytest.raises(CaseBaseNotFoundError):
        CaseFinder.open(tmp_path)
    with pytest.raises(EncoderMismatchError):
        CaseFinder.open(built_directory, encoder=HashEncoder(version="2"))
