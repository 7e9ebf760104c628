from __future__ import annotations

from casefinder.pathways import BaselineDifference, Comparison, Verdict
from casefinder.pathways.wording import comparison_lines

AGE = (BaselineDifference("age", -0.8),)
COMPARISONS = (
    Comparison("A", "B", "died", Verdict.DIFFER, AGE),
    Comparison("A", "C", "died", Verdict.OVERLAP, ()),
    Comparison("B", "C", "died", Verdict.OVERLAP, ()),
    Comparison("A", "D", "died", Verdict.TOO_FEW, ()),
    Comparison("A", "B", "readmitted", Verdict.TOO_FEW, ()),
)


def test_differences_are_said_one_by_one_with_what_may_explain_them() -> None:
    assert comparison_lines(COMPARISONS, zh=False) == [
        "A / B, died: intervals do not meet; the groups already differed in age; sicker patients may have received the "
        "one or the other, so the treatment need not be the cause",
        "died: A/C, B/C intervals overlap, not ranked; pairs with too few patients, not compared: 1",
        "readmitted within 30 days: pairs with too few patients, not compared: 1",
    ]


def test_the_same_is_said_in_chinese() -> None:
    assert comparison_lines(COMPARISONS, zh=True) == [
        "A / B，死亡：区间不重叠；治疗前两组在年龄上已不同；病情较重者可能接受了不同的治疗，不能归因于治疗",
        "死亡：A/C、B/C 区间重叠，不排序；1 对例数过少，不作比较",
        "30天内再入院：1 对例数过少，不作比较",
    ]
