"""``casefinder query --batch``: a question a line in, an answer a line out."""

from __future__ import annotations

import json
from pathlib import Path

from casefinder import CaseFinder
from tests.cli.conftest import Run

QUESTIONS = ["胸痛伴冷汗", "chest pain", "发热咳嗽三天，无胸痛", "阿司匹林"]


def test_every_line_is_answered_as_it_would_be_alone(base: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("\n\n".join(QUESTIONS) + "\n", encoding="utf-8")
    ran = run("query", "--batch", file, "--index", base, "-k", 3)
    assert (ran.exit_code, ran.stderr) == (0, f"Case base {base}: 4 questions answered\n")
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [answer["line"] for answer in answers] == [1, 3, 5, 7]
    for question, answer in zip(QUESTIONS, answers, strict=True):
        alone = run("query", question, "--index", base, "-k", 3, "--json", "--all").stdout.splitlines()
        assert answer["hits"] == [json.loads(line) for line in alone]
        assert answer["known"] == answer["hits"][0]["known"]


def test_the_library_answers_many_as_it_answers_one(base: Path) -> None:
    with CaseFinder.open(base) as finder:
        assert finder.search_many(QUESTIONS, k=5) == tuple(finder.answer(question, k=5) for question in QUESTIONS)
        assert finder.search_many([]) == ()


def test_a_line_without_words_is_named_before_anything_is_answered(base: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("胸痛\n？！\n", encoding="utf-8")
    ran = run("query", "--batch", file, "--index", base)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"line 2 of {file} holds no words; describe a complaint, or remove the line" in ran.stderr


def test_text_and_batch_exclude_each_other(base: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("胸痛\n", encoding="utf-8")
    for arguments in ([], ["胸痛", "--batch", file]):
        ran = run("query", *arguments, "--index", base)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert "give a TEXT, or a file of questions with --batch FILE" in ran.stderr
