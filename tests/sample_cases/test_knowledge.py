import re
from pathlib import Path

import pytest
from knowledge import KNOWLEDGE_DIRECTORY, KnowledgeError, check_names, load_knowledge


def test_the_shipped_knowledge_passes_its_checks() -> None:
    conditions = load_knowledge()
    assert len(conditions) >= 150
    assert len({condition.department_id for condition in conditions}) >= 15
    assert all(re.search(r"(19|20)\d\d|版|edition|th ed", condition.source) for condition in conditions)


def test_one_thing_done_has_one_name_in_each_language() -> None:
    assert check_names(load_knowledge()) == []


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('zh = "心电图", en = "12-lead ECG"', 'zh = "心电图", en = "ECG"', "more than one English name"),
        ('zh = "心电图", en = "12-lead ECG"', 'zh = "十二导联", en = "12-lead ECG"', "more than one Chinese name"),
        ('kind = "test", zh = "心电图"', 'kind = "nursing", zh = "心电图"', "more than one kind"),
        ('icd10 = "I21.0"', 'icd10 = "21.0"', "is not an ICD-10 code"),
        ('setting = "emergency"', 'setting = "ward"', "setting 'ward' is none of"),
        ('id = "stemi"', 'id = "nstemi"', "condition id 'nstemi' is used twice"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, good: str, bad: str, problem: str) -> None:
    text = (KNOWLEDGE_DIRECTORY / "cardiology.toml").read_text(encoding="utf-8")
    assert good in text
    (tmp_path / "cardiology.toml").write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(problem)):
        load_knowledge(tmp_path)
