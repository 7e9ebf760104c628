"""Merged treatment paths as a tree with bars, on standard output."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from casefinder.cli.words import outcome_words, path_words
from casefinder.pathways import Discordance, PathStep, PathwayEvidence, Phase, Rate, Variant
from casefinder.pathways.wording import (
    PHASES,
    STATUSES,
    class_words,
    comparison_lines,
    contradiction_words,
    discordance_lines,
    limit_words,
    rare_words,
    rate_words,
    reason_words,
    standing_words,
    stay_words,
    step_words,
    stratum_shares,
    stratum_words,
)

_WIDTH_UNKNOWN: Final = 120  # of a pipe or a file
_BAR: Final = 10  # cells
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_FEW: Final = 6  # case ids beside a step; --json lists all
_MOST_APART: Final = 30  # cases that contradict the question, by name; --cases lists all


def print_evidence(evidence: PathwayEvidence, *, zh: bool, by: str | None, with_cases: bool) -> None:
    """Print the evidence; ``by`` adds the strata of that name, ``with_cases`` the path of every patient."""
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH_UNKNOWN)
    if not evidence.n:
        console.print("相似病例中未记录治疗路径。" if zh else "No similar case records a treatment path.")
    else:
        console.print(_tree(evidence, zh=zh, with_cases=with_cases))
        console.print(Text(limit_words(evidence.small_cell, zh=zh), style="dim"))
        _print_notes(console, evidence, zh=zh, with_cases=with_cases)
    if by:
        _print_strata(console, evidence, by, zh=zh)
    if with_cases:
        _print_cases(console, evidence, zh=zh)
    console.print(standing_words(zh=zh), style="dim")


def _tree(evidence: PathwayEvidence, *, zh: bool, with_cases: bool) -> Tree:
    n, effective = evidence.n, evidence.effective_n
    tree = Tree(
        Text(f"{n} 例患者（有效例数 {effective:.1f}）" if zh else f"{n} patients (effective number {effective:.1f})")
    )
    if evidence.trunk:
        names = {s.key: s.name(zh=zh) for v in evidence.variants for s in v.steps}
        shared = "、".join(names[k] for k in evidence.trunk) if zh else ", ".join(names[k] for k in evidence.trunk)
        tree.add(Text(f"各路径共有：{shared}" if zh else f"Common to all: {shared}"))
    flagged = {(d.step_key, v): d for d in evidence.discordances for v in d.variants}
    for variant in evidence.variants:
        branch = tree.add(_variant_line(variant, zh=zh))
        if len(variant.case_ids) < evidence.small_cell and not with_cases:
            branch.add(Text(" → ".join(step.name(zh=zh) for step in variant.steps), style="dim"))
            branch.add(Text(", ".join(variant.case_ids), style="dim"))
            continue
        for phase in Phase:
            steps = [s for s in variant.steps if s.phase == phase and (with_cases or s.support.share is not None)]
            if steps:
                twig = branch.add(Text(PHASES[phase][0 if zh else 1], style="italic"))
                for step in steps:
                    found = flagged.get((step.key, variant.id))
                    twig.add(_step_line(step, found, zh=zh, with_cases=with_cases))
        if not with_cases and (rare := rare_words(variant.steps, small_cell=evidence.small_cell, zh=zh)):
            branch.add(Text(rare, style="dim"))
        branch.add(_ending_line(variant, zh=zh))
    return tree


def _variant_line(variant: Variant, *, zh: bool) -> Text:
    line = Text(f"{variant.id}  {variant.name(zh=zh)}  ", style="bold")
    line.append(f"{_bar(variant.support)} {rate_words(variant.support, zh=zh)}", style="cyan")
    return line.append(f"  n_eff {variant.effective_n:.1f}", style="dim")


def _step_line(step: PathStep, found: Discordance | None, *, zh: bool, with_cases: bool) -> Text:
    line = Text(f"{_bar(step.support)} ", style="cyan").append(step_words(step, zh=zh), style="default")
    line.append(f"  {rate_words(step.support, zh=zh)}", style="dim")
    if classes := class_words(step, zh=zh):
        line.append(f"  {classes}", style="dim italic")
    if with_cases:
        shown = ", ".join(step.case_ids[:_FEW])
        line.append(f"  {shown}{' …' if len(step.case_ids) > _FEW else ''}", style="dim")
    if found:
        why = found.zh if zh else found.en
        line.append(f"  ⚠ “{found.text}”: {why}", style="bold red")
    return line


def _ending_line(variant: Variant, *, zh: bool) -> Text:
    ending = variant.ending
    parts = [f"{STATUSES[status][0 if zh else 1]} {rate_words(rate, zh=zh)}" for status, rate in ending.statuses]
    parts.append(stay_words(ending.stay, zh=zh))
    if ending.readmitted.n:
        parts.append(f"{'30天再入院' if zh else 'readmitted'} {rate_words(ending.readmitted, zh=zh)}")
    return Text(f"{'转归' if zh else 'outcome'}: {'; '.join(part for part in parts if part)}", style="green")


def _print_notes(console: Console, evidence: PathwayEvidence, *, zh: bool, with_cases: bool) -> None:
    for line in discordance_lines(evidence, zh=zh):
        console.print(Text(f"⚠ {line}", style="bold red"))
    for line in comparison_lines(evidence.comparisons, zh=zh):
        console.print(Text(line))
    if apart := contradiction_words(evidence, zh=zh, most=None if with_cases else _MOST_APART):
        console.print(Text(apart, style="yellow"))
    counts: dict[str, int] = {}
    for aside in (found for found in evidence.set_aside if found not in evidence.contradicting):
        words = reason_words(aside, zh=zh).partition(" (")[0]
        counts[words] = counts.get(words, 0) + 1
    if counts:
        listed = "; ".join(f"{words}: {count}" for words, count in counts.items())
        console.print(Text(f"{'未计入' if zh else 'Not counted'}: {listed}", style="dim"))


def _print_strata(console: Console, evidence: PathwayEvidence, by: str, *, zh: bool) -> None:
    for stratum in evidence.strata:
        if stratum.by != by:
            continue
        shares = "; ".join(stratum_shares(stratum, zh=zh))
        name = f"{stratum_words(by, zh=zh)} {stratum_words(stratum.value, zh=zh)}"
        favourable = rate_words(stratum.ending.favourable, zh=zh)
        ending = f"治愈或好转 {favourable}" if zh else f"recovered or improved {favourable}"
        console.print(Text(f"{name} (n={stratum.n}): {shares} | {ending}"))


def _print_cases(console: Console, evidence: PathwayEvidence, *, zh: bool) -> None:
    variant_of = {case_id: variant.id for variant in evidence.variants for case_id in variant.case_ids}
    for patient in evidence.patients:
        case = patient.case
        told = (" （由叙述提取）" if zh else " (read from the narrative)") if patient.from_narrative else ""
        console.print(Text(f"{variant_of[case.id]}  {case.id}  {patient.weight:.2f}{told}", style="bold"))
        path = path_words(case.treatment_path) or " → ".join(a.named.name(zh=zh) for a in patient.acts)
        console.print(Text(path, style="dim"))
        console.print(Text(outcome_words(case.outcome, zh=zh), style="dim"))
    for aside in evidence.set_aside:
        console.print(Text(f"–  {aside.case_id}: {reason_words(aside, zh=zh)}", style="dim"))


def _bar(rate: Rate) -> str:
    """Draw a share as a bar; an empty one where there is no rate."""
    eighths = round((rate.share or 0.0) * _BAR * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(_BAR, "·")
