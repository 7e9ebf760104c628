"""The table of cue phrases."""

from __future__ import annotations

import pytest

from casefinder.clinical.findings.cues import Cue, Role, combine, index_cues

AHEAD, BACK = Cue(Role.NEGATE, ahead=5), Cue(Role.NEGATE, back=3)


def test_phrase_listed_twice_looks_both_ways() -> None:
    assert index_cues([(AHEAD, ["无", "不"]), (BACK, ["不"])]) == {
        "无": AHEAD,
        "不": Cue(Role.NEGATE, ahead=5, back=3),
    }


def test_phrase_listed_in_two_roles_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^'不' is listed as NEGATE and as DOUBT; keep one of them$"):
        index_cues([(AHEAD, ["不"]), (Cue(Role.DOUBT, ahead=5), ["不"])])


def test_alternatives_are_combined_in_order_and_an_empty_one_leaves_its_part_out() -> None:
    assert combine("not|never", "really|", "seen", between=" ") == [
        "not really seen",
        "not seen",
        "never really seen",
        "never seen",
    ]
