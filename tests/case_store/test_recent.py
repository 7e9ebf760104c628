"""What was read last is not read again, and never more is kept than allowed."""

from __future__ import annotations

from collections.abc import Sequence

from casefinder.case_store.recent import Recent


def test_items_are_read_once_and_the_oldest_are_forgotten() -> None:
    asked: list[list[int]] = []

    def read(keys: Sequence[int]) -> dict[int, str]:
        asked.append(list(keys))
        return {key: f"item {key}" for key in keys if key >= 0}

    recent: Recent[str] = Recent(2)
    assert recent.get([1, 2], read) == {1: "item 1", 2: "item 2"}
    assert recent.get([2, 3, -1], read) == {2: "item 2", 3: "item 3"}
    assert recent.get([1, 3], read) == {1: "item 1", 3: "item 3"}
    assert asked == [[1, 2], [3, -1], [1]]
