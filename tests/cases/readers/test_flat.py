from __future__ import annotations

from pathlib import Path

import pytest

from casefinder.cases import Age, AgeUnit, Diagnosis, Outcome, OutcomeStatus
from casefinder.cases.readers import CaseSource
from casefinder.cases.reading import ReadCase
from casefinder.errors import ColumnMapError
from tests.cases.readers.files import csv_bytes, read, read_table, write


def test_a_map_names_columns_that_are_not_understood(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", csv_bytes([["no", "症状 ", "经过"], ["A1", "胸痛", "三天前起病"]]))
    cases, rejects = read(path, column_map={"no": "id", "症状": "chief_complaint", "经过": "present_illness"})
    assert rejects == []
    assert (cases[0].id, cases[0].sections.chief_complaint, cases[0].sections.present_illness) == (
        "A1",
        "胸痛",
        "三天前起病",
    )


def test_two_columns_of_one_text_are_joined(tmp_path: Path) -> None:
    cases, _ = read_table(
        tmp_path, [["id", "主诉", "既往史", "过敏史", "家族史"], ["A1", "胸痛", "高血压", "无", "母亲糖尿病"]]
    )
    assert cases[0].sections.past_history == "高血压\n过敏史：无\n家族史：母亲糖尿病"


def test_two_columns_of_one_value_must_agree(tmp_path: Path) -> None:
    rows = [["住院号", "病案号", "主诉"], ["1", "1", "胸痛"], ["2", "", "发热"], ["", "3", "咳嗽"], ["4", "5", "头痛"]]
    cases, rejects = read_table(tmp_path, rows)
    assert [case.id for case in cases] == ["1", "2", "3"]
    assert rejects == [("cases.csv", 5, "id", "columns '住院号' and '病案号' differ; choose one with --map COLUMN=id")]


def test_a_mapped_column_outweighs_those_that_are_understood(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", csv_bytes([["住院号", "病案号", "主诉"], ["1", "2", "胸痛"]]))
    cases, rejects = read(path, column_map={"病案号": "id"})
    assert ([(case.id, case.attributes) for case in cases], rejects) == ([("2", {"住院号": "1"})], [])


def test_two_mapped_columns_fill_each_other_in(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", csv_bytes([["a", "b", "主诉"], ["1", "", "胸痛"], ["", "2", "发热"]]))
    cases, rejects = read(path, column_map={"a": "id", "b": "id"})
    assert ([case.id for case in cases], rejects) == (["1", "2"], [])


def test_a_column_can_be_kept_out_of_the_comparison(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", csv_bytes([["id", "主诉", "病史"], ["A1", "胸痛", "内部编码7"]]))
    cases, _ = read(path, column_map={"病史": "attribute"})
    assert (cases[0].sections.present_illness, cases[0].attributes) == ("", {"病史": "内部编码7"})


def test_a_map_of_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", csv_bytes([["id", "主诉"], ["A1", "胸痛"]]))
    with pytest.raises(
        ColumnMapError, match=r"^--map 症状=exam: there is no column '症状'; the columns are 'id', '主诉'$"
    ):
        read(path, column_map={"症状": "exam"})


def test_a_map_to_a_field_that_is_not_there_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ColumnMapError, match="--map a=complaint_text: no field 'complaint_text'"):
        read(write(tmp_path / "cases.csv", b""), column_map={"a": "complaint_text"})


@pytest.mark.parametrize(
    ("headings", "cells", "age"),
    [
        (["年龄(岁)"], ["63"], Age(63, AgeUnit.YEARS)),
        (["年龄(月)"], ["8"], Age(8, AgeUnit.MONTHS)),
        (["age_days"], ["5"], Age(5, AgeUnit.DAYS)),
        (["年龄", "年龄单位"], ["8", "月"], Age(8, AgeUnit.MONTHS)),
        (["年龄", "年龄单位"], ["63岁", "岁"], Age(63, AgeUnit.YEARS)),
        (["年龄(岁)", "年龄(月)"], ["", "8"], Age(8, AgeUnit.MONTHS)),
        (["年龄(岁)", "年龄(月)"], ["2", ""], Age(2, AgeUnit.YEARS)),
        (["年龄"], ["不详"], None),
    ],
)
def test_where_the_unit_of_an_age_stands(
    tmp_path: Path, headings: list[str], cells: list[str], age: Age | None
) -> None:
    cases, rejects = read_table(tmp_path, [["id", "主诉", *headings], ["A1", "咳嗽", *cells]])
    assert ([case.patient.age for case in cases], rejects) == ([age], [])


def test_the_user_may_give_the_unit_of_bare_ages(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.csv", csv_bytes([["id", "主诉", "age"], ["A1", "咳嗽", "8"], ["A2", "咳嗽", "8岁"]]))
    cases, _ = read(path, age_unit=AgeUnit.MONTHS)
    assert [case.patient.age for case in cases] == [Age(8, AgeUnit.MONTHS), Age(8, AgeUnit.YEARS)]
    assert read(path)[1][0][:3] == ("cases.csv", 2, "patient.age")


def test_outcomes_of_two_columns(tmp_path: Path) -> None:
    rows = [
        ["id", "主诉", "治疗结果", "离院方式", "随访"],
        ["A1", "胸痛", "好转", "医嘱离院", "一月后复查"],
        ["A2", "胸痛", "治愈", "死亡", ""],
        ["A3", "胸痛", "", "", ""],
    ]
    cases, rejects = read_table(tmp_path, rows)
    assert [case.outcome for case in cases] == [Outcome(OutcomeStatus.IMPROVED, note="医嘱离院\n一月后复查"), Outcome()]
    assert rejects == [
        (
            "cases.csv",
            3,
            "outcome.status",
            "is died and recovered in two columns; choose one with --map COLUMN=outcome",
        )
    ]


def test_diagnoses_of_two_columns_and_a_discussion_in_their_place(tmp_path: Path) -> None:
    discussion = "患者病情复杂，" * 20
    rows = [
        ["id", "主诉", "入院诊断", "出院诊断"],
        ["A1", "胸痛", "胸痛待查", "急性心肌梗死;高血压"],
        ["A2", "胸痛", "肺炎", "肺炎"],
        ["A3", "胸痛", "出院诊断：肺炎", discussion],
    ]
    rows.append(["A4", "胸痛", "肺炎。", f"此属久病。{'当用补法，' * 9}"])
    cases, _ = read_table(tmp_path, rows)
    assert (cases[3].diagnoses, cases[3].sections.notes) == (
        (Diagnosis("肺炎"),),
        f"出院诊断：此属久病。{'当用补法，' * 9}",
    )
    assert [case.diagnoses for case in cases[:3]] == [
        (Diagnosis("胸痛待查"), Diagnosis("急性心肌梗死"), Diagnosis("高血压")),
        (Diagnosis("肺炎"),),
        (Diagnosis("出院诊断：肺炎"),),
    ]
    assert cases[2].sections.notes == f"出院诊断：{discussion}"
    assert not any("肺炎" in case.sections.chief_complaint for case in cases)


def test_a_cell_that_repeats_its_heading_is_freed_of_it(tmp_path: Path) -> None:
    cases, _ = read_table(tmp_path, [["id", "主诉", "辨证"], ["A1", "主诉：胸痛", "辨证；气滞血瘀"]])
    assert (cases[0].sections.chief_complaint, cases[0].diagnoses) == ("胸痛", (Diagnosis("气滞血瘀"),))


def test_a_document_beside_columns(tmp_path: Path) -> None:
    path = write(
        tmp_path / "cases.csv",
        csv_bytes(
            [
                ["id", "性别", "病历"],
                ["A1", "女", "性别：男\n年龄：63岁\n主诉：胸痛\n诊断：心梗\n治疗：溶栓\n入院日期：2024-03-01"],
            ]
        ),
    )
    cases, rejects = read(path, column_map={"病历": "document"})
    case = cases[0]
    assert rejects == []
    assert (case.patient.sex, case.patient.age, str(case.visit_date)) == (
        "female",
        Age(63, AgeUnit.YEARS),
        "2024-03-01",
    )
    assert (case.sections.chief_complaint, case.sections.present_illness) == ("胸痛", "")
    assert (case.diagnoses, [step.name for step in case.treatment_path]) == ((Diagnosis("心梗"),), ["溶栓"])


def test_unknown_columns_are_kept_and_shortened_ids_are_refused(tmp_path: Path) -> None:
    cases, rejects = read_table(tmp_path, [["id", "主诉", "床号"], ["A1", "胸痛", "07"], ["1.23457E+17", "发热", ""]])
    assert [case.attributes for case in cases] == [{"床号": "07"}]
    assert rejects == [
        (
            "cases.csv",
            3,
            "id",
            "'1.23457E+17' is a long number that a spreadsheet has shortened; format the column as text",
        )
    ]


def test_columns_that_name_a_person_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(
        "id,主诉,姓名,身份证号,联系电话\n1,胸痛,某某,110,138\n2,咳嗽,,,\n", encoding="utf-8"
    )
    source = CaseSource(tmp_path / "cases.csv")
    rows = list(source)
    assert [row.case.attributes for row in rows if isinstance(row, ReadCase)] == [{}, {}]
    assert source.left_out == ("姓名", "身份证号", "联系电话")


def test_column_that_names_a_person_is_kept_or_another_left_out_on_request(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("id,主诉,姓名,床号\n1,胸痛,某某,12\n", encoding="utf-8")
    source = CaseSource(tmp_path / "cases.csv", column_map={"姓名": "attribute", "床号": "identity"})
    (row,) = source
    assert isinstance(row, ReadCase)
    assert (row.case.attributes, source.left_out) == ({"姓名": "某某"}, ("床号",))
