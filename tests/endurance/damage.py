"""Damage each kind of file many times; every answer afterwards is the right one or an error that says what to do.

python -m tests.endurance damage --each 200
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from casefinder import CaseFinder
from casefinder.casebase import CaseBaseWriter, OnDuplicate, build_case_base, read_manifest
from casefinder.errors import CasefinderError
from casefinder.vector_index import IndexKind, plan
from tests.endurance.invariants import answers
from tests.endurance.operations import BASE, add, grown, remove
from tests.endurance.trials import in_child, say, warm_up
from tests.material import HashEncoder, made_case, made_cases, rows_of

PAGE = 4096
FILES = ("casebase.json", "acknowledged.json", "cases.sqlite", "cases.sqlite-wal", "vectors.index", "terms.index")
N_INVERTED = 500  # cases of an inverted file here: few, because it is made anew hundreds of times
FEWEST_LISTS = 12  # of an inverted file here


def cut_short(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data))]


def zeroed_page(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(0, len(data), PAGE)
    data[start : start + PAGE] = bytes(len(data[start : start + PAGE]))
    return data


def flipped_bit(data: bytearray, chance: random.Random) -> bytearray:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


DAMAGES: dict[str, Callable[[bytearray, random.Random], bytearray]] = {
    "cut short": cut_short,
    "zeroed page": zeroed_page,
    "flipped bit": flipped_bit,
}


def small(folder: Path) -> None:
    """A base with an exact index, whose last changes are in a journal: its writer died."""
    grown(folder)
    _die_while_adding(folder)


def inverted(folder: Path) -> None:
    """A base with an inverted file, a tail and removed cases."""
    build_case_base(rows_of(made_cases(N_INVERTED)), folder / BASE, encoder=HashEncoder(), source="made")
    assert read_manifest(folder / BASE).snapshot.plan.kind is IndexKind.IVF
    add(folder, [made_case(number) for number in range(N_INVERTED, N_INVERTED + 5)])
    remove(folder, ["C0003"])
    _die_while_adding(folder)


def _die_while_adding(folder: Path) -> None:
    """Leave the journal behind, as a writer does that was killed: one that closes takes it away."""

    def dying() -> None:
        writer = CaseBaseWriter(folder / BASE)
        writer.write(rows_of([made_case(7_000)]), encoder=HashEncoder(), on_duplicate=OnDuplicate.REJECT)
        os._exit(0)

    assert in_child(dying)[0] == 0


def everything(folder: Path) -> object:
    """All that a user can be told: answers, filtered ones, and every case."""
    with CaseFinder.open(folder / BASE, encoder=HashEncoder()) as finder:
        found = answers(finder)
        cases = [finder.case(case_id).sections.present_illness for case_id, _ in found[0]]
        return [found, cases, finder.n_cases, finder.departments()]


def verdict(folder: Path, wanted: str) -> str:
    """Return what a reader in a new process does with a base: answers right, reports damage, or neither."""

    def look() -> list[object]:
        try:
            return ["answered", everything(folder)]
        except CasefinderError as exc:
            says_next = "casefinder " in str(exc) or "build" in str(exc)
            return ["reported" if says_next else "without a next step", str(exc)]

    status, said = in_child(look)
    if status != 0:
        return f"BROKEN: status {status} {json.loads(said)[-600:] if said else ''}"
    kind, what = json.loads(said)
    if kind == "answered":
        return "harmless or mended" if json.dumps(what) == wanted else "BROKEN: another answer, silently"
    return "reported" if kind == "reported" else f"BROKEN: {kind}: {what}"


def damaged_trials(prepare: Callable[[Path], None], name: str, each: int, seed: int) -> Counter[str]:
    """Damage one file of a base many times, each time anew."""
    verdicts, chance = Counter[str](), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="casefinder-endurance-") as scratch:
        template, trial = Path(scratch, "template"), Path(scratch, "trial")
        template.mkdir()
        status, said = in_child(lambda: prepare(template))
        assert status == 0, said
        shutil.copytree(template, trial)
        status, wanted = in_child(lambda: everything(trial))
        assert status == 0, wanted
        file = min((path.relative_to(template) for path in template.rglob(name)), key=lambda path: len(path.parts))
        for kind, damage in DAMAGES.items():
            for _ in range(each):
                shutil.rmtree(trial)
                shutil.copytree(template, trial)
                (trial / file).write_bytes(damage(bytearray((template / file).read_bytes()), chance))
                verdicts[verdict(trial, wanted)] += 1
            say(f"  {name}, {kind}: {each} done")
    return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=200, help="damages of each of three kinds, per kind of file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=FILES)
    options = parser.parse_args()
    warm_up()
    with patch.object(plan, "_FEWEST_LISTS", FEWEST_LISTS):
        return run(options)


def run(options: argparse.Namespace) -> int:
    """Damage every kind of file that was asked for."""
    total = Counter[str]()
    for kind, prepare in {"exact": small, "inverted": inverted}.items():
        for name in FILES if kind == "exact" else ("vectors.index", "terms.index"):
            if options.only in (None, name):
                verdicts = damaged_trials(prepare, name, options.each, options.seed)
                total += verdicts
                say(f"{name} ({kind}): {dict(verdicts)}")
    n_broken = sum(n for what, n in total.items() if what.startswith("BROKEN"))
    say(f"{total.total()} damages, {n_broken} broken")
    return 1 if n_broken or not total else 0


if __name__ == "__main__":
    raise SystemExit(main())
