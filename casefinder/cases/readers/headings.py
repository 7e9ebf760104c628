"""Which field of a case a column is about, told from its heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
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


# Headings of Chinese and English medical records. Spaces, punctuation, letter case and width do not matter.
_HEADINGS: Final[Mapping[Field, str]] = {
    Field.ID: "id, case id, record id, visit id, encounter id, admission id, 编号, 病例号, 病例编号, 案例编号, 病案号,"
    " 病历号, 住院号, 门诊号, 就诊号, 就诊流水号, 流水号, 病例id",
    Field.PATIENT_ID: "patient id, subject id, mrn, medical record number, 患者id, 患者编号, 病人id, 患者主索引",
    Field.AGE: "age, patient age, age years, age in years, age months, age days, 年龄, 患者年龄",
    Field.AGE_UNIT: "age unit, 年龄单位",
    Field.SEX: "sex, gender, 性别, 患者性别",
    Field.DEPARTMENT: "department, dept, specialty, speciality, ward, 科室, 就诊科室, 科别, 入院科室,"
    " 出院科室, 所属科室",
    Field.VISIT_DATE: "visit date, admission date, encounter date, date of visit, 就诊日期, 就诊时间, 入院日期,"
    " 入院时间, 门诊日期, 接诊日期",
    Field.LANGUAGE: "language, lang, 语言, 语种",
    Field.CHIEF_COMPLAINT: "chief complaint, presenting complaint, reason for visit, complaint, cc, 主诉, 主诉症状,"
    " 就诊原因, 疾病",
    Field.PRESENT_ILLNESS: "present illness, history of present illness, hpi, 现病史, 病史摘要, 病情描述, 病历摘要,"
    " 病史, 临床资料",
    Field.PAST_HISTORY: "past history, past medical history, pmh, medical history, allergies, allergy history,"
    " family history, personal history, social history, 既往史, 既往病史, 过去史, 个人史, 家族史, 过敏史, 婚育史,"
    " 月经史, 手术史, 用药史",
    Field.EXAM: "exam, examination, physical exam, physical examination, findings, vital signs, laboratory,"
    " laboratory results, labs, imaging, tests, investigations, 体格检查, 查体, 体检, 专科检查, 专科情况, 辅助检查,"
    " 实验室检查, 检验结果, 检查结果, 影像学检查, 诊查, 生命体征",
    Field.NOTES: "notes, note, comment, comments, remarks, 备注, 病程记录, 按语, 临证体会, 希望获得的帮助, 患病多久,"
    " 已就诊医院及科室",
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
    Field.DOCUMENT: "document, full text, record text, 病历全文",
}  # fmt: skip
_BRACKETED: Final = re.compile(r"[(\[【（].*?[)\]】）]")
_SEPARATORS: Final = re.compile(r"[\W_]+")
_AGE_UNITS: Final = {
    "岁": AgeUnit.YEARS, "年": AgeUnit.YEARS, "year": AgeUnit.YEARS, "years": AgeUnit.YEARS, "yr": AgeUnit.YEARS,
    "yrs": AgeUnit.YEARS, "y": AgeUnit.YEARS, "月": AgeUnit.MONTHS, "个月": AgeUnit.MONTHS, "month": AgeUnit.MONTHS,
    "months": AgeUnit.MONTHS, "mo": AgeUnit.MONTHS, "天": AgeUnit.DAYS, "日": AgeUnit.DAYS, "day": AgeUnit.DAYS,
    "days": AgeUnit.DAYS, "d": AgeUnit.DAYS,
}  # fmt: skip
_UNIT_IN_HEADING: Final = re.compile(r"(?:[(（\[]\s*|_|\s)(?P<unit>岁|年|个?月|天|日|[a-z]+)\s*[)）\]]?\s*$")


def _folded(heading: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", heading).casefold())


_FIELD_OF: Final = {
    _folded(heading): field for field, headings in _HEADINGS.items() for heading in (*headings.split(","), field)
}


def field_of(heading: str) -> Field | None:
    """Return the field that a heading is known to stand for; None for an unknown one.

    A unit or remark in brackets does not matter: ``年龄(岁)`` is the age.
    """
    return _FIELD_OF.get(_folded(heading)) or _FIELD_OF.get(_folded(_BRACKETED.sub("", heading)))


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
            fields[column] = Field(name)
        except ValueError as exc:
            known = ", ".join(Field)
            raise ColumnMapError(f"--map {column}={name}: no field {name!r}; the fields are {known}") from exc
    return fields
