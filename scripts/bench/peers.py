"""The vector index against other engines: same vectors, same k, same measure of recall, one core and two.

Each engine builds in a process of its own; with --work they can be built one by one beforehand (--build-only). Then,
in several rounds of new processes, engine after engine, it opens its files, is given the smallest effort that finds
99 % of the true neighbours, and answers queries one at a time and in a batch, first with one processor core, then with
two. Ratios are taken within a round, so that what else the machine does meets both sides. A cold start is a new
process, its imports included, to the first answer; its files are in the page cache.

Made for an environment of its own; run from the root of a checkout:

    python3.11 -m venv peers && peers/bin/pip install -r scripts/bench/peers-requirements.txt
    PYTHONPATH=. peers/bin/python scripts/bench/bench.py peers --n 200000 --work peers-200k
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from made_vectors import MadeVectors
from measuring import write_result
from peer_databases import Chroma, LanceDB, MilvusLite, Pgvector, QdrantLocal
from peer_engine import Engine
from peer_libraries import Casefinder, Faiss, Hnswlib, LangChainFaiss, Txtai, Usearch
from peer_tables import ratio_lines, table
from times import Times

KINDS: Final[tuple[type[Engine], ...]] = (
    Casefinder,
    Faiss,
    Hnswlib,
    Usearch,
    LanceDB,
    Chroma,
    MilvusLite,
    QdrantLocal,
    Txtai,
    LangChainFaiss,
    Pgvector,
)
ENGINES: Final = {kind.name: kind for kind in KINDS}

K: Final = 10
WANTED_RECALL: Final = 0.99
N_QUERIES: Final = 400
ONE_BY_ONE_S, BATCH_S = 3.0, 2.0  # at most; an engine that compares with everything answers fewer queries
COLD_STARTS: Final = 5
N_COUNTED: Final = 50  # queries of which it is counted what they are compared with
LIMIT_S: Final = 3600  # of building one engine
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Material:
    """The vectors of a folder, mapped, and queries with their true neighbours."""

    vectors: Any
    queries: Any
    truth: Any


def make_material(folder: Path, *, n_vectors: int, dim: int) -> None:
    """Write vectors, queries and the true neighbours of the queries."""
    made = MadeVectors(dim=dim)
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(n_vectors, dim))
    queries, start = made.queries(N_QUERIES), 0
    best = np.full((N_QUERIES, K), -np.inf, dtype=np.float32)
    ids = np.zeros((N_QUERIES, K), dtype=np.int64)
    for block in made.blocks(n_vectors):
        vectors[start : start + len(block)] = block
        scores = np.concatenate([best, queries @ block.T], axis=1)
        numbers = np.broadcast_to(np.arange(start, start + len(block)), (N_QUERIES, len(block)))
        order = np.argsort(-scores, axis=1)[:, :K]
        best = np.take_along_axis(scores, order, axis=1)
        ids = np.take_along_axis(np.concatenate([ids, numbers], axis=1), order, axis=1)
        start += len(block)
    np.save(folder / "queries.npy", queries)
    np.save(folder / "truth.npy", ids)
    (folder / "dim").write_text(str(dim), encoding="utf-8")


def read_material(folder: Path) -> Material:
    """Open what ``make_material`` wrote."""
    return Material(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("vectors", "queries", "truth")))


def recall(found: Any, truth: Any) -> float:  # noqa: ANN401 - arrays
    """Return the share of the true neighbours that were found."""
    return float(np.mean([len(set(a.tolist()) & set(b.tolist())) / K for a, b in zip(found, truth, strict=True)]))


def built(engine: Engine, material: Material) -> dict[str, float]:
    """Build, and measure time and size."""
    shutil.rmtree(engine.folder, ignore_errors=True)
    engine.folder.mkdir(parents=True)
    vectors = np.array(material.vectors)
    started = time.perf_counter()
    engine.build(vectors)
    elapsed_s = time.perf_counter() - started
    size_bytes = sum(path.stat().st_size for path in engine.folder.rglob("*") if path.is_file())
    return {"build_s": elapsed_s, "disk_mib": size_bytes / _MIB}


def tuned(engine: Engine, material: Material) -> dict[str, float]:
    """Find the smallest effort of enough recall, or the one with the most."""
    if len(engine.efforts) == 1:
        return {"effort": engine.efforts[0]}  # it compares with everything
    queries, truth = np.array(material.queries), material.truth
    best: dict[str, float] = {"effort": 0, "recall": 0.0}
    for effort in engine.efforts:
        reached = recall(engine.search(queries, k=K, effort=effort), truth)
        if reached > best["recall"]:
            best = {"effort": effort, "recall": reached}
        if reached >= WANTED_RECALL:
            break
    return best


def searched(engine: Engine, material: Material, effort: int, *, n_cores: int) -> dict[str, float]:
    """Measure queries one at a time, then a batch, on so many processor cores."""
    _use_cores(n_cores)
    engine.use_threads(n_cores)
    queries = np.array(material.queries)
    times, found = Times(), []
    engine.search(queries[:5], k=K, effort=effort)
    deadline = time.perf_counter() + ONE_BY_ONE_S
    for query in queries:
        found.append(times.of(partial(engine.search, query[None], k=K, effort=effort))[0])
        if time.perf_counter() > deadline:
            break
    n_batch = max(1, min(len(queries), int(BATCH_S * 1e3 / times.wall[0])))
    started = time.perf_counter()
    engine.search(queries[:n_batch], k=K, effort=effort)
    batch_s = time.perf_counter() - started
    return {
        "recall": recall(found, material.truth[: len(found)]),
        "p50_ms": times.wall[0],
        "p95_ms": times.wall[1],
        "cpu_ms": statistics.fmean(times.cpu_ms),
        "batch_per_s": n_batch / batch_s,
    }


def compared(engine: Engine, material: Material, effort: int) -> list[float] | None:
    """Return how many codes and how many whole vectors a query is compared with, on average, where that is told."""
    told = [engine.work(np.array(query)[None], k=K, effort=effort) for query in material.queries[:N_COUNTED]]
    works = [work for work in told if work is not None]
    if not works:
        return None
    return [statistics.fmean(work.n_codes for work in works), statistics.fmean(work.n_vectors for work in works)]


def child(phase: str, name: str, folder: Path, effort: int) -> dict[str, Any]:
    """Do one phase for one engine, in a process of its own."""
    engine = ENGINES[name](folder / name.replace(" ", "-"))
    if phase == "cold":
        queries = np.load(folder / "queries.npy", mmap_mode="r")
        engine.open()
        return {"found": engine.search(np.array(queries[:1]), k=K, effort=effort).shape[1]}
    material = read_material(folder)
    if phase == "build":
        return built(engine, material)
    started = time.perf_counter()
    engine.open()
    if phase == "tune":
        return tuned(engine, material)
    opened_s = time.perf_counter() - started
    one, two = (searched(engine, material, effort, n_cores=n) for n in (1, 2))
    return {
        "open_s": opened_s,
        "rss_mib": _resident_mib(engine),
        "one": one,
        "two": two,
        "work": compared(engine, material, effort),
    }


def run_child(phase: str, name: str, folder: Path, effort: int = 0) -> dict[str, Any]:
    """Run one phase in a new process; the time to its last line stands under ``wall_s``.

    Raises:
        RuntimeError: It failed; the message holds the end of its standard error.
    """
    command = [sys.executable, __file__, "--child", phase, name, str(effort), "--work", str(folder)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    wall_s = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed to {phase}: {done.stderr[-800:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**result, "wall_s": float(result.get("answered_s", wall_s))}


def prepare(names: Sequence[str], folder: Path, *, is_tuned: bool) -> dict[str, dict[str, Any]]:
    """Build each engine that is not built, and find its effort; those that fail say why."""
    results: dict[str, dict[str, Any]] = {}
    for name in names:
        _note(f"building and tuning {name}")
        kept = folder / f"{name.replace(' ', '-')}.json"
        try:
            if not kept.exists():
                kept.write_text(json.dumps(run_child("build", name, folder)), encoding="utf-8")
            results[name] = json.loads(kept.read_text(encoding="utf-8"))
            if is_tuned:
                results[name] |= run_child("tune", name, folder)
        except (RuntimeError, subprocess.TimeoutExpired) as exc:
            results[name] = {"failed": str(exc).strip().splitlines()[-1]}
            _note(f"  {exc}")
    return results


def measure(names: Sequence[str], folder: Path, *, n_rounds: int) -> dict[str, dict[str, Any]]:
    """Prepare and search each engine, in turns."""
    results = prepare(names, folder, is_tuned=True)
    alive = [name for name in names if "failed" not in results[name]]
    for number in range(n_rounds):
        for name in alive:
            _note(f"round {number + 1} of {n_rounds}: {name}")
            run = run_child("search", name, folder, int(results[name]["effort"]))
            results[name].setdefault("rounds", []).append(run)
    for _ in range(COLD_STARTS):
        for name in alive:
            run = run_child("cold", name, folder, int(results[name]["effort"]))
            results[name].setdefault("cold_s", []).append(run["wall_s"])
    return results


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=20_000, help="number of vectors")
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="folder for the built indexes, kept and used again")
    parser.add_argument("--build-only", action="store_true", help="build what is not there in --work, and end")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        phase, name, effort = arguments.child
        sys.stdout.write(json.dumps(child(phase, name, arguments.work, int(effort))) + "\n")
        sys.stdout.flush()
        os._exit(0)  # how long an engine takes to take itself down is not measured
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.work or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "truth.npy").exists():
            make_material(folder, n_vectors=arguments.n, dim=arguments.dim)
        if arguments.build_only:
            sys.stdout.write(json.dumps(prepare(arguments.engines, folder, is_tuned=False), indent=1) + "\n")
            return
        results = measure(arguments.engines, folder, n_rounds=arguments.rounds)
        n_vectors = len(read_material(folder).vectors)
    indexes = {name: kind.index for name, kind in ENGINES.items()}
    head = f"{n_vectors} made vectors of {arguments.dim} dimensions, k={K}, {arguments.rounds} rounds"
    write_result(
        f"peers-{n_vectors}",
        [head, "", *table(results, indexes), "", *ratio_lines(results, "casefinder")],
        packages=("numpy", *sorted({ENGINES[name].package for name in results})),
        figures=results,
    )


def _use_cores(n_cores: int) -> None:
    """Bind every thread of this process, those of the engine's pools too."""
    cores = sorted(os.sched_getaffinity(os.getppid()))[:n_cores]
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def _resident_mib(engine: Engine) -> float:
    """Return what the engine's processes hold, shared pages counted once, in MiB."""
    total = 0
    for process_id in engine.process_ids():
        for line in Path(f"/proc/{process_id}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _note(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


if __name__ == "__main__":
    main()
