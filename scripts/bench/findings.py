"""Short texts per second that findings are read out of, on one core.

Reads the sample cases of the checkout, without them a handful of texts below.

Example: python scripts/bench/bench.py findings
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from typing import Final

from measuring import ROOT, write_result

from casefinder.clinical.findings import default_extractor

_SAMPLE_CASES: Final = ROOT / "index_data" / "sample_cases.jsonl.gz"
_WANTED: Final = 4000
_ROUNDS: Final = 5
_OWN_TEXTS: Final = (
    "患者3小时前突发胸骨后压榨样疼痛，伴大汗、恶心，无呕吐，无发热。既往高血压10年，否认糖尿病。BP 165/95 mmHg。",
    "孩子发烧两天，最高39.2℃，咳嗽，有痰，没有喘，没有皮疹，精神还可以。",
    "右下腹痛12小时，伴恶心、呕吐1次，无腹泻，麦氏点压痛阳性，考虑急性阑尾炎。",
    "45-year-old woman with two days of fever and productive cough, denies chest pain or dyspnea. History of asthma.",
    "Sudden left-sided weakness and slurred speech for 2 hours, no headache. PMH: atrial fibrillation, hypertension.",
    "双下肢水肿1月，尿中泡沫增多，无肉眼血尿，血肌酐 180 μmol/L，父亲有肾病史。",
)


def read_texts() -> list[str]:
    """Read the complaint and present illness of sample cases, or repeat the texts above."""
    if not _SAMPLE_CASES.exists():
        return list(_OWN_TEXTS) * (_WANTED // len(_OWN_TEXTS))
    texts = []
    with gzip.open(_SAMPLE_CASES, "rt", encoding="utf-8") as lines:
        for line in lines:
            sections = json.loads(line).get("sections", {})
            texts.append(" ".join(filter(None, (sections.get("chief_complaint"), sections.get("present_illness")))))
            if len(texts) == _WANTED:
                break
    return texts


def main() -> None:
    """Measure some rounds, and write the result down."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    started = time.perf_counter()
    extractor = default_extractor()
    made_s = time.perf_counter() - started
    texts = read_texts()
    rates = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        n_findings = sum(len(extractor.extract(text).findings) for text in texts)
        rates.append(len(texts) / (time.process_time() - started))
    n_characters = statistics.mean(map(len, texts))
    write_result(
        "findings",
        [
            f"{len(texts)} texts of {n_characters:.0f} characters, {n_findings / len(texts):.1f} findings each",
            f"{statistics.median(rates):.0f} texts per second of processor time on one core"
            f" (rounds: {min(rates):.0f} to {max(rates):.0f})",
            f"extractor made in {made_s * 1000:.0f} ms",
        ],
    )


if __name__ == "__main__":
    main()
