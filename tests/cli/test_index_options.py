"""`--memory` and `--target-recall`, on the commands that make an index."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import pytest

from casefinder.casebase import Manifest, build_case_base, read_manifest
from casefinder.casebase.aims import IndexAims
from casefinder.cases import case_to_json
from casefinder.cli.index_options import MemorySize, say_whether_index_keeps_its_aims
from casefinder.vector_index import megabytes
from tests.cli.conftest import Run
from tests.material import HashEncoder, made_cases, rows_of


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [
        ("2GB", 2_000_000_000),
        ("2 gb", 2_000_000_000),
        ("2G", 2_000_000_000),
        ("1.5GiB", 1_610_612_736),
        ("500MB", 500_000_000),
        ("512MiB", 536_870_912),
        ("64k", 64_000),
        ("0.5T", 500_000_000_000),
        ("1000", 1000),
        ("10B", 10),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, n_bytes: int) -> None:
    assert MemorySize().convert(text, None, None) == n_bytes


@pytest.mark.parametrize("text", ["", "much", "-2GB", "2XB", "GB", "2 G B", "1e9", "２吉", "iB", "2iB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        MemorySize().convert(text, None, None)
    assert refused.value.message == f"{text!r} is no size; write it as 2GB, 500MB or 1.5GiB"


def test_no_memory_at_all_is_refused() -> None:
    with pytest.raises(click.BadParameter, match=r"^'0GB' is no memory at all; write for example 2GB$"):
        MemorySize().convert("0GB", None, None)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(f"{case_to_json(case)}\n" for case in made_cases(1300)), encoding="utf-8")
    return path


def test_memory_and_recall_are_kept_shown_told_and_can_be_changed(run: Run, source: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    built = run("build-index", source, "--index", base, "--memory", "1KB", "--target-recall", "0.9")
    assert built.exit_code == 0
    held = megabytes(read_manifest(base).snapshot.plan.memory_bytes)
    assert built.stderr.endswith(
        f"The index holds about {held} in memory, more than the 0.0 MB allowed: less is"
        " not possible for 1,300 cases; allow more with `casefinder compact --memory SIZE`.\n"
    )
    facts = json.loads(run("info", "--index", base, "--json").stdout)
    assert (facts["memory_allowed"], facts["target_recall"]) == (1000, 0.9)
    assert facts["memory_estimated"] > 1000
    assert facts["index_reasons"][1].endswith("MB in memory of 0.0 MB allowed: the least that is possible")
    assert facts["index_reasons"][-1].endswith("reaches 0.9")
    shown = run("info", "--index", base).stdout
    assert all(reason in shown for reason in facts["index_reasons"])
    compacted = run("compact", "--index", base, "--memory", "1 GB")
    assert (compacted.exit_code, compacted.stderr) == (0, "")
    assert json.loads(run("info", "--index", base, "--json").stdout)["memory_allowed"] == 10**9


def test_a_recall_that_is_not_reached_is_told(capsys: pytest.CaptureFixture[str], bare_manifest: Manifest) -> None:
    say_whether_index_keeps_its_aims(replace(bare_manifest, aims=IndexAims(target_recall=0.995)))
    assert capsys.readouterr().err == (
        "A search finds 0.9900 of the ten nearest cases, not the 0.995 aimed at; allow more memory with `casefinder"
        " compact --memory SIZE`, or aim at less with `casefinder tune --target-recall SHARE`.\n"
    )
    say_whether_index_keeps_its_aims(replace(bare_manifest, aims=IndexAims(target_recall=0.99)))
    assert capsys.readouterr().err == ""


@pytest.fixture
def bare_manifest(tmp_path: Path) -> Manifest:
    """A manifest whose index finds 99 of 100."""
    report = build_case_base(rows_of(made_cases(2)), tmp_path, encoder=HashEncoder(), source="s")
    return replace(report.manifest, snapshot=replace(report.manifest.snapshot, recall_at_10=0.99))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--memory", "plenty"), "Invalid value for '--memory': 'plenty' is no size; write it as 2GB, 500MB or 1.5GiB"),
        (("--target-recall", "99"), "Invalid value for '--target-recall': 99.0 is not in the range 0.5<=x<=1.0."),
    ],
)
def test_bad_values_are_refused(run: Run, source: Path, options: tuple[str, str], message: str) -> None:
    ran = run("build-index", source, *options)
    assert ran.exit_code == 2
    assert message in ran.stderr
