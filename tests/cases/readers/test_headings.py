from __future__ import annotations

import pytest

from casefinder.cases import AgeUnit
from casefinder.cases.readers.headings import Field, age_unit_in, field_of, label_of, parse_column_map, part_of
from casefinder.errors import ColumnMapError


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("主诉", Field.CHIEF_COMPLAINT), ("主 诉", Field.CHIEF_COMPLAINT), ("主　诉", Field.CHIEF_COMPLAINT),
        ("【主诉】", Field.CHIEF_COMPLAINT), ("Chief Complaint", Field.CHIEF_COMPLAINT),
        ("CHIEF_COMPLAINT", Field.CHIEF_COMPLAINT), ("chief-complaint", Field.CHIEF_COMPLAINT),
        ("ＩＤ", Field.ID), ("住院号", Field.ID), ("patient_id", Field.PATIENT_ID), ("年龄(岁)", Field.AGE),
        ("年龄（月）", Field.AGE), ("年龄_岁", Field.AGE), ("Age [years]", Field.AGE), ("age_months", Field.AGE),
        ("年龄单位", Field.AGE_UNIT), ("住院天数（天）", Field.STAY_DAYS), ("*性别*", Field.SEX),
        ("既往史", Field.PAST_HISTORY), ("ICD-10", Field.ICD10), ("出院诊断", Field.DIAGNOSIS),
        ("document", Field.DOCUMENT),
        ("疾病", None), ("attribute", None), ("姓名", Field.IDENTITY), ("", None), ("  ", None), ("()", None),
    ],
)  # fmt: skip
def test_common_headings_are_understood(heading: str, field: Field | None) -> None:
    assert field_of(heading) is field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("既往史、个人史及家族史", Field.PAST_HISTORY), ("主诉(其父代诉)及病史", Field.PRESENT_ILLNESS),
        ("主诉及病史（家长代诉）", Field.PRESENT_ILLNESS), ("疾病", Field.CHIEF_COMPLAINT), ("治法", Field.TREATMENT),
        ("查体及治疗", None), ("document", None), ("体温", None),
    ],
)  # fmt: skip
def test_headings_inside_a_text(heading: str, field: Field | None) -> None:
    assert part_of(heading) is field


@pytest.mark.parametrize(
    ("heading", "unit"),
    [("年龄(岁)", AgeUnit.YEARS), ("年龄（月）", AgeUnit.MONTHS), ("age_days", AgeUnit.DAYS),
     ("Age (yrs)", AgeUnit.YEARS), ("年龄", None), ("age", None), ("patient age", None)],
)  # fmt: skip
def test_the_unit_of_age_in_a_heading(heading: str, unit: AgeUnit | None) -> None:
    assert age_unit_in(heading) == unit


def test_a_label_is_kept_only_where_the_text_would_not_say_what_it_is_about() -> None:
    assert label_of(Field.PAST_HISTORY, "过敏史") == "过敏史："
    assert label_of(Field.PAST_HISTORY, "Family History") == "Family History: "
    assert label_of(Field.PAST_HISTORY, "既往史") == ""
    assert label_of(Field.EXAM, "体格检查") == ""
    assert label_of(Field.PRESENT_ILLNESS, "病情描述") == ""


def test_a_map_names_fields_that_exist() -> None:
    assert parse_column_map({" 症状 ": "chief_complaint", "a": "exam", "b": "exam"}) == {
        "症状": Field.CHIEF_COMPLAINT,
        "a": Field.EXAM,
        "b": Field.EXAM,
    }
    assert parse_column_map(None) == {}
    with pytest.raises(ColumnMapError, match="--map 症状=complaints: no field 'complaints'; the fields are id, "):
        parse_column_map({"症状": "complaints"})
