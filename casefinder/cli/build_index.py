"""``casefinder build-index``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from casefinder.cli.index_options import memory_option, say_whether_index_keeps_its_aims, target_recall_option
from casefinder.cli.options import index_option
from casefinder.cli.sources import open_source, say_what_was_left_out, source_options
from casefinder.settings import SAMPLE_CASES, worker_count

if TYPE_CHECKING:
    from casefinder.casebase import BuildReport


@click.command("build-index")
@click.argument("source", type=click.Path(path_type=Path, allow_dash=True), required=False)
@index_option
@click.option("--model", default="bundled", show_default=True, help="Encoder: bundled, a folder, or a hub name.")
@click.option(
    "--vector-index",
    default="faiss",
    show_default=True,
    help="Where vectors are kept: faiss, milvus:URI or milvus-hnsw:URI (docs/milvus.md).",
)
@memory_option
@target_recall_option
@source_options
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
    vector_index: str,
    memory_bytes: int | None,
    target_recall: float | None,
    maps: tuple[dict[str, str], ...],
    age_unit: str | None,
    strict: bool,
    on_duplicate: str,
) -> None:
    """Build a case base from SOURCE, replacing the one in the directory once it is complete.

    SOURCE is a file (.jsonl, .csv, .tsv, .xlsx, .parquet, any of them with .gz), a folder of files, or - for
    standard input; without it, the sample cases of a checkout. Rows that are no valid case go to rejects.jsonl
    in the directory of the case base. Unless --memory and --target-recall say otherwise, the vector index is made to
    hold 2GB in memory at most and to find 0.99 of the ten nearest cases.

    \b
    casefinder build-index index_data/sample_cases.jsonl.gz
    casefinder build-index index_data/sample_cases.jsonl.gz --memory 500MB --target-recall 0.995
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import OnDuplicate, build_case_base
    from casefinder.cli.progress import BuildProgress
    from casefinder.encoders import load_encoder
    from casefinder.vector_index import DEFAULT_MEMORY_BYTES, DEFAULT_TARGET

    source = source or _sample_cases()
    click.echo(f"Building the case base {directory} from {source}", err=True)
    rows = open_source(source, maps, age_unit)
    encoder = load_encoder(model)
    with BuildProgress(lambda: rows.share_read) as progress:
        report = build_case_base(
            rows,
            directory,
            encoder=encoder,
            source=str(source),
            vector_index=vector_index,
            memory_bytes=DEFAULT_MEMORY_BYTES if memory_bytes is None else memory_bytes,
            target_recall=DEFAULT_TARGET if target_recall is None else target_recall,
            strict=strict,
            on_duplicate=OnDuplicate(on_duplicate),
            progress=progress.advance,
            n_workers=worker_count(),
        )
    _print_report(report)
    say_whether_index_keeps_its_aims(report.manifest)
    say_what_was_left_out(rows)


def _sample_cases() -> Path:
    if not SAMPLE_CASES.is_file():
        raise click.UsageError(f"name a SOURCE to read: there is no {SAMPLE_CASES} in the current directory")
    return SAMPLE_CASES


def _print_report(report: BuildReport) -> None:
    manifest, snapshot = report.manifest, report.manifest.snapshot
    click.echo(f"{report.n_cases} cases in {report.directory}")
    click.echo(f"  index     {snapshot.plan.reasons[0]}; recall@10 {snapshot.recall_at_10:.3f}")
    click.echo(
        f"  encoder   {manifest.encoder_name} ({manifest.encoder_fingerprint}), {report.n_encoded} texts encoded"
    )
    if report.n_duplicates:
        click.echo(f"  skipped   {report.n_duplicates} rows that repeat a case word for word")
    if report.n_replaced:
        click.echo(f"  replaced  {report.n_replaced} cases by later rows of the same id")
    if report.n_rejected:
        click.echo(f"  rejected  {report.n_rejected} rows, see {report.rejects_path}")
