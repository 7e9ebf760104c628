"""The full ranking against vectors alone and BM25 alone, on retrieval sets or on a case base.

Example: python scripts/bench/bench.py retrieval --data DIR --set toyhom
Example: python scripts/bench/bench.py retrieval --casebase index_data/casebase      # same diagnosis, leave one out

DIR holds question-document sets as JSON lines or tables (see ``SETS``); each becomes a case base of its own, one case
per document. Results go to standard output as JSON; keep them under scripts/bench/results/ with the date.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from casefinder.casebase import build_case_base, open_case_base
from casefinder.cases import Case, Sections
from casefinder.cases.reading import Origin, ReadCase
from casefinder.encoders import Encoder, load_encoder
from casefinder.evaluation import LabelledQuestion, Ranking, baselines, evaluate, full_ranking, leave_one_out
from casefinder.search import RankingWeights, Searcher

RetrievalSet = tuple[list[str], list[LabelledQuestion]]


def read_jsonl(path: Path) -> list[dict[str, object]]:
    """Read JSON lines."""
    return [json.loads(line) for line in path.open(encoding="utf-8") if line.strip()]


def read_tsv(path: Path) -> list[dict[str, str]]:
    """Read a table with a heading."""
    heading, *rows = [line.rstrip("\n").split("\t") for line in path.open(encoding="utf-8")]
    return [dict(zip(heading, row, strict=False)) for row in rows]


def one_to_one(rows: list[dict[str, object]], question: str, document: str) -> RetrievalSet:
    """Pair each question with the document of its own row."""
    questions = [LabelledQuestion(str(row[question]), {f"D{n}": 1.0}) for n, row in enumerate(rows)]
    return [str(row[document]) for row in rows], questions


def many_to_one(rows: list[dict[str, str]], question: str, document: str) -> RetrievalSet:
    """Pair each question with one of the distinct documents."""
    documents = sorted({row[document] for row in rows})
    places = {text: n for n, text in enumerate(documents)}
    return documents, [LabelledQuestion(row[question], {f"D{places[row[document]]}": 1.0}) for row in rows]


def titles(path: Path) -> RetrievalSet:
    """Read queries with graded titles; all titles are documents."""
    documents: list[str] = []
    questions = []
    for row in read_jsonl(path):
        relevant = {}
        for title in row["titles"]:  # type: ignore[attr-defined]
            if title["label"]:
                relevant[f"D{len(documents)}"] = float(title["label"])
            documents.append(title["title"])
        if relevant:
            questions.append(LabelledQuestion(str(row["query"]), relevant))
    return documents, questions


def entailed(path: Path) -> RetrievalSet:
    """Read questions with the known question that they entail."""
    rows = read_tsv(path)
    documents = sorted({row["faq"] for row in rows})
    questions = [
        LabelledQuestion(row["chq"], {f"D{documents.index(row['faq'])}": 1.0}) for row in rows if row["label"] == "true"
    ]
    return documents, questions


SETS: dict[str, Callable[[Path], RetrievalSet]] = {
    "toyhom": lambda data: one_to_one(read_jsonl(data / "toyhom_title_ask.jsonl"), "title", "ask"),
    "huatuo": lambda data: one_to_one(read_jsonl(data / "huatuo_qa.jsonl"), "question", "answer"),
    "cmedir": lambda data: titles(data / "cmedir_titles.jsonl"),
    "imcs": lambda data: many_to_one(read_tsv(data / "imcs_terms.tsv"), "mention", "standard"),
    "rqe": lambda data: entailed(data / "rqe_pairs.tsv"),
    "tico19": lambda data: one_to_one(list(map(dict, read_tsv(data / "tico19_sentences.tsv"))), "zh", "en"),
    "hpo": lambda data: one_to_one(list(map(dict, read_tsv(data / "hpo_terms.tsv"))), "zh", "en"),
}


def rankings(directory: Path, encoder: Encoder, weights: RankingWeights) -> Iterator[tuple[str, Ranking]]:
    """Go through the rankings to compare."""
    with open_case_base(directory) as casebase:
        yield "fused", full_ranking(Searcher(casebase, encoder, weights=weights))
        yield from baselines(casebase, encoder).items()


def figures(
    directory: Path, encoder: Encoder, weights: RankingWeights, questions: list[LabelledQuestion]
) -> dict[str, object]:
    """Return the figures of each ranking in percent, with their intervals."""
    found: dict[str, object] = {"questions": len(questions)}
    for name, ranking in rankings(directory, encoder, weights):
        result = evaluate(ranking, questions)
        found[name] = {
            figure: [round(100 * value, 1) for value in (measured.mean, measured.low, measured.high)]
            for figure, measured in result.items()
        }
    return found


def build(documents: list[str], directory: Path, encoder: Encoder) -> None:
    """Build a case base of one case per document."""
    cases = (
        ReadCase(Case(id=f"D{n}", sections=Sections(chief_complaint=text)), Origin("documents", n + 1))
        for n, text in enumerate(documents)
    )
    build_case_base(cases, directory, encoder=encoder, source="documents")


def main() -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--set", dest="names", action="append", choices=sorted(SETS))
    parser.add_argument("--casebase", type=Path)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--weights", type=json.loads, default={})
    parser.add_argument("--keep", type=Path, help="Keep the case bases in this folder and use them again.")
    arguments = parser.parse_args()
    encoder, weights = load_encoder(), replace(RankingWeights(), **arguments.weights)
    results: dict[str, object] = {}
    if arguments.casebase:
        with open_case_base(arguments.casebase) as casebase:
            questions = leave_one_out(casebase, n_questions=arguments.questions)
        results["same diagnosis"] = figures(arguments.casebase, encoder, weights, questions)
    with tempfile.TemporaryDirectory() as scratch:
        for name in (arguments.names or SETS) if arguments.data else ():
            documents, questions = SETS[name](arguments.data)
            directory = (arguments.keep or Path(scratch)) / name
            if not directory.exists():
                build(documents, directory, encoder)
            results[name] = figures(directory, encoder, weights, questions)
            sys.stderr.write(f"{name} {json.dumps(results[name])}\n")
    json.dump({"encoder": encoder.fingerprint, "figures": results}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
