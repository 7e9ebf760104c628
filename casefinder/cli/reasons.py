"""Why a case was found, in one line, and its complaint with the matching words marked."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from casefinder.cases import Case
from casefinder.clinical.findings import default_extractor
from casefinder.search import Explanation, FindingPair, Hit, MatchedBy

_LINES: Final = (
    ("匹配", "match", "green"),
    ("部分", "partly", "green"),
    ("缺", "missing", "yellow"),
    ("矛盾", "contradicts", "bold red"),
)
_MARKS: Final = {"absent": ("无", "no ")}


def reason_line(hit: Hit, question: str, *, zh: bool) -> Text:
    """Write ``匹配 胸痛 / 部分 手肿 / 缺 恶心 / 矛盾 发热`` in the question's words; empty where it names nothing."""
    explanation = hit.explanation
    line = Text()
    if hit.matched_by is MatchedBy.TREATMENT:
        return Text("治疗或编码中有此名称" if zh else "named in treatment or codes", style="green")
    wholly = tuple(pair for pair in explanation.matched if not pair.is_partly)
    partly = tuple(pair for pair in explanation.matched if pair.is_partly)
    pairs = (wholly, partly, explanation.missing, explanation.contradicted)
    for (chinese, english, style), group in zip(_LINES, pairs, strict=True):
        if group:
            line.append(" / " if line else "")
            line.append(f"{chinese if zh else english} ")
            line.append(("、" if zh else ", ").join(_words(pair, question, zh=zh) for pair in group), style=style)
    for words in _further(hit, zh=zh):
        line.append(f" / {words}" if line else words)
    return line


def marked_complaint(text: str, section: str, explanation: Explanation) -> Text:
    """Mark the words of a section that match (green) and contradict (red)."""
    marked = Text(text)
    for group, style in ((explanation.matched, "green"), (explanation.contradicted, "bold red")):
        for pair in group:
            if pair.case is not None and pair.case.section == section:
                marked.stylize(style, pair.case.start, pair.case.end)
    return marked


def complaint_section(case: Case) -> str:
    """Return the name of the section that stands for the complaint of a case."""
    names = ("chief_complaint", "present_illness", "exam", "past_history")
    return next((name for name in names if getattr(case.sections, name)), "past_history")


def _words(pair: FindingPair, question: str, *, zh: bool) -> str:
    words = question[pair.question.start : pair.question.end]
    chinese, english = _MARKS.get(pair.question.assertion, ("", ""))
    other_side = ("(对侧)" if zh else " (other side)") if pair.is_other_side else ""
    return f"{chinese if zh else english}{words}{other_side}"


def _further(hit: Hit, *, zh: bool) -> list[str]:
    """Return what else sets the case apart: sex, age and values."""
    explanation, words = hit.explanation, []
    if explanation.is_other_sex:
        words.append("性别不同" if zh else "other sex")
    if explanation.age_gap_years is not None and abs(explanation.age_gap_years) >= 1:
        words.append(f"{'年龄差' if zh else 'age'} {explanation.age_gap_years:+.0f}{'岁' if zh else ' years'}")
    lexicon = default_extractor().lexicon
    for pair in explanation.values:
        if pair.difference:
            concept = lexicon[pair.case.concept_id]
            name = concept.zh if zh else concept.en
            words.append(f"{name} {pair.case.value:g} vs {pair.question.value:g} {pair.case.unit}".strip())
    return words
