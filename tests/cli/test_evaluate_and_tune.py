"""`casefinder evaluate` and `casefinder tune`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_evaluate_prints_every_figure(run: Run, base: Path) -> None:
    ran = run("evaluate", "--index", base, "--questions", 10, "--baselines", "--json")
    body = json.loads(ran.stdout)
    assert body["questions"] == 10
    assert set(body) == {"questions", "full ranking", "vectors alone", "BM25 alone"}
    assert set(body["full ranking"]) == {"recall@1", "recall@10", "precision@10", "nDCG@10", "MRR"}


def test_tune_reports_and_writes_only_what_is_better(run: Run, base: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    lines = [json.dumps({"query": f"胸痛伴冷汗{n * 6}天", "relevant": [f"C{n * 6:04d}"]}) for n in range(10)]
    labels.write_text("\n".join(lines), encoding="utf-8")
    ran = run("tune", "--index", base, "--labels", labels, "--dry-run")
    assert ran.exit_code == 0, ran.stderr
    assert "nDCG@10 on 3 questions kept apart" in ran.stdout
    assert not (base / "ranking.json").exists()


def test_too_few_labels_are_a_usage_error(run: Run, base: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"query": "胸痛", "relevant": ["C0000"]}\n', encoding="utf-8")
    ran = run("tune", "--index", base, "--labels", tmp_path / "labels.jsonl")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "holds 1 labels; give at least 10" in ran.stderr


def test_tune_chooses_the_effort_of_a_search_by_its_recall(run: Run, source: Path, tmp_path: Path) -> None:
    assert run("build-index", source, "--index", tmp_path / "base").exit_code == 0
    ran = run("tune", "--index", tmp_path / "base", "--target-recall", 0.95)
    assert (ran.exit_code, ran.stdout) == (
        0,
        "exact: 60 vectors are fewer than the 1248 that train an inverted file\n",
    )


def test_tune_needs_something_to_tune_to(run: Run, base: Path) -> None:
    ran = run("tune", "--index", base)
    assert ran.exit_code == 2
    assert "give --labels FILE, --target-recall SHARE, or both" in ran.stderr
