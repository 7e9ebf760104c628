"""A report of the evidence as one HTML file: nothing is loaded from anywhere, and it prints."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

from casefinder.errors import CasefinderError
from casefinder.pathways.model import PathStep, PathwayEvidence, Phase, Variant
from casefinder.pathways.rates import Rate
from casefinder.pathways.report_style import STYLE
from casefinder.pathways.sankey import sankey_svg
from casefinder.pathways.wording import (
    PHASES,
    STATUSES,
    class_words,
    comparison_lines,
    contradiction_words,
    day_words,
    feature_words,
    limit_words,
    rare_words,
    rate_words,
    reason_words,
    standing_words,
    stay_words,
    stratum_shares,
    stratum_words,
)

_WIDE: Final = 920  # px; what a sheet of A4 and a screen of 1280 px show at full size
_NARROW: Final = 350  # px; a telephone of 390 px less its margins
_MOST_IDS: Final = 12
# Nothing may be loaded, not even by a name or detail in a record that looks like markup.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def write_report(evidence: PathwayEvidence, path: Path, *, question: str, zh: bool, with_cases: bool = False) -> None:
    """Write the report to a file.

    Raises:
        CasefinderError: The file cannot be written.
    """
    text = report_html(evidence, question=question, zh=zh, with_cases=with_cases)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise CasefinderError(f"The report cannot be written to {path}: {exc.strerror}. Name another file.") from exc


def report_html(evidence: PathwayEvidence, *, question: str, zh: bool, with_cases: bool = False) -> str:
    """Return the report as one HTML document, in Chinese or English."""
    title = "相似病例的治疗路径" if zh else "Treatment paths of similar cases"
    parts: list[str] = [
        f"<h1>{title}</h1>",
        f'<p class="question">{escape(question)}</p>',
        f'<p class="standing">{escape(standing_words(zh=zh))}</p>',
        _summary(evidence, zh=zh),
        _warnings(evidence, zh=zh),
    ]
    if evidence.n:
        parts += [
            _flow(evidence, zh=zh),
            *(_variant(variant, evidence, zh=zh) for variant in evidence.variants),
            _comparisons(evidence, zh=zh),
            _strata(evidence, zh=zh),
        ]
    parts += [_contradicting(evidence, zh=zh), _set_aside(evidence, zh=zh)]
    if with_cases:
        parts.append(_cases(evidence, zh=zh))
    parts.append(_method(evidence, zh=zh))
    language = "zh-CN" if zh else "en"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def _summary(evidence: PathwayEvidence, *, zh: bool) -> str:
    n, effective, limit = evidence.n, evidence.effective_n, evidence.small_cell
    words = (
        f"共计 {n} 例患者（按相似度加权的有效例数 {effective:.1f}），{len(evidence.variants)} 种治疗方式。"
        f"{limit_words(limit, zh=True)}"
        if zh
        else f"{n} patients (effective number {effective:.1f} after weighting by similarity), treated in "
        f"{len(evidence.variants)} ways. {limit_words(limit, zh=False)}"
    )
    names = {step.key: step.name(zh=zh) for variant in evidence.variants for step in variant.steps}
    shared = ("、" if zh else ", ").join(names[key] for key in evidence.trunk)
    trunk = f"<p>{'各方式共有' if zh else 'Common to all'}: {escape(shared)}</p>" if shared else ""
    return f"<p>{words}</p>{trunk}"


def _warnings(evidence: PathwayEvidence, *, zh: bool) -> str:
    names = {step.key: step.name(zh=zh) for variant in evidence.variants for step in variant.steps}
    rows = []
    for rule in dict.fromkeys(d.rule for d in evidence.discordances):
        found = [d for d in evidence.discordances if d.rule == rule]
        drugs = ("、" if zh else ", ").join(f"{names[d.step_key]} ({', '.join(d.variants)})" for d in found)
        rows.append(
            f"<li>“{escape(found[0].text)}” — {escape(found[0].zh if zh else found[0].en)}: "
            f"<b>{escape(drugs)}</b> <small>{escape(found[0].source)}</small></li>"
        )
    heading = "与主诉不符，请核对" if zh else "At odds with the complaint: please check"
    return f'<section class="warn"><h2>{heading}</h2><ul>{"".join(rows)}</ul></section>' if rows else ""


def _flow(evidence: PathwayEvidence, *, zh: bool) -> str:
    wide = sankey_svg(evidence, zh=zh, width=_WIDE, with_later=True)
    narrow = sankey_svg(evidence, zh=zh, width=_NARROW, with_later=False)
    legend = "".join(f"<li><b>{v.id}</b> {escape(v.name(zh=zh))}</li>" for v in evidence.variants)
    return (
        f"<section><h2>{'患者流向' if zh else 'Flow of patients'}</h2><div class='wide'>{wide}</div>"
        f"<div class='narrow'>{narrow}</div><ul class='legend'>{legend}</ul></section>"
    )


def _variant(variant: Variant, evidence: PathwayEvidence, *, zh: bool) -> str:
    if len(variant.case_ids) < evidence.small_cell:
        return _few(variant, zh=zh)
    longest = max((s.days.upper_quartile or 0.0 for s in variant.steps), default=0.0)
    flagged = {d.step_key for d in evidence.discordances if variant.id in d.variants}
    rows = []
    for phase in Phase:
        steps = [step for step in variant.steps if step.phase == phase and step.support.share is not None]
        if steps:
            rows.append(f"<h4>{PHASES[phase][0 if zh else 1]}</h4>")
            rows += [_step(step, longest, flagged=step.key in flagged, zh=zh) for step in steps]
    if rare := rare_words(variant.steps, small_cell=evidence.small_cell, zh=zh):
        rows.append(f'<p class="rare">{escape(rare)}</p>')
    axis = (
        f'<div class="step axis"><span></span><span></span><span class="ends"><i>D0</i><i>D{longest:g}</i></span></div>'
        if longest
        else ""
    )
    effective = f"n<sub>eff</sub> {variant.effective_n:.1f}"
    return (
        f'<section class="variant"><h3>{variant.id} · {escape(variant.name(zh=zh))}</h3>'
        f"<p>{_bar(variant.support)} {escape(rate_words(variant.support, zh=zh))} · {effective}</p>"
        f"{axis}{''.join(rows)}{_ending(variant, zh=zh)}{_baseline(variant, zh=zh)}"
        f"{_ids(variant.case_ids, zh=zh)}</section>"
    )


def _few(variant: Variant, *, zh: bool) -> str:
    """Show a way that few patients went: its acts in order, and how each patient ended, without any rate."""
    acts = escape(" → ".join(step.name(zh=zh) for step in variant.steps))
    told = [f"{STATUSES[status][0 if zh else 1]} {rate.count}" for status, rate in variant.ending.statuses]
    ends = ("、" if zh else ", ").join(told)
    return (
        f'<section class="variant"><h3>{variant.id} · {escape(variant.name(zh=zh))}</h3>'
        f"<p>{escape(rate_words(variant.support, zh=zh))}</p><p class='rare'>{acts}</p>"
        f"<p>{'转归：' if zh else 'Outcome: '}{escape(ends)}</p>{_ids(variant.case_ids, zh=zh)}</section>"
    )


def _step(step: PathStep, longest: float, *, flagged: bool, zh: bool) -> str:
    details = " · ".join(part for part in (class_words(step, zh=zh), "; ".join(t for t, _ in step.details)) if part)
    mark = " ⚠" if flagged else ""
    ids = escape(", ".join(step.case_ids[:_MOST_IDS]))
    return (
        f'<div class="step"><span class="name">{escape(step.name(zh=zh))}{mark}'
        f"<small>{escape(details)}</small></span>"
        f'<span class="support">{_bar(step.support)} {escape(rate_words(step.support, zh=zh))}</span>'
        f'<span class="track" title="{ids}">{_track(step, longest, zh=zh)}</span>'
        "</div>"
    )


def _track(step: PathStep, longest: float, *, zh: bool) -> str:
    """Draw the quartiles of the day on a square-root axis, which gives the first days room."""
    days = step.days
    if days.median is None or days.lower_quartile is None or days.upper_quartile is None:
        return ""
    first, middle, last = (_place(d, longest) for d in (days.lower_quartile, days.median, days.upper_quartile))
    side = "before" if middle > 60 else "after"
    return (
        f'<i class="span" style="left:{first:.1f}%;width:{max(0.0, last - first):.1f}%"></i>'
        f'<i class="dot" style="left:{middle:.1f}%"></i>'
        f'<i class="day {side}" style="left:{middle:.1f}%">{day_words(days, zh=zh)}</i>'
    )


def _place(day: float, longest: float) -> float:
    return 96 * (max(day, 0.0) / longest) ** 0.5 if longest else 0.0


def _ending(variant: Variant, *, zh: bool) -> str:
    ending = variant.ending
    rows = [(STATUSES[status][0 if zh else 1], rate) for status, rate in ending.statuses]
    if ending.readmitted.n:
        rows.append(("30天内再入院" if zh else "readmitted within 30 days", ending.readmitted))
    cells = _rate_rows(rows, zh=zh)
    stay = stay_words(ending.stay, zh=zh)
    return f"<h4>{'转归' if zh else 'Outcome'}</h4><table>{cells}</table>{f'<p>{stay}</p>' if stay else ''}"


def _baseline(variant: Variant, *, zh: bool) -> str:
    age = variant.baseline.age_years
    rows = [(feature_words(name, zh=zh), rate) for name, rate in variant.baseline.shares if rate.count]
    years = (
        f"<p>{'年龄' if zh else 'age'} {age.median:g} ({age.lower_quartile:g}–{age.upper_quartile:g})</p>"
        if age.median is not None
        else ""
    )
    heading = "患者情况（治疗前）" if zh else "Who they were before treatment"
    return f"<details><summary>{heading}</summary>{years}<table>{_rate_rows(rows, zh=zh)}</table></details>"


def _rate_rows(rows: Iterable[tuple[str, Rate]], *, zh: bool) -> str:
    return "".join(
        f"<tr><th>{escape(name)}</th><td>{_bar(rate)}</td><td>{escape(rate_words(rate, zh=zh))}</td></tr>"
        for name, rate in rows
    )


def _comparisons(evidence: PathwayEvidence, *, zh: bool) -> str:
    rows = "".join(f"<li>{escape(line)}</li>" for line in comparison_lines(evidence.comparisons, zh=zh))
    heading = "方式之间的比较（不作排序）" if zh else "Ways of treating beside each other (not ranked)"
    return f"<section><h2>{heading}</h2><ul>{rows}</ul></section>" if rows else ""


def _strata(evidence: PathwayEvidence, *, zh: bool) -> str:
    rows = []
    for stratum in evidence.strata:
        shares = "<br>".join(escape(line) for line in stratum_shares(stratum, zh=zh))
        name = f"{stratum_words(stratum.by, zh=zh)}: {stratum_words(stratum.value, zh=zh)} (n={stratum.n})"
        favourable = escape(rate_words(stratum.ending.favourable, zh=zh))
        rows.append(f"<tr><th>{escape(name)}</th><td>{shares}</td><td>{favourable}</td></tr>")
    heads = ("分层", "治疗方式", "治愈或好转") if zh else ("stratum", "way of treating", "recovered or improved")
    head = "".join(f"<th>{name}</th>" for name in heads)
    heading = "按年龄、性别、合并症分层" if zh else "By age, sex and comorbidity"
    return f"<section><h2>{heading}</h2><table class='strata'><tr>{head}</tr>{''.join(rows)}</table></section>"


def _contradicting(evidence: PathwayEvidence, *, zh: bool) -> str:
    words = contradiction_words(evidence, zh=zh)
    return f'<section class="apart"><p>{escape(words)}</p></section>' if words else ""


def _set_aside(evidence: PathwayEvidence, *, zh: bool) -> str:
    rows = "".join(
        f"<li>{escape(found.case_id)}: {escape(reason_words(found, zh=zh))}</li>" for found in evidence.set_aside
    )
    heading = f"未计入的病例（{len(evidence.set_aside)}）" if zh else f"Cases not counted ({len(evidence.set_aside)})"
    return f"<details><summary>{heading}</summary><ul>{rows}</ul></details>" if rows else ""


def _cases(evidence: PathwayEvidence, *, zh: bool) -> str:
    variant_of = {case_id: variant.id for variant in evidence.variants for case_id in variant.case_ids}
    rows = []
    for patient in evidence.patients:
        case = patient.case
        path = " → ".join(f"{'' if act.day is None else f'D{act.day} '}{act.named.name(zh=zh)}" for act in patient.acts)
        status = STATUSES[case.outcome.status][0 if zh else 1] if case.outcome.status else ""
        told = ("由叙述提取" if zh else "read from the narrative") if patient.from_narrative else ""
        rows.append(
            f"<tr><th>{escape(case.id)}<br>{variant_of[case.id]} · {patient.weight:.2f}</th>"
            f"<td>{escape(path)} <small>{told}</small></td><td>{escape(status)}</td></tr>"
        )
    heading = "附：各病例路径" if zh else "Appendix: the path of every case"
    return f"<section><h2>{heading}</h2><table class='cases'>{''.join(rows)}</table></section>"


def _ids(ids: tuple[str, ...], *, zh: bool) -> str:
    return (
        f"<details><summary>{'病例编号' if zh else 'case ids'} ({len(ids)})</summary>"
        f"<p>{escape(', '.join(ids))}</p></details>"
    )


def _method(evidence: PathwayEvidence, *, zh: bool) -> str:
    words = (
        "每名患者只计一次；率按相似度加权，区间为Wilson 95 %区间（以Kish有效例数计）；治疗方式按路径相似性分组。"
        "未调整混杂因素：病情较重者可能接受了不同的治疗。"
        if zh
        else "Every patient counts once. Rates are weighted by similarity; intervals are Wilson 95 % on Kish's "
        "effective number. Ways of treating are groups of alike paths. Nothing is adjusted for: sicker patients "
        "may have received one treatment rather than another."
    )
    return f'<p class="method">{words}</p>'


def _bar(rate: Rate) -> str:
    """Draw a share with its interval; nothing where there is no rate."""
    if rate.share is None or rate.low is None or rate.high is None:
        return '<span class="bar none"></span>'
    return (
        f'<span class="bar"><i style="width:{100 * rate.share:.0f}%"></i>'
        f'<u style="left:{100 * rate.low:.0f}%;width:{100 * (rate.high - rate.low):.0f}%"></u></span>'
    )
