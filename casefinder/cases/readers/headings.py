"""Which field of a case a column is about, told from its heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Set
from enum import StrEnum
from typing import Final

from casefinder.cases.model import AgeUnit
from casefinder.errors import ColumnMapError


class Field(StrEnum):
    """What a column of a table, or a headed part of a document, can hold."""

    ID = "id"
    PATIENT_ID = "patient_id"
    AGE = "age"
    AGE_UNIT = "age_unit"
    SEX = "sex"
    DEPARTMENT = "department"
    VISIT_DATE = "visit_date"
    LANGUAGE = "language"
    CHIEF_COMPLAINT = "chief_complaint"
    PRESENT_ILLNESS = "present_illness"
    PAST_HISTORY = "past_history"
    EXAM = "exam"
    NOTES = "notes"
    DIAGNOSIS = "diagnosis"
    ICD10 = "icd10"
    TREATMENT = "treatment"
    OUTCOME = "outcome"
    STAY_DAYS = "stay_days"
    READMITTED_30D = "readmitted_30d"
    OUTCOME_NOTE = "outcome_note"
    DOCUMENT = "document"
    ATTRIBUTE = "attribute"
    IDENTITY = "identity"


PARTED_FIELDS: Final = frozenset(
    {
        Field.CHIEF_COMPLAINT, Field.PRESENT_ILLNESS, Field.PAST_HISTORY, Field.EXAM, Field.NOTES,
        Field.DIAGNOSIS, Field.ICD10, Field.TREATMENT, Field.OUTCOME_NOTE,
    }
)  # fmt: skip
"""Fields that several columns may hold a part of each; all others have one value."""


# Headings of Chinese and English medical records. Spaces, punctuation, letter case and width do not matter.
_HEADINGS: Final[Mapping[Field, str]] = {
    Field.ID: "id, case id, record id, visit id, encounter id, admission id, 编号, 病例号, 病例编号, 案例编号, 病案号,"
    " 病历号, 住院号, 门诊号, 就诊号, 就诊流水号, 流水号, 病例id",
    Field.PATIENT_ID: "patient id, subject id, mrn, medical record number, 患者id, 患者编号, 病人id, 患者主索引",
    Field.AGE: "age, patient age, age at admission, age years, age in years, age months, age days, 年龄, 患者年龄,"
    " 入院年龄, 就诊年龄",
    Field.AGE_UNIT: "age unit, 年龄单位",
    Field.SEX: "sex, gender, 性别, 患者性别",
    Field.DEPARTMENT: "department, dept, specialty, speciality, ward, 科室, 科室名称, 就诊科室, 科别, 入院科室,"
    " 出院科室, 所属科室",
    Field.VISIT_DATE: "visit date, admission date, encounter date, date of visit, 就诊日期, 就诊时间, 入院日期,"
    " 入院时间, 门诊日期, 接诊日期",
    Field.LANGUAGE: "language, lang, 语言, 语种",
    Field.CHIEF_COMPLAINT: "chief complaint, presenting complaint, reason for visit, complaint, cc, 主诉, 主诉症状,"
    " 就诊原因",
    Field.PRESENT_ILLNESS: "present illness, history of present illness, hpi, 现病史, 病史摘要, 病情描述, 病历摘要,"
    " 病史, 主诉及病史, 主诉及现病史",
    Field.PAST_HISTORY: "past history, past medical history, pmh, medical history, allergies, allergy history,"
    " family history, personal history, social history, 既往史, 既往病史, 过去史, 个人史, 家族史, 过敏史, 婚育史,"
    " 月经史, 手术史, 用药史",
    Field.EXAM: "exam, examination, physical exam, physical examination, findings, vital signs, laboratory,"
    " laboratory results, labs, imaging, tests, investigations, 体格检查, 查体, 体检, 专科检查, 专科情况, 专科查体,"
    " 辅助检查, 实验室检查, 检验结果, 检查结果, 影像学检查, 诊查, 生命体征",
    Field.NOTES: "notes, note, comment, comments, remarks, 备注, 病程记录, 按语, 临证体会",
    Field.DIAGNOSIS: "diagnosis, diagnoses, final diagnosis, discharge diagnosis, principal diagnosis, impression,"
    " assessment, 诊断, 出院诊断, 入院诊断, 初步诊断, 主要诊断, 最终诊断, 疾病诊断, 临床诊断, 病情摘要及初步印象,"
    " 初步印象, 辨证, 中医诊断, 西医诊断",
    Field.ICD10: "icd10, icd 10, icd code, icd10 code, diagnosis code, 诊断编码, 疾病编码, icd编码, icd10编码",
    Field.TREATMENT: "treatment, treatment path, therapy, plan, management, procedures, medications, 治疗, 治疗方案,"
    " 治疗经过, 诊疗经过, 治疗路径, 处理, 处理意见, 医嘱, 用药, 处方, 总结建议",
    Field.OUTCOME: "outcome, outcome status, discharge status, disposition, 转归, 结局, 治疗结果, 出院情况, 离院方式,"
    " 疗效",
    Field.STAY_DAYS: "length of stay, length of stay days, los, stay days, 住院天数, 住院日, 住院时长",
    Field.READMITTED_30D: "readmitted 30d, readmission 30d, readmission within 30 days, 30天再入院, 30日再入院",
    Field.OUTCOME_NOTE: "outcome note, follow up, 随访, 预后, 转归说明",
    Field.DOCUMENT: "document, full text, record text, 病历全文, 临床资料",
    Field.ATTRIBUTE: "",
    # What names a person or leads to one. Nothing here needs it, so it is left out unless the user maps it elsewhere.
    Field.IDENTITY: "name, patient name, full name, phone, phone number, telephone, mobile, address, home address,"
    " email, passport number, ssn, social security number, 姓名, 患者姓名, 病人姓名, 身份证, 身份证号, 身份证号码,"
    " 证件号, 证件号码, 电话, 联系电话, 手机, 手机号, 手机号码, 住址, 家庭住址, 家庭地址, 地址, 联系地址,"
    " 联系人, 联系人姓名, 联系人电话, 邮箱, 电子邮箱, 医保卡号, 社保卡号",
}  # fmt: skip
# What only the parts of a text are called; as the name of a column each could mean something else.
_PART_HEADINGS: Final[Mapping[Field, str]] = {
    Field.CHIEF_COMPLAINT: "疾病",
    Field.PAST_HISTORY: "用药情况, 怀孕情况",
    # What is said behind a doctor's turn of a consultation holds advice, also where the patient answers.
    Field.NOTES: "希望获得的帮助, 患病多久, 已就诊医院及科室, 医生, 医生回复, 对话, dialogue",
    Field.TREATMENT: "药品, 治法, 方药, 计划, 治疗计划, 治疗方式, 治疗过程, 治疗术式, 手术经过, 手术记录",
}
# Headings that say no more than the name of their field; every other one is kept in front of its text, because
# ``过敏史：无`` means something and ``无`` does not.
_PLAIN_HEADINGS: Final = (
    "既往史, 既往病史, 过去史, past medical history, pmh, medical history, 体格检查, 查体, 体检, 诊查, physical exam,"
    " examination, physical examination, note, 备注"
)
_LABELLED_FIELDS: Final = frozenset({Field.PAST_HISTORY, Field.EXAM, Field.NOTES})
_COMPARED_FIELDS: Final = frozenset(
    {Field.CHIEF_COMPLAINT, Field.PRESENT_ILLNESS, Field.PAST_HISTORY, Field.EXAM}
)  # fmt: skip
_ANSWER_FIELDS: Final = frozenset({Field.DIAGNOSIS, Field.TREATMENT, Field.OUTCOME, Field.OUTCOME_NOTE})
_MOST_COMBINED: Final = 30  # characters of a heading such as 既往史、个人史及家族史
_COMBINED: Final = re.compile(r"[、，,/及和与]|\band\b|&")
_BRACKETED: Final = re.compile(r"[(\[【（].*?[)\]】）]")
_SEPARATORS: Final = re.compile(r"[\W_]+")
_AGE_UNITS: Final = {
    "岁": AgeUnit.YEARS, "歲": AgeUnit.YEARS, "周岁": AgeUnit.YEARS,
    "年": AgeUnit.YEARS, "year": AgeUnit.YEARS, "years": AgeUnit.YEARS, "yr": AgeUnit.YEARS,
    "yrs": AgeUnit.YEARS, "y": AgeUnit.YEARS, "月": AgeUnit.MONTHS, "个月": AgeUnit.MONTHS, "month": AgeUnit.MONTHS,
    "months": AgeUnit.MONTHS, "mo": AgeUnit.MONTHS, "天": AgeUnit.DAYS, "日": AgeUnit.DAYS, "day": AgeUnit.DAYS,
    "days": AgeUnit.DAYS, "d": AgeUnit.DAYS,
}  # fmt: skip
_UNIT_IN_HEADING: Final = re.compile(r"(?:[(（\[]\s*|_|\s)(?P<unit>岁|年|个?月|天|日|[a-z]+)\s*[)）\]]?\s*$")


def _folded(heading: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", heading).casefold())


def _by_heading(headings: Mapping[Field, str]) -> dict[str, Field]:
    return {_folded(name): field for field, names in headings.items() for name in names.split(",") if name.strip()}


_FIELD_OF: Final = _by_heading(_HEADINGS) | {_folded(field): field for field in Field if field is not Field.ATTRIBUTE}
_PART_FIELD_OF: Final = _FIELD_OF | _by_heading(_PART_HEADINGS)
_PLAIN: Final = frozenset(_folded(name) for name in (*_PLAIN_HEADINGS.split(","), *Field))


def field_of(heading: str) -> Field | None:
    """Return the field that a heading is known to stand for; None for an unknown one.

    A unit or remark in brackets does not matter: ``年龄(岁)`` is the age.
    """
    return _look_up(heading, _FIELD_OF) or _look_up(_without_unit(heading), _FIELD_OF)


def part_of(heading: str) -> Field | None:
    """Return the field that the heading of a part of a text stands for; None for an unknown one.

    Beyond ``field_of`` it knows what only parts are called, and combined headings such as ``个人史及家族史``.
    """
    named = _look_up(heading, _PART_FIELD_OF)
    if named is None and len(heading) <= _MOST_COMBINED:
        fields = {_look_up(name, _PART_FIELD_OF) for name in _COMBINED.split(_BRACKETED.sub("", heading))}
        named = fields.pop() if len(fields) == 1 else _field_of_several(fields)
    return None if named is Field.DOCUMENT else named


def _field_of_several(fields: Set[Field | None]) -> Field | None:
    """Return where a part goes that holds several fields: ``病史及体检``, ``诊断及治疗``.

    None where one of them is unknown or a single value, and where only some of them are compared.
    """
    if fields <= _COMPARED_FIELDS:
        return Field.PRESENT_ILLNESS
    if fields <= _ANSWER_FIELDS:
        return Field.TREATMENT if Field.TREATMENT in fields else Field.NOTES
    return None


def label_of(field: Field, heading: str) -> str:
    """Return what is to stand in front of a text so that it still says what it is about; empty for most."""
    if field not in _LABELLED_FIELDS or _folded(_BRACKETED.sub("", heading)) in _PLAIN:
        return ""
    heading = heading.strip()
    return f"{heading}: " if heading.isascii() else f"{heading}："


def age_unit_of(text: str) -> AgeUnit | None:
    """Return the unit that a word names (``岁``, ``months``); None for any other text."""
    return _AGE_UNITS.get(_folded(text))


def age_unit_in(heading: str) -> AgeUnit | None:
    """Return the unit that an age column's heading names, as in ``年龄(岁)`` or ``age_months``."""
    match = _UNIT_IN_HEADING.search(unicodedata.normalize("NFKC", heading).casefold())
    return age_unit_of(match["unit"]) if match else None


def parse_column_map(column_map: Mapping[str, str] | None) -> dict[str, Field]:
    """Check a user's column map.

    Raises:
        ColumnMapError: It names a field that does not exist.
    """
    fields = {}
    for column, name in (column_map or {}).items():
        try:
            fields[column.strip()] = Field(name)
        except ValueError as exc:
            known = ", ".join(Field)
            raise ColumnMapError(f"--map {column}={name}: no field {name!r}; the fields are {known}") from exc
    return fields


def _look_up(heading: str, fields: Mapping[str, Field]) -> Field | None:
    return fields.get(_folded(heading)) or fields.get(_folded(_BRACKETED.sub("", heading)))


def _without_unit(heading: str) -> str:
    """Take the unit off an age's or a stay's heading that carries it without brackets: ``年龄_岁``."""
    match = _UNIT_IN_HEADING.search(unicodedata.normalize("NFKC", heading).casefold())
    return heading[: match.start()] if match and age_unit_of(match["unit"]) else heading
