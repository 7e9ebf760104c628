"""``casefinder build-index``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from casefinder.cli.options import Assignments, index_option
from casefinder.settings import SAMPLE_CASES

if TYPE_CHECKING:
    from casefinder.casebase import BuildReport


@click.command("build-index")
@click.argument("source", type=click.Path(path_type=Path, allow_dash=True), required=False)
@index_option
@click.option("--model", default="bundled", show_default=True, help="Encoder: bundled, a folder, or a hub name.")
@click.option(
    "--map",
    "maps",
    type=Assignments(),
    multiple=True,
    help="Fields of columns that are not understood by themselves, such as 主诉=chief_complaint.",
)
@click.option(
    "--age-unit",
    type=click.Choice(["years", "months", "days"]),
    help="Unit of ages written as bare numbers; without it such a row is rejected.",
)
@click.option("--strict", is_flag=True, help="Fail on the first row that is no valid case.")
@click.option(
    "--on-duplicate",
    type=click.Choice(["reject", "replace"]),
    default="reject",
    show_default=True,
    help="A second case of an id with other content.",
)
def build_index(
    source: Path | None,
    directory: Path,
    model: str,
    maps: tuple[dict[str, str], ...],
    age_unit: str | None,
    strict: bool,
    on_duplicate: str,
) -> None:
    """Build a case base from SOURCE, replacing the one in the directory once it is complete.

    SOURCE is a file (.jsonl, .csv, .tsv, .xlsx, .parquet, any of them with .gz), a folder of files, or - for
    standard input; without it, the sample cases of a checkout. Rows that are no valid case go to rejects.jsonl
    in the directory of the case base.

    \b
    casefinder build-index index_data/sample_cases.jsonl.gz
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import OnDuplicate, build_case_base
    from casefinder.cases import AgeUnit
    from casefinder.cases.readers import CaseSource
    from casefinder.cli.progress import BuildProgress
    from casefinder.encoders import load_encoder

    source = source or _sample_cases()
    click.echo(f"Building the case base {directory} from {source}", err=True)
    column_map = {column: field for pairs in maps for column, field in pairs.items()}
    rows = CaseSource(source, column_map=column_map, age_unit=AgeUnit(age_unit) if age_unit else None)
    encoder = load_encoder(model)
    with BuildProgress(lambda: rows.share_read) as progress:
        report = build_case_base(
            rows,
            directory,
            encoder=encoder,
            source=str(source),
            strict=strict,
            on_duplicate=OnDuplicate(on_duplicate),
            progress=progress.advance,
        )
    _print_report(report)
    if rows.left_out:
        columns = "、".join(rows.left_out)
        click.echo(f"Left out, because they name a person: {columns}. Keep one with --map COLUMN=attribute", err=True)


def _sample_cases() -> Path:
    if not SAMPLE_CASES.is_file():
        raise click.UsageError(f"name a SOURCE to read: there is no {SAMPLE_CASES} in the current directory")
    return SAMPLE_CASES


def _print_report(report: BuildReport) -> None:
    manifest = report.manifest
    click.echo(f"{report.n_cases} cases in {report.directory}")
    click.echo(
        f"  index     {manifest.plan.kind}: {'; '.join(manifest.plan.reasons)}; recall@10 {manifest.recall_at_10:.3f}"
    )
    click.echo(
        f"  encoder   {manifest.encoder_name} ({manifest.encoder_fingerprint}), {report.n_encoded} texts encoded"
    )
    if report.n_duplicates:
        click.echo(f"  skipped   {report.n_duplicates} rows that repeat a case word for word")
    if report.n_replaced:
        click.echo(f"  replaced  {report.n_replaced} cases by later rows of the same id")
    if report.n_rejected:
        click.echo(f"  rejected  {report.n_rejected} rows, see {report.rejects_path}")
