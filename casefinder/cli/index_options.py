"""Options of the commands that make a vector index: how much memory it may take, and how much it is to find."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from casefinder.casebase import Manifest

_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY_UNITS: Final = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


class MemorySize(click.ParamType[int]):
    """``2GB``, ``500 MB``, ``1.5GiB``: a number of bytes."""

    name = "size"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Read the size."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b?|b)?", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is no size; write it as 2GB, 500MB or 1.5GiB", param, ctx)
        number, unit, is_binary = match.groups()
        n_bytes = round(float(number) * (_BINARY_UNITS if is_binary else _UNITS)[unit or ""])
        if n_bytes < 1:
            self.fail(f"{value!r} is no memory at all; write for example 2GB", param, ctx)
        return n_bytes


memory_option = click.option(
    "--memory",
    "memory_bytes",
    type=MemorySize(),
    help="What the vector index may hold in memory, such as 2GB; the vectors themselves stay on disk.",
)
target_recall_option = click.option(
    "--target-recall",
    type=click.FloatRange(0.5, 1.0),
    help="Share of the ten nearest cases that a search is to find, such as 0.99; measured on the base itself.",
)


def say_whether_index_keeps_its_aims(manifest: Manifest) -> None:
    """Tell on standard error where an index takes more memory than was allowed, or finds less than was aimed at."""
    from casefinder.vector_index import megabytes

    aims, snapshot = manifest.aims, manifest.snapshot
    if snapshot.plan.memory_bytes > aims.memory_bytes:
        click.echo(
            f"The index holds about {megabytes(snapshot.plan.memory_bytes)} in memory, more than the"
            f" {megabytes(aims.memory_bytes)} allowed: less is not possible for {snapshot.n_cases:,} cases;"
            " allow more with `casefinder compact --memory SIZE`.",
            err=True,
        )
    if snapshot.recall_at_10 < aims.target_recall:
        click.echo(
            f"A search finds {snapshot.recall_at_10:.4f} of the ten nearest cases, not the {aims.target_recall:g} aimed"
            " at; allow more memory with `casefinder compact --memory SIZE`, or aim at less with `casefinder tune"
            " --target-recall SHARE`.",
            err=True,
        )
