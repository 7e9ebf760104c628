"""The results of ``peers.py`` as tables: the figures of each engine, and how many times ours they are."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from measuring import spread

Result = dict[str, Any]


def table(results: Mapping[str, Result], indexes: Mapping[str, str]) -> list[str]:
    """Lay the results of each engine out; ``indexes`` says in a few words what index it has."""
    lines = [
        "engine            index                     effort recall  | one core: p50    p95    CPU   batch/s | two: p50"
        "    p95   batch/s | build    disk  memory | cold    | compared: codes, vectors"
    ]
    for name, result in results.items():
        if "failed" in result:
            lines.append(f"{name:17s} failed: {result['failed']}")
            continue
        one, two = (_medians(result["rounds"], cores) for cores in ("one", "two"))
        lines.append(
            f"{name:17s} {indexes[name]:25s} {result['effort']:6d} {one['recall']:6.4f}  |"
            f" {one['p50_ms']:10.2f} ms {one['p95_ms']:6.2f} {one['cpu_ms']:6.2f} {one['batch_per_s']:8.0f} |"
            f" {two['p50_ms']:6.2f} {two['p95_ms']:6.2f} {two['batch_per_s']:8.0f} |"
            f" {result['build_s']:5.0f} s {result['disk_mib']:6.0f} {_median(result, 'rss_mib'):6.0f} MiB |"
            f" {statistics.median(result['cold_s']):5.2f} s | {_work(result)}"
        )
    return lines


def ratio_lines(results: Mapping[str, Result], ours: str) -> list[str]:
    """Say how many times ours each figure is: above 1 we are faster; the median, and the extremes of the rounds."""
    measures: dict[str, Callable[[Result], list[float]]] = {
        "p50, one core": lambda result: [run["one"]["p50_ms"] for run in result["rounds"]],
        "processor, one core": lambda result: [run["one"]["cpu_ms"] for run in result["rounds"]],
        "p50, two cores": lambda result: [run["two"]["p50_ms"] for run in result["rounds"]],
        "batch, one core": lambda result: [1 / run["one"]["batch_per_s"] for run in result["rounds"]],
        "batch, two cores": lambda result: [1 / run["two"]["batch_per_s"] for run in result["rounds"]],
        "cold start": lambda result: result["cold_s"],
    }
    lines = ["times ours: median (lowest to highest of the rounds)", " " * 18 + "".join(f"{n:>26s}" for n in measures)]
    for name, result in results.items():
        if "failed" in result or name == ours:
            continue
        cells = []
        for read in measures.values():
            shares = (a / b for a, b in zip(read(result), read(results[ours]), strict=True))
            cells.append(spread(shares).rjust(26))
        lines.append(f"{name:18s}" + "".join(cells))
    return lines


def _medians(runs: Sequence[Result], cores: str) -> dict[str, float]:
    return {key: statistics.median(run[cores][key] for run in runs) for key in runs[0][cores]}


def _median(result: Result, key: str) -> float:
    return float(statistics.median(run[key] for run in result["rounds"]))


def _work(result: Result) -> str:
    told = [run["work"] for run in result["rounds"]]
    if None in told:
        return "not told"
    return f"{statistics.fmean(work[0] for work in told):8,.0f} {statistics.fmean(work[1] for work in told):8,.0f}"
