"""The evidence in words, Chinese or English: what the terminal and the report both say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from casefinder.pathways.model import Comparison, PathStep, PathwayEvidence, Phase, Reason, SetAside, Stratum, Verdict
from casefinder.pathways.rates import Rate, Spread

PHASES: Final = {
    Phase.WORK_UP: ("检查评估", "work-up"),
    Phase.FIRST_TREATMENT: ("首次治疗", "first treatment"),
    Phase.LATER_CARE: ("后续及升级治疗", "later care and escalation"),
    Phase.FOLLOW_UP: ("随访与宣教", "follow-up and advice"),
}
STATUSES: Final = {
    "recovered": ("治愈", "recovered"),
    "improved": ("好转", "improved"),
    "unchanged": ("未愈", "unchanged"),
    "worsened": ("恶化", "worsened"),
    "died": ("死亡", "died"),
    "transferred": ("转院", "transferred"),
    "left_against_advice": ("自动出院", "left against advice"),
    "ongoing": ("治疗中", "ongoing"),
}
MEASURES: Final = {
    "favourable": ("治愈或好转", "recovered or improved"),
    "died": ("死亡", "died"),
    "readmitted": ("30天内再入院", "readmitted within 30 days"),
}
_REASONS: Final = {
    Reason.SAME_PATIENT: ("同一患者的另一次就诊", "another visit of a patient already counted"),
    Reason.NEAR_DUPLICATE: ("与另一病例文本几乎相同", "text nearly the same as another case"),
    Reason.NO_TREATMENT: ("未记录治疗", "no treatment recorded"),
    Reason.UNRELATED: ("相似度过低", "not similar enough"),
    Reason.CONTRADICTS_ITSELF: ("记录自相矛盾", "the record contradicts itself"),
    Reason.CONTRADICTS_QUESTION: ("与主诉相矛盾", "says the opposite of the question"),
}
_FEATURES_ZH: Final = {
    "age": "年龄",
    "male": "男性",
    "hypertension": "高血压",
    "diabetes": "糖尿病",
    "coronary disease": "冠心病",
    "heart failure": "心力衰竭",
    "atrial fibrillation": "心房颤动",
    "stroke": "脑卒中",
    "chronic lung disease": "慢性肺病",
    "chronic kidney disease": "慢性肾病",
    "liver disease": "肝病",
    "cancer": "肿瘤",
}
_STRATA_ZH: Final = {
    "age": "年龄组",
    "sex": "性别",
    "comorbidity": "合并症",
    "female": "女",
    "male": "男",
    "other": "其他",
    "none": "无",
    "one": "一种",
    "two or more": "两种及以上",
}
_MOST_FEATURES: Final = 4


def rate_words(rate: Rate, *, zh: bool) -> str:
    """Write a rate with its interval, or only the counts where no rate is given."""
    if rate.share is None or rate.low is None or rate.high is None:
        return f"{rate.count}/{rate.n}（不计率）" if zh else f"{rate.count}/{rate.n} (no rate)"
    return f"{rate.share:.0%} [{rate.low:.0%}–{rate.high:.0%}], {rate.count}/{rate.n}"


def day_words(days: Spread, *, zh: bool) -> str:
    """Write the typical day with its quartiles: ``D1 (D1–D2)``; empty where none is given."""
    if days.median is None or days.lower_quartile is None or days.upper_quartile is None:
        return ""
    if days.lower_quartile == days.upper_quartile:
        return f"D{days.median:g}"
    return f"D{days.median:g} (D{days.lower_quartile:g}–D{days.upper_quartile:g})"


def stay_words(stay: Spread, *, zh: bool) -> str:
    """Write the length of stay; empty where none is given."""
    if stay.median is None or stay.lower_quartile is None or stay.upper_quartile is None:
        return ""
    quartiles = f"{stay.lower_quartile:g}–{stay.upper_quartile:g}"
    return f"住院 {stay.median:g} 天（{quartiles}）" if zh else f"stay {stay.median:g} days ({quartiles})"


def feature_words(feature: str, *, zh: bool) -> str:
    """Name a baseline feature."""
    if feature.startswith("diagnosis "):
        name = feature.removeprefix("diagnosis ")
        return f"诊断{name}" if zh else f"diagnosis {name}"
    return _FEATURES_ZH.get(feature, feature) if zh else feature


def stratum_words(word: str, *, zh: bool) -> str:
    """Name a stratum or what it divides by."""
    return _STRATA_ZH.get(word, word) if zh else word


def stratum_shares(stratum: Stratum, *, zh: bool) -> list[str]:
    """Write which ways of treating the patients of a stratum had: rates one by one, the others together."""
    lines = [f"{v} {rate_words(rate, zh=zh)}" for v, rate in stratum.variants if rate.share is not None]
    others = [f"{v} {rate.count}" for v, rate in stratum.variants if rate.share is None]
    if others:
        lines.append(f"不计率：{'、'.join(others)}" if zh else f"no rate: {', '.join(others)}")
    return lines


def comparison_lines(comparisons: Sequence[Comparison], *, zh: bool) -> list[str]:
    """Say what the comparisons allow to be said: differences one by one, the others together by measure."""
    lines = [_difference_words(found, zh=zh) for found in comparisons if found.verdict == Verdict.DIFFER]
    for measure, words in MEASURES.items():
        own = [found for found in comparisons if found.measure == measure]
        overlap = [f"{found.first}/{found.second}" for found in own if found.verdict == Verdict.OVERLAP]
        n_few = sum(found.verdict == Verdict.TOO_FEW for found in own)
        parts = []
        if overlap:
            pairs = ("、" if zh else ", ").join(overlap)
            parts.append(f"{pairs} 区间重叠，不排序" if zh else f"{pairs} intervals overlap, not ranked")
        if n_few:
            few = f"{n_few} 对例数过少，不作比较" if zh else f"pairs with too few patients, not compared: {n_few}"
            parts.append(few)
        if parts:
            lines.append(f"{words[0]}：{'；'.join(parts)}" if zh else f"{words[1]}: {'; '.join(parts)}")
    return lines


def _difference_words(found: Comparison, *, zh: bool) -> str:
    """Say that two ways differ, and what else may explain it."""
    measure = MEASURES[found.measure][0 if zh else 1]
    pair = f"{found.first} / {found.second}"
    names = [feature_words(d.feature, zh=zh) for d in found.differences[:_MOST_FEATURES]]
    if zh:
        others = f"治疗前两组在{'、'.join(names)}上已不同；" if names else ""
        return f"{pair}，{measure}：区间不重叠；{others}病情较重者可能接受了不同的治疗，不能归因于治疗"
    others = f" the groups already differed in {', '.join(names)};" if names else ""
    return (
        f"{pair}, {measure}: intervals do not meet;{others} sicker patients may have received the one or the other, "
        "so the treatment need not be the cause"
    )


def reason_words(found: SetAside, *, zh: bool) -> str:
    """Say why a case is not counted, and of which case or finding."""
    words = _REASONS[found.reason][0 if zh else 1]
    of = found.counted_as or (found.zh if zh else found.en)
    return f"{words} ({of})" if of else words


def discordance_lines(evidence: PathwayEvidence, *, zh: bool) -> list[str]:
    """Say for every rule that applies which words speak against which steps of which ways, however rare they are."""
    names = {step.key: step.name(zh=zh) for variant in evidence.variants for step in variant.steps}
    lines = []
    for rule in dict.fromkeys(found.rule for found in evidence.discordances):
        own = [found for found in evidence.discordances if found.rule == rule]
        steps = ("、" if zh else ", ").join(f"{names[f.step_key]} ({', '.join(f.variants)})" for f in own)
        lines.append(f"“{own[0].text}” — {own[0].zh if zh else own[0].en}: {steps}")
    return lines


def contradiction_words(evidence: PathwayEvidence, *, zh: bool, most: int | None = None) -> str:
    """Say which hits contradict the question and by what, at most so many by name; empty where none does."""
    found = evidence.contradicting
    if not found:
        return ""
    named = "; ".join(f"{aside.case_id} ({aside.zh if zh else aside.en})" for aside in found[:most])
    rest = " …" if most is not None and len(found) > most else ""
    head = (
        f"与主诉相矛盾，单列而不计入任何率（{len(found)} 例）"
        if zh
        else f"Contradict the question, kept out of every rate ({len(found)})"
    )
    return f"{head}: {named}{rest}"


def limit_words(small_cell: int, *, zh: bool) -> str:
    """Say where no rate is given."""
    if zh:
        return f"少于 {small_cell} 例者不计率；由其余各组之率可推得者亦不计。"
    return (
        f"No rate is given where fewer than {small_cell} patients stand behind it, nor one that would tell such a rate."
    )


def step_words(step: PathStep, *, zh: bool) -> str:
    """Name a step with its typical day."""
    day = day_words(step.days, zh=zh)
    return f"{step.name(zh=zh)}  {day}".rstrip()


def rare_words(steps: Sequence[PathStep], *, small_cell: int, zh: bool) -> str:
    """Name the steps that too few patients had for a rate, each with its number; empty where there are none."""
    rare = sorted((s for s in steps if s.support.share is None), key=lambda s: -s.support.count)
    names = ("、" if zh else ", ").join(f"{step.name(zh=zh)} {step.support.count}" for step in rare)
    head = f"另有（各少于 {small_cell} 例）：" if zh else f"also, each in fewer than {small_cell}: "
    return head + names if names else ""


def class_words(step: PathStep, *, zh: bool) -> str:
    """Name the classes of a drug; empty where it has none."""
    return ("、" if zh else ", ").join(found.zh if zh else found.en for found in step.classes)


def standing_words(*, zh: bool) -> str:
    """Return the sentence that stands under every answer."""
    english = "association in past cases, not a recommendation"
    return f"以上为既往病例中的关联，并非治疗建议 ({english})" if zh else english
