"""Read the training folder into groups of pairs; each source stays apart, so that a batch is of one source.

Every reader yields `Pair`s: two texts that mean the same or belong together. Which text is left and which
right has no meaning for training, but `group` does: pairs of one group are never negatives of each other and
are held out together.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that belong together.

    Attributes:
        left: A question, a title, a mention, a Chinese term.
        right: Its answer, its text, its standard term, the English term.
        group: What the pair is about; equal groups are not told apart.
        negative: A text like `right` that does not belong to `left`; empty where none is known.
    """

    left: str
    right: str
    group: str
    negative: str = ""


def read_sources(data: Path) -> dict[str, list[Pair]]:
    """Read every source of the training folder.

    Args:
        data: Folder with one folder a source, as README.md beside this file describes.

    Returns:
        Pairs by name of the source, without empty texts.
    """
    return {name: [p for p in read(data) if p.left.strip() and p.right.strip()] for name, read in READERS.items()}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _objects(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _texts(item: dict[str, object], *names: str) -> list[str]:
    return [str(item[name]) for name in names]


def _toyhom_title_ask(data: Path) -> Iterator[Pair]:
    for item in _objects(data / "toyhom-mdd" / "qa.jsonl"):
        title, ask = _texts(item, "title", "ask")
        yield Pair(title, ask, title)


def _toyhom_ask_answer(data: Path) -> Iterator[Pair]:
    for item in _objects(data / "toyhom-mdd" / "qa.jsonl"):
        title, ask, answer = _texts(item, "title", "ask", "answer")
        yield Pair(ask, answer, title)


def _toyhom_title_answer(data: Path) -> Iterator[Pair]:
    for item in _objects(data / "toyhom-mdd" / "qa.jsonl"):
        title, answer = _texts(item, "title", "answer")
        yield Pair(title, answer, title)


def _huatuo(data: Path) -> Iterator[Pair]:
    for item in _objects(data / "huatuo26m" / "qa.jsonl"):
        question, answer = _texts(item, "question", "answer")
        yield Pair(question, answer, question)


def _cmtmedqa(data: Path) -> Iterator[Pair]:
    for item in _objects(data / "huatuo26m" / "cmtmedqa_dialogues.jsonl"):
        history = item.get("history", [])
        assert isinstance(history, list)
        for turn, (question, answer) in enumerate(history):
            if turn == 0 and len(question) > 8:
                yield Pair(question, answer, str(item["id"]))
            elif turn and history:
                yield Pair(f"{history[0][0]} {question}", answer, str(item["id"]))


def _cmedqq(data: Path) -> Iterator[Pair]:
    refused: dict[str, str] = {}
    rows = list(_rows(data / "chineseblue" / "cmedqq.tsv"))
    for row in rows:
        if row["label"] == "0":
            refused[row["q1"]] = row["q2"]
            refused[row["q2"]] = row["q1"]
    for row in rows:
        if row["label"] == "1":
            yield Pair(row["q1"], row["q2"], row["q1"], refused.get(row["q1"], ""))


def _cmedir(data: Path) -> Iterator[Pair]:
    for item in _objects(data / "chineseblue" / "cmedir.jsonl"):
        titles = item["titles"]
        assert isinstance(titles, list)
        best = max(title["label"] for title in titles)
        worst = [t["title"] for t in titles if t["label"] < best and not t["title"].startswith(":")]
        for title in titles:
            if title["label"] == best and best > 0 and not title["title"].startswith(":"):
                yield Pair(str(item["query"]), title["title"], str(item["query"]), worst[0] if worst else "")


def _cmedir_order(data: Path) -> Iterator[Pair]:
    """A query with two titles, the better one first; a source of judgements in between is left out."""
    for item in _objects(data / "chineseblue" / "cmedir.jsonl"):
        titles = item["titles"]
        assert isinstance(titles, list)
        graded = [(int(t["label"]), str(t["title"])) for t in titles if not t["title"].startswith(":")]
        for better, left in graded:
            for worse, right in graded:
                if better > worse:
                    yield Pair(str(item["query"]), left, str(item["query"]), right)


def _cmdd(data: Path) -> Iterator[Pair]:
    """Halves of one dialogue: what the family tells first, and the rest."""
    for item in _objects(data / "chineseblue" / "cmdd_dialogues.jsonl"):
        turns = item["turns"]
        assert isinstance(turns, list)
        patient = [turn["text"] for turn in turns if turn["speaker"] == "患者"]
        doctor = [turn["text"] for turn in turns if turn["speaker"] == "医生"]
        if patient and doctor:
            yield Pair(" ".join(patient), " ".join(doctor), str(item["id"]))
        if len(turns) > 5:
            middle = len(turns) // 2
            halves = [" ".join(t["text"] for t in part) for part in (turns[:middle], turns[middle:])]
            yield Pair(halves[0], halves[1], str(item["id"]))


def _cmdd_terms(data: Path) -> Iterator[Pair]:
    """A turn and the standard symptoms in it."""
    for item in _objects(data / "chineseblue" / "cmdd_dialogues.jsonl"):
        turns = item["turns"]
        assert isinstance(turns, list)
        for turn in turns:
            if turn["normalized"]:
                terms = sorted(set(turn["normalized"]))
                yield Pair(turn["text"], "，".join(terms), "|".join(terms))


def _imcs(data: Path) -> Iterator[Pair]:
    for row in _rows(data / "cn-term-norm" / "imcs.tsv"):
        yield Pair(row["mention"], row["standard"], row["standard"])


def _procedures(data: Path) -> Iterator[Pair]:
    for row in _rows(data / "cn-term-norm" / "procedures.tsv"):
        yield Pair(row["mention"], row["standard"].replace("##", "，"), row["standard"])


def _icd9(data: Path) -> Iterator[Pair]:
    """A procedure and the one above it."""
    names: dict[str, str] = {}
    with (data / "cn-term-norm" / "icd9cm3.tsv").open(encoding="utf-8") as file:
        for line in file:
            code, name = line.rstrip("\n").split("\t")[:2]
            names[code] = name
    for code, name in names.items():
        for cut in range(len(code) - 1, 3, -1):
            above = names.get(code[:cut])
            if above and above != name:
                yield Pair(name, above, code[:cut])
                break


def _zh_en(folder: str, file: str, key: str) -> Callable[[Path], Iterator[Pair]]:
    def read(data: Path) -> Iterator[Pair]:
        for row in _rows(data / folder / file):
            yield Pair(row["zh"], row["en"], row[key])

    return read


def _medquad(data: Path) -> Iterator[Pair]:
    """A question and its answer; the hard negative answers another question about the same."""
    items = [_texts(item, "focus", "question", "answer") for item in _objects(data / "medquad" / "qa.jsonl")]
    before = dict[str, str]()
    for focus, question, answer in items:
        yield Pair(question, answer[:1200], focus + question, before.get(focus, "")[:1200])
        before[focus] = answer


def _medquad_focus(data: Path) -> Iterator[Pair]:
    """Two names of one disease, and a name and a text about it."""
    seen: set[str] = set()
    for item in _objects(data / "medquad" / "qa.jsonl"):
        focus, answer = _texts(item, "focus", "answer")
        if focus in seen:
            continue
        seen.add(focus)
        synonyms = item["synonyms"]
        assert isinstance(synonyms, list)
        for synonym in synonyms[:6]:
            yield Pair(focus, str(synonym), focus)
        yield Pair(focus, answer[:600], focus)


def _rqe(data: Path) -> Iterator[Pair]:
    refused: dict[str, str] = {}
    rows = list(_rows(data / "rqe-amia2016" / "train.tsv"))
    for row in rows:
        if row["label"] == "false":
            refused[row["chq"]] = row["faq"]
    for row in rows:
        if row["label"] == "true" and row["chq"] != row["faq"]:
            yield Pair(row["chq"], row["faq"], row["chq"], refused.get(row["chq"], ""))


def _mts(data: Path) -> Iterator[Pair]:
    """A dialogue and the note written from it."""
    for item in _objects(data / "mts-dialog" / "notes.jsonl"):
        text, dialogue = _texts(item, "section_text", "dialogue")
        if len(text) > 20:
            yield Pair(dialogue, text, str(item["ID"]))


def _halves(data: Path) -> Iterator[Pair]:
    """Two halves of one long text: self-supervised, every source with prose."""
    choice = random.Random(7)
    for text in prose(data):
        sentences = [s for s in re.split(r"(?<=[。！？；.!?;])\s*", text) if len(s) > 3]
        if len(sentences) >= 2 and len(text) > 40:
            choice.shuffle(sentences)
            middle = len(sentences) // 2
            yield Pair("".join(sentences[:middle])[:800], "".join(sentences[middle:])[:800], text[:80])


def prose(data: Path) -> Iterator[str]:
    """Yield every text of some length: for counting features and for self-supervised pairs."""
    for item in _objects(data / "toyhom-mdd" / "qa.jsonl"):
        yield from _texts(item, "ask", "answer")
    for item in _objects(data / "huatuo26m" / "qa.jsonl"):
        yield from _texts(item, "question", "answer")
    for item in _objects(data / "medquad" / "qa.jsonl"):
        yield _texts(item, "answer")[0][:2000]
    for item in _objects(data / "mts-dialog" / "notes.jsonl"):
        yield from _texts(item, "section_text")


READERS: dict[str, Callable[[Path], Iterator[Pair]]] = {
    "toyhom-title-ask": _toyhom_title_ask,
    "toyhom-ask-answer": _toyhom_ask_answer,
    "toyhom-title-answer": _toyhom_title_answer,
    "huatuo": _huatuo,
    "cmtmedqa": _cmtmedqa,
    "cmedqq": _cmedqq,
    "cmedir": _cmedir,
    "cmedir-order": _cmedir_order,
    "cmdd": _cmdd,
    "cmdd-terms": _cmdd_terms,
    "imcs": _imcs,
    "procedures": _procedures,
    "icd9": _icd9,
    "hpo": _zh_en("hpo-zh", "labels.tsv", "hp_id"),
    "icd10": _zh_en("icd10-zh-en", "categories.tsv", "code"),
    "tico-sentences": _zh_en("tico19-zh-en", "sentences.tsv", "id"),
    "tico-terms": _zh_en("tico19-zh-en", "terms.tsv", "en"),
    "medquad": _medquad,
    "medquad-focus": _medquad_focus,
    "rqe": _rqe,
    "mts": _mts,
    "halves": _halves,
}
