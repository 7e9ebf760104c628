"""The flow of patients from the question over the ways of treating to the outcomes, as one SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from casefinder.pathways.model import PathwayEvidence, PatientPath, Phase
from casefinder.pathways.variants import TREATS
from casefinder.pathways.wording import STATUSES

_MOST_VARIANTS: Final = 8  # more bands than that cannot be told apart; the rest flows together
_REST: Final = "…"
_NODE_WIDTH: Final = 10
_FONT: Final = 14  # px
_GAP: Final = 14  # px between nodes of a column: room for a line of text
_COLOURS: Final = ("#2563a8", "#b4541a", "#2e7d4f", "#7a4fa3", "#a33a4f", "#3b7f8c", "#8a6d1d", "#5b6470", "#999999")
_OUTCOME_COLOURS: Final = {"recovered": "#2e7d4f", "improved": "#6aa84f", "died": "#8b1a1a", "worsened": "#b4541a"}
_GREY: Final = "#7b8794"


@dataclass(frozen=True, slots=True)
class _Node:
    column: int
    name: str
    label: str
    colour: str
    top: float
    height: float
    count: int


def sankey_svg(evidence: PathwayEvidence, *, zh: bool, width: int, with_later: bool) -> str:
    """Draw the flow; bands are as high as patients are many, and carry counts, never rates.

    Args:
        evidence: What ``treatment_paths`` returned, with at least one patient.
        zh: Whether labels are Chinese.
        width: Width in px; the height follows from the number of nodes.
        with_later: Whether a column tells who had further treatment; left out where space is narrow.
    """
    stages = _stages(evidence, zh=zh, with_later=with_later)
    trails = [tuple(stage(patient) for stage in stages) for patient in evidence.patients]
    order = _orders(trails, evidence)
    most = max(len(names) for names in order)
    height = max(180, 46 * most)
    unit = (height - _GAP * (most + 1)) / len(trails)
    labels = {"all": f"{evidence.n} 例" if zh else f"{evidence.n} patients", _REST: "其他" if zh else "others"}
    nodes = _place(trails, order, unit, labels, zh=zh)
    last = len(stages) - 1
    margin = max(_label_width(node) for node in nodes.values() if node.column == last)
    step = (width - _NODE_WIDTH - margin) / last
    body = [*_bands(trails, nodes, unit, step), *(_node(node, step) for node in nodes.values())]
    title = "患者流向" if zh else "Flow of patients"
    return (
        f'<svg class="sankey" role="img" aria-label="{title}" viewBox="0 0 {width} {height + 10}" '
        f'width="{width}" height="{height + 10}" xmlns="http://www.w3.org/2000/svg">{"".join(body)}</svg>'
    )


def _label_width(node: _Node) -> float:
    """Return how wide a label is at most, in px: a Chinese character is as wide as high, a Latin letter half of it."""
    return 8 + sum(_FONT if letter > "\u2e7f" else 0.56 * _FONT for letter in f"{node.label} · {node.count}")


def _stages(evidence: PathwayEvidence, *, zh: bool, with_later: bool) -> list[Callable[[PatientPath], str]]:
    variant_of = {
        case_id: variant.id if place < _MOST_VARIANTS else _REST
        for place, variant in enumerate(evidence.variants)
        for case_id in variant.case_ids
    }
    later = {
        (variant.id, step.key)
        for variant in evidence.variants
        for step in variant.steps
        if step.phase == Phase.LATER_CARE and step.kind in TREATS
    }
    own = {case_id: variant.id for variant in evidence.variants for case_id in variant.case_ids}
    yes, no = ("后续另有治疗", "仅首次治疗") if zh else ("further treatment", "first treatment only")

    def went_on(patient: PatientPath) -> str:
        return yes if any((own[patient.case.id], act.key) in later for act in patient.acts) else no

    def ending(patient: PatientPath) -> str:
        status = patient.case.outcome.status
        return str(status) if status else "unknown"

    def all_of_them(patient: PatientPath) -> str:
        return "all"

    stages = [all_of_them, lambda patient: variant_of[patient.case.id]]
    return [*stages, went_on, ending] if with_later else [*stages, ending]


def _orders(trails: Sequence[tuple[str, ...]], evidence: PathwayEvidence) -> list[list[str]]:
    ranks = {variant.id: place for place, variant in enumerate(evidence.variants)}
    ranks |= {status: place for place, status in enumerate(STATUSES)} | {_REST: 10**6, "unknown": 10**6}
    return [sorted({trail[c] for trail in trails}, key=lambda n: (ranks.get(n, 0), n)) for c in range(len(trails[0]))]


def _place(
    trails: Sequence[tuple[str, ...]], order: Sequence[Sequence[str]], unit: float, labels: dict[str, str], *, zh: bool
) -> dict[tuple[int, str], _Node]:
    nodes = {}
    for column, names in enumerate(order):
        counts = Counter(trail[column] for trail in trails)
        top = float(_GAP)
        for place, name in enumerate(names):
            words = STATUSES.get(name)
            label = labels.get(name) or (words[0 if zh else 1] if words else name)
            label = ("未记录" if zh else "not recorded") if name == "unknown" else label
            colour = _COLOURS[place % len(_COLOURS)] if column == 1 else _OUTCOME_COLOURS.get(name, _GREY)
            high = counts[name] * unit
            nodes[column, name] = _Node(column, name, label, colour, top, high, counts[name])
            top += high + _GAP
    return nodes


def _bands(
    trails: Sequence[tuple[str, ...]], nodes: dict[tuple[int, str], _Node], unit: float, step: float
) -> list[str]:
    drawn = []
    left = {key: node.top for key, node in nodes.items()}
    right = {key: node.top for key, node in nodes.items()}
    for column, _ in enumerate(list(pairwise(trails[0]))):
        flows = Counter((trail[column], trail[column + 1]) for trail in trails)
        ends = sorted(flows, key=lambda f: (nodes[column, f[0]].top, nodes[column + 1, f[1]].top))
        for source, target in ends:
            thick = flows[source, target] * unit
            y1, y2 = right[column, source] + thick / 2, left[column + 1, target] + thick / 2
            right[column, source] += thick
            left[column + 1, target] += thick
            x1, x2 = column * step + _NODE_WIDTH, (column + 1) * step
            middle = (x1 + x2) / 2
            colour = nodes[column + 1 if column == 0 else column, target if column == 0 else source].colour
            drawn.append(
                f'<path d="M{x1:.1f},{y1:.1f} C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}" '
                f'stroke="{colour}" stroke-opacity=".32" stroke-width="{max(1.0, thick):.1f}" fill="none"/>'
            )
    return drawn


def _node(node: _Node, step: float) -> str:
    x = node.column * step
    label = node.label if node.column == 0 else f"{node.label} · {node.count}"
    return (
        f'<rect x="{x:.1f}" y="{node.top:.1f}" width="{_NODE_WIDTH}" height="{max(2.0, node.height):.1f}" '
        f'fill="{node.colour}"/><text x="{x + _NODE_WIDTH + 4:.1f}" y="{node.top + node.height / 2 + 5:.1f}" '
        f'font-size="{_FONT}">{escape(label)}</text>'
    )
