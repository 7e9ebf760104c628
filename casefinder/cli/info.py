"""``casefinder info``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casefinder.cli.options import index_option, json_option

if TYPE_CHECKING:
    from casefinder.casebase import CaseBase


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
        facts = _facts(casebase)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {count}" for key, count in value.items())
        click.echo(f"{name.replace('_', ' '):20s} {value}")


def _facts(casebase: CaseBase) -> dict[str, object]:
    manifest = casebase.manifest
    return {
        "directory": str(casebase.directory),
        "cases": manifest.n_cases,
        "source": manifest.source,
        "built_at": manifest.built_at,
        "encoder": manifest.encoder_name,
        "encoder_fingerprint": manifest.encoder_fingerprint,
        "dimensions": manifest.dim,
        "index": manifest.plan.kind,
        "index_reason": "; ".join(manifest.plan.reasons),
        "n_lists": manifest.plan.n_lists,
        "n_probes": manifest.plan.n_probes,
        "recall_at_10": manifest.recall_at_10,
        "records_bytes": manifest.store.size_bytes,
        "index_bytes": manifest.index.size_bytes,
        "departments": casebase.terms.departments(),
    }
