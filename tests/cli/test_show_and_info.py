"""`casefinder show` and `casefinder info`."""

from __future__ import annotations

import json
from pathlib import Path

from casefinder.cases import case_from_json
from tests.cli.conftest import Run
from tests.material import made_case


def test_case_is_shown_whole(run: Run, base: Path) -> None:
    ran = run("show", "C0006", "--index", base)
    assert ran.exit_code == 0
    for words in (
        "C0006",
        "胸痛伴冷汗6天",
        "高血压病史",
        "急性阑尾炎 [K35.8]",
        "阿司匹林 300mg 嚼服",
        "住院6天",
        "ward",
    ):
        assert words in ran.stdout, words


def test_case_as_json_is_the_case(run: Run, base: Path) -> None:
    assert case_from_json(run("show", "C0006", "--index", base, "--json").stdout) == made_case(6)


def test_unknown_case_is_reported(run: Run, base: Path) -> None:
    ran = run("show", "C9999", "--index", base)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "Error: no case 'C9999' in this case base; `casefinder query` shows the ids\n"


def test_info_tells_what_the_base_holds_and_why_it_is_indexed_so(run: Run, base: Path) -> None:
    ran = run("info", "--index", base)
    assert ran.exit_code == 0
    assert str(base) in ran.stdout
    assert "60 vectors are fewer than the 1248 that train an inverted file" in ran.stdout
    facts = json.loads(run("info", "--index", base, "--json").stdout)
    assert (facts["cases"], facts["index"], facts["encoder"]) == (60, "exact", "bundled")
    assert facts["departments"] == {"呼吸科": 17, "心内科": 17, "普外科": 17}
