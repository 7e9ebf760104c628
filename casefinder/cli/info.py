"""``casefinder info``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casefinder.cli.options import index_option, json_option

if TYPE_CHECKING:
    from casefinder.casebase import View


@click.command()
@index_option
@json_option
def info(directory: Path, as_json: bool) -> None:
    """Tell what a case base holds, how it was made and how it is searched.

    \b
    casefinder info
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import open_case_base

    with open_case_base(directory) as casebase:
        facts = _facts(casebase.view(), directory)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {count}" for key, count in value.items())
        first, *others = value if isinstance(value, list) else [value]
        click.echo(f"{name.replace('_', ' '):20s} {first}")
        for other in others:
            click.echo(f"{'':20s} {other}")


def _facts(view: View, directory: Path) -> dict[str, object]:
    manifest = view.manifest
    snapshot = manifest.snapshot
    return {
        "directory": str(directory),
        "cases": view.n_cases,
        "source": manifest.source,
        "built_at": manifest.built_at,
        "sequence": view.sequence,
        "snapshot": snapshot.name,
        "snapshot_sequence": snapshot.sequence,
        "last_compaction": snapshot.made_at,
        "tail": len(view.tail.keys),
        "removed": len(view.removed),
        "encoder": manifest.encoder_name,
        "encoder_fingerprint": manifest.encoder_fingerprint,
        "dimensions": manifest.dim,
        "vector_index": manifest.aims.vector_index,
        "memory_allowed": manifest.aims.memory_bytes,
        "memory_estimated": snapshot.plan.memory_bytes,
        "target_recall": manifest.aims.target_recall,
        "index": snapshot.plan.kind,
        "index_reasons": list(snapshot.plan.reasons),
        "n_lists": snapshot.plan.n_lists,
        "n_probes": snapshot.plan.n_probes,
        "n_compared": snapshot.plan.n_compared,
        "recall_at_10": snapshot.recall_at_10,
        "records_bytes": manifest.store_path(directory).stat().st_size,
        "index_bytes": snapshot.index.size_bytes,
        "departments": view.terms.departments(),
    }
