"""``casefinder add``, ``update`` and ``remove``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from casefinder.cli.options import index_option
from casefinder.cli.sources import open_source, say_what_was_left_out, source_options

if TYPE_CHECKING:
    from casefinder.casebase import CaseBaseWriter, ChangeReport

# A long command compacts when so many times the usual number of changes have come together: each compaction goes
# through everything, and nobody waits for the end of one.
_TIMES_AMID: Final = 16

_source_argument = click.argument("source", type=click.Path(path_type=Path, allow_dash=True))


@click.command()
@_source_argument
@index_option
@source_options
def add(source: Path, directory: Path, maps: tuple[dict[str, str], ...], age_unit: str | None, strict: bool) -> None:
    """Add the cases of SOURCE to the case base; they are found at once.

    SOURCE is what build-index reads. Cases that are there word for word are skipped, so after an interruption the
    same command goes on. A case whose id is there with other content is rejected; update replaces it.

    \b
    casefinder add discharged-today.csv
    """  # noqa: D301 - click wants the character
    _write(source, directory, maps, age_unit, strict, replaces=False)


@click.command()
@_source_argument
@index_option
@source_options
def update(source: Path, directory: Path, maps: tuple[dict[str, str], ...], age_unit: str | None, strict: bool) -> None:
    """Replace cases by those of the same id in SOURCE, and add those whose id is new.

    A search finds either the old or the new form of a case, never both and never neither.

    \b
    casefinder update corrected.csv
    """  # noqa: D301 - click wants the character
    _write(source, directory, maps, age_unit, strict, replaces=True)


@click.command()
@click.argument("ids", nargs=-1, metavar="ID...")
@index_option
def remove(ids: tuple[str, ...], directory: Path) -> None:
    """Remove cases; they are found no more.

    - reads the ids from standard input, one per line. What was removed stays in the files until later: erase removes
    a case for good.

    \b
    casefinder remove S000001 S000002
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import CaseBaseWriter

    with CaseBaseWriter(directory) as writer:
        report = writer.remove(given_ids(ids))
        _compact_if_due(writer)
    click.echo(f"{report.n_removed} cases removed, {report.n_cases} left in {directory}")
    say_unknown(report)


def given_ids(ids: tuple[str, ...]) -> list[str]:
    """Return the ids of an ``ID...`` argument.

    Raises:
        click.UsageError: There are none.
    """
    listed = sys.stdin.read().splitlines() if ids == ("-",) else list(ids)
    given = [case_id.strip() for case_id in listed if case_id.strip()]
    if not given:
        raise click.UsageError("name the ids of the cases, or - to read them from standard input")
    return given


def say_unknown(report: ChangeReport) -> None:
    """Tell on standard error which ids no case has."""
    for case_id in report.unknown_ids:
        click.echo(f"No case has the id {case_id!r}.", err=True)


def _write(
    source: Path,
    directory: Path,
    maps: tuple[dict[str, str], ...],
    age_unit: str | None,
    strict: bool,
    *,
    replaces: bool,
) -> None:
    from casefinder.casebase import CaseBaseWriter, OnDuplicate, Phase
    from casefinder.cli.progress import BuildProgress
    from casefinder.encoders import load_encoder

    rows = open_source(source, maps, age_unit)
    with CaseBaseWriter(directory) as writer, BuildProgress(lambda: rows.share_read) as progress:
        click.echo(f"Reading {source} into the case base {directory}", err=True)

        def after_batch(n_rows: int) -> None:
            progress.advance(Phase.READING, n_rows)
            _compact_if_due(writer, times=_TIMES_AMID)

        report = writer.write(
            rows,
            encoder=load_encoder(writer.manifest.encoder_name),
            on_duplicate=OnDuplicate.REPLACE if replaces else OnDuplicate.REJECT,
            strict=strict,
            after_batch=after_batch,
        )
        _compact_if_due(writer)
    _print_report(report, directory)
    say_what_was_left_out(rows)


def _compact_if_due(writer: CaseBaseWriter, *, times: int = 1) -> None:
    """Compact when enough has changed; in the midst of a long command only when it is several times that.

    What was changed is stored whether that works or not.
    """
    from casefinder.errors import CaseBaseError, VectorIndexError

    try:
        if writer.compact_if_due(times=times):
            click.echo("Compacted: the changes are part of the index now.", err=True)
    except (CaseBaseError, VectorIndexError) as exc:
        click.echo(f"All changes are stored, but they could not be made part of the index: {exc}", err=True)


def _print_report(report: ChangeReport, directory: Path) -> None:
    click.echo(f"{report.n_added} cases added, {report.n_replaced} replaced; {report.n_cases} in {directory}")
    click.echo(f"  encoded   {report.n_encoded} texts")
    if report.n_duplicates:
        click.echo(f"  skipped   {report.n_duplicates} rows that repeat a case word for word")
    if report.n_rejected:
        click.echo(f"  rejected  {report.n_rejected} rows, see {report.rejects_path}")
