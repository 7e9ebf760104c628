"""How well a case base knows what it does not know; with --fit, the numbers that it knows it by.

Example: python scripts/bench/bench.py knowing --cases index_data/sample_cases.jsonl.gz

Questions that should be known: chief complaints, whole presentations, diagnoses and drugs of the cases, asked without
the case itself, and short questions. Questions that should not: sentences without medical content
(``strangers.py``), and the complaints and diagnoses of whole specialities that were left out of the case base. What
is fitted is fitted on other cases, other sentences and other specialities than those measured. ``--fit`` prints the
numbers that stand in casefinder/search/knowing.py and casefinder/search/same_diagnosis.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from strangers import LEARNING, SHORT, TESTING

from casefinder.casebase import CaseBase, build_case_base, open_case_base
from casefinder.cases import Case, StepKind
from casefinder.cases.readers import read_cases
from casefinder.cases.reading import ReadCase, ReadRow
from casefinder.encoders import Encoder, load_encoder
from casefinder.evaluation.labels import diagnosis_group
from casefinder.search import RankingWeights, Searcher
from casefinder.search.knowing import SHIPPED, SIGNALS, signals
from casefinder.search.ranking import similarities

SEED = 4
N_ASKED = 400  # cases that ask, of each half
N_LACKED = 250
N_STEPS = 60  # names of drugs that ask
LEFT_OUT = {
    "learning": {"眼科", "Ophthalmology", "骨科", "Orthopaedics", "泌尿外科", "Urology"},
    "testing": {
        *("皮肤科", "Dermatology", "精神心理科", "Psychiatry"),
        *("产科", "Obstetrics", "耳鼻咽喉科", "Otorhinolaryngology"),
    },
}
# What each kind of question weighs in the fit, and whether it should be known.
KINDS = {
    "complaint": (1.0, True),
    "presentation": (0.5, True),
    "diagnosis": (0.5, True),
    "treatment": (0.4, True),
    "short": (0.4, True),
    "no medical content": (1.0, False),
    "complaint of a speciality left out": (0.6, False),
    "diagnosis of a speciality left out": (0.4, False),
}
MISSED = 0.01  # share of the complaints and diagnoses learned from that may be called strange
KNOTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
HALF_WIDTH = 0.05  # similarities this near to a knot tell its percentage
HALF_TEXT = 40  # characters of the present illness, in questions of middle length

Seen = NDArray[np.float64]


def main() -> None:
    """Ask every question; print the errors, or the numbers that make few."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=Path("index_data/sample_cases.jsonl.gz"))
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    rows, encoder = list(read_cases(arguments.cases)), load_encoder()
    cases = [row.case for row in rows if isinstance(row, ReadCase)]
    chosen = np.random.default_rng(SEED).permutation(len(cases))
    half = "learning" if arguments.fit else "testing"
    asking = [cases[place] for place in (chosen[:N_ASKED] if arguments.fit else chosen[N_ASKED : 2 * N_ASKED])]
    with tempfile.TemporaryDirectory() as scratch:
        whole, lacking = Path(scratch) / "whole", Path(scratch) / "lacking"
        build_case_base(rows, whole, encoder=encoder, source="cases")
        build_case_base(without(rows, LEFT_OUT[half]), lacking, encoder=encoder, source="cases")
        with open_case_base(whole) as casebase:
            seen = ask_known(casebase, encoder, asking, LEARNING if arguments.fit else TESTING)
            pairs = same_diagnosis(casebase, encoder, asking) if arguments.fit else np.zeros((0, 2))
        with open_case_base(lacking) as casebase:
            seen |= ask_lacked(casebase, encoder, [c for c in cases if c.department in LEFT_OUT[half]])
    results = fitted(seen, pairs) if arguments.fit else errors(seen)
    json.dump({"encoder": encoder.fingerprint, **results}, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


def without(rows: Iterable[ReadRow], departments: set[str]) -> Iterable[ReadRow]:
    """Leave the cases of some departments out."""
    return (row for row in rows if not (isinstance(row, ReadCase) and row.case.department in departments))


def ask_known(casebase: CaseBase, encoder: Encoder, cases: Sequence[Case], strange: Sequence[str]) -> dict[str, Seen]:
    """Ask what a case base knows, and sentences that it does not."""
    searcher = Searcher(casebase, encoder)
    names = sorted({case.diagnoses[0].text for case in cases if case.diagnoses})
    steps = {step.name for case in cases for step in case.treatment_path if step.kind is StepKind.MEDICATION}
    return {
        "complaint": np.array([look(searcher, case.sections.chief_complaint, case.id) for case in cases]),
        "presentation": np.array([look(searcher, presentation(case), case.id) for case in cases]),
        "diagnosis": np.array([look(searcher, name, "") for name in names]),
        "treatment": np.array([look(searcher, name, "") for name in sorted(steps)[:: max(1, len(steps) // N_STEPS)]]),
        "short": np.array([look(searcher, text, "") for text in SHORT]),
        "no medical content": np.array([look(searcher, text, "") for text in strange]),
    }


def ask_lacked(casebase: CaseBase, encoder: Encoder, cases: Sequence[Case]) -> dict[str, Seen]:
    """Ask about cases of specialities that a case base lacks."""
    searcher = Searcher(casebase, encoder)
    chosen = np.random.default_rng(SEED).permutation(len(cases))[:N_LACKED]
    names = sorted({case.diagnoses[0].text for case in cases if case.diagnoses})
    complaints = [cases[place].sections.chief_complaint for place in chosen]
    return {
        "complaint of a speciality left out": np.array([look(searcher, text, "") for text in complaints]),
        "diagnosis of a speciality left out": np.array([look(searcher, name, "") for name in names]),
    }


def presentation(case: Case, n_characters: int | None = None) -> str:
    """Return complaint and present illness, the latter shortened."""
    return f"{case.sections.chief_complaint}\n{case.sections.present_illness[:n_characters]}"


def look(searcher: Searcher, text: str, own_id: str) -> Seen:
    """Return the signals of the best case, the asking one aside."""
    scored, ids = searcher.score_by_id(text, k=10)
    found = similarities(scored.parts, scored.applies, RankingWeights())
    strangers = np.array([case_id != own_id for case_id in ids])
    return signals(scored, found, int(np.argmax(np.where(strangers, found, -np.inf))))


def same_diagnosis(casebase: CaseBase, encoder: Encoder, cases: Sequence[Case]) -> Seen:
    """Return similarities of pairs and whether they share their main diagnosis: float64 [n, 2].

    Every case asks three times: with its complaint, with half and with all of its presentation.
    """
    searcher = Searcher(casebase, encoder)
    groups = {case.id: diagnosis_group(case) for _, case, _ in casebase.view().store.every_case() if case.diagnoses}
    pairs = []
    for case in cases:
        for text in (case.sections.chief_complaint, presentation(case, HALF_TEXT), presentation(case)):
            scored, ids = searcher.score_by_id(text, k=10)
            found = similarities(scored.parts, scored.applies, RankingWeights()).tolist()
            pairs += [
                (similarity, groups[other] == groups[case.id])
                for similarity, other in zip(found, ids, strict=True)
                if other in groups and other != case.id and case.id in groups
            ]
    return np.array(pairs, dtype=np.float64)


def fitted(seen: dict[str, Seen], pairs: Seen) -> dict[str, object]:
    """Fit the chance of being known, its threshold, and the percentages."""
    kinds = [kind for kind in KINDS if kind in seen]
    features = np.concatenate([seen[kind] for kind in kinds])
    known = np.concatenate([np.full(len(seen[kind]), KINDS[kind][1], dtype=float) for kind in kinds])
    shares = np.concatenate([np.full(len(seen[kind]), KINDS[kind][0] / len(seen[kind])) for kind in kinds])
    bias, *weights = logistic(features, known, shares / shares.sum()).tolist()
    learned = np.concatenate([seen["complaint"], seen["diagnosis"]])
    least = float(np.quantile(1 / (1 + np.exp(-(bias + learned @ np.array(weights)))), MISSED))
    return {
        "knowing": {
            "bias": round(bias, 3),
            "weights": dict(zip(SIGNALS, np.round(weights, 3).tolist(), strict=True)),
            "least": round(least, 3),
        },
        "same diagnosis": dict(zip(map(str, KNOTS), percents(pairs), strict=True)),
    }


def logistic(features: Seen, known: Seen, shares: Seen, *, ridge: float = 1e-3, n_steps: int = 50) -> Seen:
    """Fit a logistic regression by Newton's method; return its constant and weights."""
    ones = np.hstack([np.ones((len(features), 1)), features])
    penalty = ridge * np.diag([0.0, *np.ones(features.shape[1])])
    weights = np.zeros(ones.shape[1])
    for _ in range(n_steps):
        chances = 1 / (1 + np.exp(-ones @ weights))
        slope = ones.T @ (shares * (chances - known)) + penalty @ weights
        curve = (ones * (shares * chances * (1 - chances))[:, None]).T @ ones + penalty
        weights -= np.linalg.solve(curve + 1e-9 * np.eye(len(weights)), slope)
    return weights


def percents(pairs: Seen) -> list[float]:
    """Return the percentage of pairs about each knot that share their diagnosis; it never falls."""
    shares = []
    for knot in KNOTS:
        near = pairs[np.abs(pairs[:, 0] - knot) <= HALF_WIDTH, 1]
        shares.append(100 * float(near.mean()) if len(near) else 100.0)
    rising = np.maximum.accumulate([0.0, *shares[1:]])
    return [round(float(share), 1) for share in rising]


def errors(seen: dict[str, Seen]) -> dict[str, object]:
    """Return the share of wrong answers of each kind of question, with the shipped numbers."""
    wrong: dict[str, object] = {}
    for kind, (_, should_be_known) in KINDS.items():
        chances = 1 / (1 + np.exp(-(SHIPPED.bias + seen[kind] @ np.array(SHIPPED.weights))))
        name = f"{kind}: called {'strange' if should_be_known else 'known'}"
        is_wrong = (chances >= SHIPPED.least) != should_be_known
        wrong[name] = {"share": round(float(is_wrong.mean()), 3), "questions": len(is_wrong)}
    return {"errors": wrong}


if __name__ == "__main__":
    main()
